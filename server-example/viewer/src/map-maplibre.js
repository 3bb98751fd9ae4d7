/** The map drawn by MapLibre GL. */

import { Map as MapLibreMap, setWorkerCount, setWorkerUrl } from "maplibre-gl";

import { MAX_ZOOM, TILE_SIZE } from "./mercator.js";

/** MapLibre's zoom counts tiles of 512 pixels, the viewer's tiles of 256. */
const ZOOM_OFFSET = 1;

/**
 * Whether this browser can draw with WebGL 2, which MapLibre needs.
 */
export function canDraw() {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

/**
 * @param {HTMLElement} container
 * @param {import("./engine.js").Handlers} handlers
 * @returns {import("./engine.js").Engine}
 */
export function createMapLibre(container, handlers) {
  // Raster tiles are decoded by the page; the worker only has to be there.
  setWorkerUrl(new URL("assets/maplibre-worker.js", document.baseURI).href);
  setWorkerCount(1);
  const map = new MapLibreMap({
    container,
    style: { version: 8, sources: {}, layers: [] },
    center: [0, 20],
    zoom: 1 - ZOOM_OFFSET,
    minZoom: -ZOOM_OFFSET,
    maxZoom: MAX_ZOOM - ZOOM_OFFSET,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();

  /** @type {import("./engine.js").RasterLayer[]} */
  let shown = [];
  /** @type {Map<string, string>} addresses of tiles by source, which does not tell its own before it is ready */
  const addresses = new Map();
  let ready = false;
  map.once("style.load", () => {
    ready = true;
    apply();
  });
  map.on("render", handlers.drawn);
  map.on("mousemove", (event) => handlers.hover(event.point));
  map.on("mouseout", handlers.leave);
  map.on("click", (event) => handlers.click(event.point));
  map.on("dataloading", () => handlers.busy(true));
  map.on("idle", () => handlers.busy(false));
  map.on("data", (/** @type {any} */ event) => {
    const loaded = event.dataType === "source" && event.tile?.state === "loaded";
    if (loaded) handlers.tileLoaded(event.sourceId);
  });
  map.on("error", (/** @type {any} */ event) => {
    const { error, sourceId } = event;
    if (sourceId === undefined) {
      console.error(error);
      return;
    }
    const body = error?.body instanceof Blob ? error.body.text() : Promise.resolve("");
    handlers.tileFailed(sourceId, Number(error?.status) || 0, body);
  });

  /** Brings MapLibre's sources and layers in line with `shown`. */
  function apply() {
    if (!ready) return;
    const wanted = new Set(shown.map((layer) => layer.id));
    for (const { id } of map.getStyle().layers) {
      if (wanted.has(id)) continue;
      map.removeLayer(id);
      map.removeSource(id);
      addresses.delete(id);
    }
    // From the top down, so that each can be put below the one before.
    let above;
    for (const layer of [...shown].reverse()) {
      place(layer, above);
      above = layer.id;
    }
  }

  /**
   * @param {import("./engine.js").RasterLayer} layer
   * @param {string | undefined} above the layer to be drawn over this one
   */
  function place({ id, tiles, bounds, maxzoom, opacity, crisp }, above) {
    const source = /** @type {any} */ (map.getSource(id));
    if (!source) {
      const limits = bounds && bounds[0] <= bounds[2] ? { bounds } : {};
      map.addSource(id, { type: "raster", tiles: [tiles], tileSize: TILE_SIZE, maxzoom, ...limits });
      map.addLayer({ id, type: "raster", source: id }, above);
    } else {
      if (addresses.get(id) !== tiles) source.setTiles([tiles]);
      map.moveLayer(id, above);
    }
    addresses.set(id, tiles);
    map.setPaintProperty(id, "raster-opacity", opacity);
    map.setPaintProperty(id, "raster-resampling", crisp ? "nearest" : "linear");
  }

  return {
    name: "MapLibre",
    setLayers(layers) {
      shown = layers;
      apply();
    },
    view() {
      const { lng, lat } = map.getCenter();
      return { lon: lng, lat, zoom: map.getZoom() + ZOOM_OFFSET };
    },
    setView({ lon, lat, zoom }, animate) {
      const camera = { center: /** @type {[number, number]} */ ([lon, lat]), zoom: zoom - ZOOM_OFFSET };
      if (animate) map.easeTo({ ...camera, duration: 500 });
      else map.jumpTo(camera);
    },
    project(lon, lat) {
      const { x, y } = map.project([lon, lat]);
      return [x, y];
    },
    unproject(x, y) {
      const { lng, lat } = map.unproject([x, y]);
      return [lng, lat];
    },
    zoomBy(levels) {
      map.easeTo({ zoom: map.getZoom() + levels, duration: 250 });
    },
    retry() {
      for (const { id } of shown) if (ready && map.getSource(id)) map.refreshTiles(id);
    },
  };
}
