/** The tab of the layers that the server has opened: `GET /layers`. */

import { ApiError, getJson, point, statistics } from "./api.js";
import { colormapNames } from "./colormaps.js";
import { debounce, fill, h } from "./dom.js";
import { words } from "./form.js";
import { readLayers, writeLayers } from "./hash.js";
import { createLayerList } from "./layer-list.js";
import {
  dataBands,
  deepestTile,
  defaultStyle,
  missingRanges,
  parseLayers,
  roundRange,
  shownBands,
  tileTemplate,
} from "./layers.js";
import { legendOfLayers } from "./legend.js";
import { askedFor } from "./open-form.js";
import { createStylePanel } from "./style-panel.js";

/** Layers with more bands than this show only the bands that are drawn. */
const ALL_BANDS = 6;

/**
 * @typedef {import("./layers.js").Layer} Layer
 *
 * @typedef {object} Around what a tab may do to the rest of the page
 * @property {ReturnType<typeof import("./notices.js").createNotices>} notices
 * @property {() => void} redraw what the tab shows has changed
 * @property {(bounds: import("./mercator.js").Bounds, animate: boolean) => void} zoomTo
 * @property {(error: unknown) => void} failed a request went wrong; the page notices a server that is gone
 */

/**
 * @param {HTMLElement} host
 * @param {Around} around
 */
