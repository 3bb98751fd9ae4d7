/**
 * A small map of our own: raster tiles on a canvas, dragged, pinched, wheeled or moved by keys. It
 * needs no bundle and no WebGL, so it also serves a browser or a build that has neither.
 */

import { MAX_ZOOM, TILE_SIZE, fromWorld, tileRange, toWorld, wrapLongitude } from "./mercator.js";

/** Decoded tiles kept beyond those on screen: about 100 MB of pixels at 256 × 256. */
const KEPT_TILES = 400;

/** Requests at a time; browsers allow six connections to one server. */
const PARALLEL = 6;

/** How far a press may move, in CSS pixels, and still be a click. */
const CLICK_SLOP = 5;

/** What an arrow key moves, in CSS pixels. */
const KEY_STEP = 100;

/**
 * @typedef {object} Tile
 * @property {string} url
 * @property {string} layer
 * @property {"waiting" | "loading" | "loaded" | "failed"} state
 * @property {ImageBitmap | null} image
 * @property {AbortController} abort
 * @property {number} used the frame that last wanted it
 */

/**
 * The picture of a tile's address; null if there is nothing to show.
 *
 * @typedef {(url: string, signal: AbortSignal) => Promise<ImageBitmap | null>} TileSource
 */

/** Why a tile failed, where its source can tell. */
export class TileError extends Error {
  /**
   * @param {number} status of HTTP
   * @param {string} body
   */
  constructor(status, body) {
    super(body);
    this.status = status;
  }
}

/** @type {TileSource} */
async function fetchTile(url, signal) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new TileError(answer.status, await answer.text());
  // 204 is the answer of a mosaic that has nothing here.
  return answer.status === 204 ? null : createImageBitmap(await answer.blob());
}

/**
 * @param {HTMLElement} container
 * @param {import("./engine.js").Handlers} handlers
 * @param {TileSource} [source] where tiles come from: a server, unless something else is given
 * @returns {import("./engine.js").Engine}
 */
export function createPlain(container, handlers, source = fetchTile) {
  const canvas = document.createElement("canvas");
  canvas.className = "plain-map";
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "Map: arrow keys move, plus and minus zoom");
  container.append(canvas);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /** @type {import("./engine.js").RasterLayer[]} */
  let layers = [];
  /** @type {Map<string, Tile>} by address, the longest unused first */
  const tiles = new Map();
  let center = { x: 0.5, y: 0.45 };
  let zoom = 1;
  let frame = 0;
  let scheduled = 0;
  let loading = 0;
  let busy = false;
  /** @type {Tile[]} */
  let queue = [];

  const size = () => ({ width: container.clientWidth, height: container.clientHeight });
  const worldSize = () => TILE_SIZE * 2 ** zoom;

  function schedule() {
    if (scheduled === 0) scheduled = requestAnimationFrame(draw);
  }

  function draw() {
    scheduled = 0;
    frame += 1;
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = size();
    const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, columns, rows);
    queue = [];
    for (const layer of layers) drawLayer(layer, ratio);
    fetchNext();
    forget();
    setBusy();
    handlers.drawn();
  }

  /**
   * Draws one layer's tiles, and queues those that are not there yet.
   *
   * @param {import("./engine.js").RasterLayer} layer
   * @param {number} ratio device pixels a CSS pixel
   */
  function drawLayer(layer, ratio) {
    const z = Math.max(0, Math.min(layer.maxzoom, Math.round(zoom)));
    const count = 2 ** z;
    const scale = worldSize() / count;
    const { width, height } = size();
    const left = center.x * worldSize() - width / 2;
    const top = center.y * worldSize() - height / 2;
    const range = tileRange(layer.bounds, z);
    const firstRow = Math.max(0, Math.floor(top / scale));
    const lastRow = Math.min(count - 1, Math.floor((top + height) / scale));
    context.globalAlpha = layer.opacity;
    context.imageSmoothingEnabled = !layer.crisp;
    for (let row = firstRow; row <= lastRow; row += 1) {
      if (range && (row < range.minY || row > range.maxY)) continue;
      for (let column = Math.floor(left / scale); column * scale < left + width; column += 1) {
        const x = ((column % count) + count) % count;
        if (range && (x < range.minX || x > range.maxX)) continue;
        // Edges on whole device pixels: neither seams nor overlaps between translucent tiles.
        const x0 = Math.round((column * scale - left) * ratio);
        const y0 = Math.round((row * scale - top) * ratio);
        const x1 = Math.round(((column + 1) * scale - left) * ratio);
        const y1 = Math.round(((row + 1) * scale - top) * ratio);
        drawTile(layer, z, x, row, { x0, y0, width: x1 - x0, height: y1 - y0 });
      }
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {import("./engine.js").RasterLayer} layer
   * @param {number} z
   * @param {number} x
   * @param {number} y
   * @param {{x0: number, y0: number, width: number, height: number}} box in device pixels
   */
  function drawTile(layer, z, x, y, box) {
    const tile = want(layer, z, x, y);
    if (tile.image) {
      context.drawImage(tile.image, box.x0, box.y0, box.width, box.height);
      return;
    }
    // Until it is there, the part of the nearest ancestor that is.
    for (let up = 1; up <= z; up += 1) {
      const parent = tiles.get(tileUrl(layer, z - up, x >> up, y >> up));
      if (!parent?.image) continue;
      parent.used = frame;
      const share = parent.image.width / 2 ** up;
      const sx = (x - ((x >> up) << up)) * share;
      const sy = (y - ((y >> up) << up)) * share;
      context.drawImage(parent.image, sx, sy, share, share, box.x0, box.y0, box.width, box.height);
      return;
    }
  }

  /**
   * @param {import("./engine.js").RasterLayer} layer
   * @param {number} z
   * @param {number} x
   * @param {number} y
   */
  function want(layer, z, x, y) {
    const url = tileUrl(layer, z, x, y);
    let tile = tiles.get(url);
    if (tile) {
      tiles.delete(url);
    } else {
      tile = { url, layer: layer.id, state: "waiting", image: null, abort: new AbortController(), used: 0 };
    }
    tiles.set(url, tile);
    tile.used = frame;
    if (tile.state === "waiting") queue.push(tile);
    return tile;
  }

  function fetchNext() {
    while (loading < PARALLEL && queue.length > 0) {
      const tile = /** @type {Tile} */ (queue.shift());
      if (tile.state === "waiting") void load(tile);
    }
  }

  /** @param {Tile} tile */
  async function load(tile) {
    tile.state = "loading";
    loading += 1;
    try {
      tile.image = await source(tile.url, tile.abort.signal);
      tile.state = "loaded";
      handlers.tileLoaded(tile.layer);
    } catch (error) {
      tile.state = "failed";
      if (tile.abort.signal.aborted) {
        tiles.delete(tile.url);
      } else if (error instanceof TileError) {
        handlers.tileFailed(tile.layer, error.status, Promise.resolve(error.message));
      } else {
        const unreadable = error instanceof DOMException;
        const text = unreadable ? "The tile is not an image that the browser can read." : "";
        handlers.tileFailed(tile.layer, unreadable ? 200 : 0, Promise.resolve(text));
      }
    } finally {
      loading -= 1;
      fetchNext();
      schedule();
    }
  }

  /** Drops what this frame did not want: requests at once, pixels when there are too many. */
  function forget() {
    let spare = tiles.size - KEPT_TILES;
    for (const [url, tile] of tiles) {
      if (tile.used === frame) continue;
      if (tile.state === "loading") {
        tile.abort.abort();
      } else if (spare > 0 || tile.state !== "loaded") {
        tile.image?.close();
        tiles.delete(url);
        spare -= 1;
      }
    }
  }

  function setBusy() {
    const now = loading > 0 || queue.length > 0;
    if (now === busy) return;
    busy = now;
    handlers.busy(busy);
  }

  /**
   * Zooms while the ground under a point of the screen stays there.
   *
   * @param {number} levels
   * @param {number} x CSS pixels
   * @param {number} y CSS pixels
   */
  function zoomAround(levels, x, y) {
    const { width, height } = size();
    const before = worldSize();
    const next = Math.max(0, Math.min(MAX_ZOOM, zoom + levels));
    const [dx, dy] = [x - width / 2, y - height / 2];
    zoom = next;
    moveTo(center.x + dx / before - dx / worldSize(), center.y + dy / before - dy / worldSize());
  }

  /**
   * @param {number} x of the unit square, wraps
   * @param {number} y of the unit square, stops at the poles
   */
  function moveTo(x, y) {
    center = { x: ((x % 1) + 1) % 1, y: Math.max(0, Math.min(1, y)) };
    schedule();
  }

  /**
   * @param {number} dx CSS pixels that the ground moves
   * @param {number} dy
   */
  function panBy(dx, dy) {
    moveTo(center.x - dx / worldSize(), center.y - dy / worldSize());
  }

  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  let moved = 0;
  let wasPinch = false;

  /** @param {PointerEvent | WheelEvent | MouseEvent} event */
  function position(event) {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function pinch() {
    const [a, b] = [...pointers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, span: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 0) {
      moved = 0;
      wasPinch = false;
    }
    if (pointers.size < 2) pointers.set(event.pointerId, position(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = position(event);
    const last = pointers.get(event.pointerId);
    if (!last) {
      if (pointers.size === 0) handlers.hover(now);
      return;
    }
    const before = pointers.size === 2 ? pinch() : null;
    pointers.set(event.pointerId, now);
    if (before) {
      wasPinch = true;
      const after = pinch();
      panBy(after.x - before.x, after.y - before.y);
      zoomAround(Math.log2(after.span / before.span), after.x, after.y);
    } else {
      moved += Math.hypot(now.x - last.x, now.y - last.y);
      if (moved > CLICK_SLOP) panBy(now.x - last.x, now.y - last.y);
    }
  });
  const release = (/** @type {PointerEvent} */ event) => {
    const tracked = pointers.delete(event.pointerId);
    const clicked = event.type === "pointerup" && moved <= CLICK_SLOP && !wasPinch;
    if (tracked && clicked && pointers.size === 0) handlers.click(position(event));
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => {
    if (pointers.size === 0) handlers.leave();
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      const levels = Math.max(-1, Math.min(1, (-event.deltaY * lines) / 250));
      const { x, y } = position(event);
      zoomAround(levels, x, y);
    },
    { passive: false },
  );
  canvas.addEventListener("dblclick", (event) => {
    const { x, y } = position(event);
    zoomAround(event.shiftKey ? -1 : 1, x, y);
  });
  canvas.addEventListener("keydown", (event) => {
    const { width, height } = size();
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowLeft: () => panBy(KEY_STEP, 0),
      ArrowRight: () => panBy(-KEY_STEP, 0),
      ArrowUp: () => panBy(0, KEY_STEP),
      ArrowDown: () => panBy(0, -KEY_STEP),
      "+": () => zoomAround(1, width / 2, height / 2),
      "=": () => zoomAround(1, width / 2, height / 2),
      "-": () => zoomAround(-1, width / 2, height / 2),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  new ResizeObserver(schedule).observe(container);

  return {
    name: "plain",
    setLayers(next) {
      layers = next;
      schedule();
    },
    view() {
      const [lon, lat] = fromWorld(center.x, center.y);
      return { lon, lat, zoom };
    },
    setView(view) {
      zoom = Math.max(0, Math.min(MAX_ZOOM, view.zoom));
      const [x, y] = toWorld(view.lon, view.lat);
      moveTo(x, y);
    },
    project(lon, lat) {
      const { width, height } = size();
      const [x, y] = toWorld(lon, lat);
      return [
        (x - center.x) * worldSize() + width / 2,
        (y - center.y) * worldSize() + height / 2,
      ];
    },
    unproject(x, y) {
      const { width, height } = size();
      const [lon, lat] = fromWorld(
        center.x + (x - width / 2) / worldSize(),
        center.y + (y - height / 2) / worldSize(),
      );
      return [wrapLongitude(lon), lat];
    },
    zoomBy(levels) {
      const { width, height } = size();
      zoomAround(levels, width / 2, height / 2);
    },
    retry() {
      for (const [url, tile] of tiles) if (tile.state === "failed") tiles.delete(url);
      schedule();
    },
  };
}

/**
 * @param {import("./engine.js").RasterLayer} layer
 * @param {number} z
 * @param {number} x
 * @param {number} y
 */
function tileUrl({ tiles }, z, x, y) {
  return tiles.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
}