export function createLayersTab(host, around) {
  const { notices } = around;
  /** @type {Layer[]} */
  let layers = [];
  /** @type {string[]} */
  let colormaps = [];
  /** @type {string | null} */
  let active = null;
  /** @type {ReturnType<typeof createLayerList> | null} */
  let list = null;

  const activeLayer = () => layers.find(({ info }) => info.id === active) ?? null;

  /** @param {boolean} [rebuild] whether the chosen layer's controls have to be built anew */
  function refresh(rebuild = false) {
    list?.update(active, rebuild);
    around.redraw();
  }

  /** @type {Map<string, Promise<import("./api.js").BandStatistics[]>>} */
  const known = new Map();

  /**
   * Statistics of bands, asked for once.
   *
   * @param {Layer} layer
   * @param {number[]} bands
   */
  function cachedStatistics(layer, bands) {
    const key = JSON.stringify([layer.info.url, bands]);
    let promise = known.get(key);
    if (!promise) {
      promise = statistics(layer.info.url, bands);
      promise.catch((error) => {
        known.delete(key);
        around.failed(error);
      });
      known.set(key, promise);
    }
    return promise;
  }

  /** @type {Set<string>} */
  const searching = new Set();

  /**
   * Asks for the ranges that nobody has given, then draws.
   *
   * @param {Layer} layer
   */
  async function findRanges(layer) {
    const { id, name } = layer.info;
    if (searching.has(id)) return;
    searching.add(id);
    try {
      const bands = missingRanges(layer);
      const answer = await cachedStatistics(layer, bands);
      answer.forEach(({ low, high, min, max }, i) => {
        const span = low < high ? [low, high] : min < max ? [min, max] : [low - 0.5, low + 0.5];
        if (span.every(Number.isFinite)) layer.style.ranges.set(bands[i], roundRange(span[0], span[1]));
      });
      if (missingRanges(layer).length > 0) throw new ApiError("The file has no valid pixel to stretch.", 200);
      searching.delete(id);
      refresh(id === active);
    } catch (error) {
      notices.show(`range ${id}`, {
        title: name,
        text: `Its range of values is not known: ${words(error)}`,
        action: {
          label: "Try again",
          run: () => {
            notices.clear(`range ${id}`);
            searching.delete(id);
            refresh();
          },
        },
      });
    }
  }

  /** The layers of the sources that the address names; who cannot be opened is a notice. */
  async function openAsked() {
    const opened = askedFor(location.search).map(async ({ path, source }) => {
      try {
        const { layers, failed = [] } = await getJson(path);
        if (failed.length > 0) {
          const said = failed.map((/** @type {any} */ asset) => `${asset.name}: ${asset.detail}`).join("; ");
          notices.show(`open ${source}`, { title: source, text: `Not all of it can be shown: ${said}` });
        }
        return layers;
      } catch (error) {
        around.failed(error);
        notices.show(`open ${source}`, { title: source, text: `It cannot be shown: ${words(error)}` });
        return [];
      }
    });
    return (await Promise.all(opened)).flat();
  }

  /** A slider's every step would replace all tiles: the last one counts. */
  const changed = debounce(() => refresh(), 60);

  return {
    /**
     * Asks the server for its layers and lists them.
     *
     * @returns {Promise<number>} how many there are
     * @throws {ApiError}
     */
    async load() {
      const [answer, names, asked] = await Promise.all([getJson("layers"), colormapNames(), openAsked()]);
      // What the address names comes first, and is not listed twice.
      const infos = parseLayers({ layers: [...asked, ...(answer?.layers ?? [])] });
      colormaps = names;
      layers = infos.map((info) => ({ info, visible: false, style: defaultStyle(info, colormaps) }));
      if (layers.length === 0) {
        fill(
          host,
          h("p", { class: "empty" }, "This server has no layers yet. Give it files, folders or addresses: "),
          h("pre", {}, "smalti serve PATH…"),
        );
        return 0;
      }
      list = createLayerList(host, layers, {
        show(layer, visible) {
          layer.visible = visible;
          if (visible && active === null) active = layer.info.id;
          refresh();
        },
        choose(layer) {
          const chosen = active === layer.info.id;
          active = chosen ? null : layer.info.id;
          if (!chosen) layer.visible = true;
          refresh();
        },
        zoomTo(layer) {
          if (!layer.visible) {
            layer.visible = true;
            refresh();
          }
          around.zoomTo(layer.info.bounds, true);
        },
        controls: (layer) =>
          createStylePanel(layer, { colormaps, changed, statistics: cachedStatistics, failed: around.failed }),
      });
      return layers.length;
    },

    /**
     * @param {import("./hash.js").Parts} parts
     * @param {boolean} first whether nothing is shown yet
     * @param {boolean} _placed whether the address says what to look at
     * @returns {import("./mercator.js").Bounds | null} what to look at, if the address does not say
     */
    restore(parts, first, _placed) {
      const said = readLayers(parts, layers, colormaps);
      if (said !== null) active = said;
      if (first && layers.length > 0 && !layers.some((layer) => layer.visible)) {
        layers[0].visible = true;
        active ??= layers[0].info.id;
      }
      list?.update(active, true);
      return (activeLayer() ?? layers.find((layer) => layer.visible))?.info.bounds ?? null;
    },

    write: () => writeLayers(layers, active),

    /**
     * @param {number} pixels width of a tile
     * @returns {import("./app.js").Scene}
     */
    scene(pixels) {
      const drawn = [];
      // The chosen layer lies on top: who changes its colours wants to see them.
      for (const layer of layers.toSorted((a, b) => Number(b.info.id === active) - Number(a.info.id === active))) {
        if (!layer.visible) continue;
        const tiles = tileTemplate(layer, pixels);
        if (tiles === null) {
          void findRanges(layer);
          continue;
        }
        drawn.push({
          id: layer.info.id,
          tiles,
          bounds: layer.info.bounds,
          maxzoom: deepestTile(layer.info),
          opacity: layer.style.opacity,
          crisp: layer.style.resampling === "nearest",
        });
      }
      return {
        layers: drawn.reverse(),
        compared: null,
        bounds: activeLayer()?.info.bounds ?? null,
        footprints: [],
        legend: legendOfLayers(layers, active),
        title: activeLayer()?.info.name ?? "",
      };
    },

    /** Bounds of all that is shown, or, with nothing shown, of all there is. */
    extents() {
      const shown = layers.filter((layer) => layer.visible);
      return (shown.length > 0 ? shown : layers).map(({ info }) => info.bounds);
    },

    /**
     * What the readout can say.
     *
     * @param {boolean} _right whether the place lies right of the compare handle
     * @returns {import("./readout.js").Target | string} words if there is nothing to ask
     */
    target(_right) {
      const layer = activeLayer();
      if (!layer || !layer.visible) return "no layer chosen";
      const all = dataBands(layer.info);
      const shown = shownBands(layer.style);
      const bands = all.length <= ALL_BANDS ? all : all.filter(({ index }) => shown.includes(index));
      return {
        bounds: layer.info.bounds,
        outside: "outside the layer",
        async values(lon, lat, signal) {
          const indices = bands.map((band) => band.index);
          const answer = await point(layer.info.url, lon, lat, indices, signal);
          return answer.map((value, i) => ({ label: bands[i].label, value }));
        },
      };
    },

    /** @param {string} id of a drawn layer */
    nameOf: (id) => layers.find(({ info }) => info.id === id)?.info.name ?? id,

    /** Tiles outside of a layer are not there, and nobody has to know. */
    isFailure: (/** @type {number} */ status) => status !== 404,

    /** What of the server's interface answers quickly, to know that it is back. */
    heartbeat: "layers",

    moved() {},
    /**
     * Whether a click does more than to read values.
     *
     * @param {number} _lon degrees
     * @param {number} _lat degrees
     */
    click: (_lon, _lat) => false,
  };
}
