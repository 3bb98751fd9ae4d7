/** The tab of the catalog: datasets found by their keys, one of them drawn, another compared with it. */

import { ApiError, withToken } from "../api.js";
import { drawGradient } from "../colormaps.js";
import { debounce, fill } from "../dom.js";
import { words } from "../form.js";
import { MAX_ZOOM, contains } from "../mercator.js";
import { findDatasets, metadataOf, openCatalog, outlinesOf, valueAt } from "./api.js";
import { catalogColors } from "./colormaps.js";
import { createChosen } from "./chosen.js";
import { createFilters } from "./filters.js";
import { readDatasets, writeDatasets } from "./hash.js";
import { isAddressable, isSame, nameOf } from "./keys.js";
import { createDatasetList } from "./list.js";
import { contained, outlineOfBounds } from "./outline.js";
import { guessColors } from "./presets.js";
import { rangeBetween } from "./stretch.js";
import { valuesBeside } from "./values.js";
import { idOf, isByValue, missingRanges, newView, sourcesOf, tileTemplate } from "./view.js";

/** A map that rests this long, in milliseconds, is searched anew. */
const REST = 400;

/** A slider that rests this long, in milliseconds, is drawn. */
const SETTLE = 80;

/**
 * @typedef {import("./keys.js").Dataset} Dataset
 * @typedef {import("./api.js").Metadata} Metadata
 *
 * @typedef {object} State
 * @property {import("./api.js").Catalog} catalog
 * @property {import("./view.js").View} view
 * @property {import("./query.js").Query} query
 * @property {boolean} inView whether only what the map shows is listed
 * @property {Dataset[]} listed the page
 * @property {Map<string, Metadata>} outlines of the page
 * @property {Dataset | null} pointed what the pointer or the focus is on
 */

/**
 * @param {HTMLElement} host
 * @param {import("../layers-tab.js").Around & {viewBounds: () => import("../mercator.js").Bounds}} around
 */
export function createDatasetsTab(host, around) {
  const { notices } = around;
  /** @type {State} */
  const state = {
    catalog: { keys: [], extended: false },
    view: newView({ keys: [], extended: false }),
    query: { filters: [], box: null, page: 0, size: 15, order: null },
    inView: false,
    listed: [],
    outlines: new Map(),
    pointed: null,
  };
  /** @type {ReturnType<typeof createPanels> | null} */
  let panels = null;

  /** @type {Map<string, Promise<Metadata>>} */
  const known = new Map();
  /** @type {Map<string, Metadata>} */
  const arrived = new Map();

  /**
   * A dataset's metadata, asked for once.
   *
   * @param {Dataset} dataset
   */
  function metadata(dataset) {
    const id = idOf(dataset);
    let promise = known.get(id);
    if (!promise) {
      promise = metadataOf(dataset);
      promise.then(
        (answer) => arrived.set(id, answer),
        (error) => {
          known.delete(id);
          around.failed(error);
        },
      );
      known.set(id, promise);
    }
    return promise;
  }

  /** @type {Map<string, Promise<import("./values.js").Values>>} */
  const knownSiblings = new Map();
  const siblingsId = (/** @type {Dataset} */ dataset, /** @type {number} */ key) =>
    JSON.stringify([key, dataset.filter((_, i) => i !== key)]);

  /**
   * @param {Dataset} dataset
   * @param {number} key
   */
  function siblingsOf(dataset, key) {
    const id = siblingsId(dataset, key);
    let promise = knownSiblings.get(id);
    if (!promise) {
      promise = valuesBeside(state.catalog, dataset, key);
      promise.catch((error) => {
        knownSiblings.delete(id);
        around.failed(error);
      });
      knownSiblings.set(id, promise);
    }
    return promise;
  }

  /**
   * Offers other siblings from now on; those of before where they cannot be had.
   *
   * @param {Dataset} dataset
   * @param {number} key
   * @param {Promise<import("./values.js").Values>} next
   */
  async function offer(dataset, key, next) {
    await next;
    knownSiblings.set(siblingsId(dataset, key), next);
  }

  let request = new AbortController();

  /** @param {boolean} [look] whether the map is to show what is found */
  async function search(look = false) {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    state.query.box = state.inView ? around.viewBounds() : null;
    panels?.list.waiting();
    try {
      const { datasets, total } = await findDatasets(state.catalog, state.query, signal);
      // A filter may have left fewer pages than were turned.
      if (datasets.length === 0 && state.query.page > 0 && total !== null) {
        state.query.page = Math.max(0, Math.ceil(total / state.query.size) - 1);
        if (total > 0) return void search(look);
      }
      state.listed = datasets;
      panels?.list.show(datasets, state.query, total);
      panels?.list.mark(state.view.dataset, state.view.compared);
      panels?.filters.learn(datasets);
      state.outlines = new Map();
      around.redraw();
      await findOutlines(signal, look);
    } catch (error) {
      if (signal.aborted) return;
      around.failed(error);
      panels?.list.failed(words(error), () => void search(look));
    }
  }

  /**
   * @param {AbortSignal} signal
   * @param {boolean} look
   */
  async function findOutlines(signal, look) {
    const reachable = state.listed.filter(isAddressable);
    if (reachable.length === 0) return;
    try {
      const answer = await outlinesOf(reachable, signal);
      state.outlines = new Map(reachable.map((dataset, i) => [idOf(dataset), answer[i]]));
      notices.clear("outlines");
      const bounds = boundsOfPage();
      if (look && bounds.length > 0 && !state.view.dataset) around.zoomTo(union(bounds), false);
      around.redraw();
    } catch (error) {
      if (signal.aborted) return;
      notices.show("outlines", { title: "Outlines of the datasets", text: `They are not known: ${words(error)}` });
    }
  }

  const boundsOfPage = () => [...state.outlines.values()].flatMap(({ bounds }) => (bounds ? [bounds] : []));

  /** Draws again, once a slider rests. */
  const settled = debounce(() => around.redraw(), SETTLE);

  function changed() {
    void complete();
    settled();
  }

  let generation = 0;

  /** Asks for what the view still lacks: bands and ranges. */
  async function complete() {
    generation += 1;
    const mine = generation;
    const { dataset } = state.view;
    if (!dataset) return;
    try {
      if (state.view.mode === "rgb" && !state.view.rgb) {
        const { seen: values } = await siblingsOf(dataset, state.view.by);
        if (mine !== generation) return;
        state.view.rgb = guessColors(values.length > 0 ? values : [dataset[state.view.by]]);
        panels?.chosen.rebuildControls();
      }
      const missing = missingRanges(state.view);
      const answers = await Promise.all([metadata(dataset), ...missing.map(metadata)]);
      if (state.view.compared) await metadata(state.view.compared);
      if (mine !== generation) return;
      missing.forEach((source, i) => {
        const range = rangeBetween(answers[i + 1], 2, 98);
        if (range && !state.view.ranges.has(idOf(source))) state.view.ranges.set(idOf(source), range);
      });
      if (missingRanges(state.view).length > 0) throw new ApiError("The server does not tell its range of values.", 200);
      notices.clear("dataset");
      around.redraw();
    } catch (error) {
      if (mine !== generation) return;
      notices.show("dataset", {
        title: nameOf(dataset),
        text: `It cannot be drawn: ${words(error)}`,
        action: { label: "Try again", run: () => void complete() },
      });
    }
  }

  /**
   * @param {Dataset | null} dataset
   * @param {boolean} look whether the map goes there
   */
  async function choose(dataset, look) {
    const before = state.view.dataset;
    state.view.dataset = dataset;
    if (isSame(state.view.compared, dataset)) state.view.compared = null;
    notices.clear("dataset");
    if (before) notices.clear(`tiles ${layerId(before)}`);
    panels?.list.mark(state.view.dataset, state.view.compared);
    panels?.chosen.showChosen();
    around.redraw();
    if (!dataset) return;
    void complete();
    if (!look) return;
    try {
      const { bounds } = await metadata(dataset);
      const shown = around.viewBounds();
      // Neighbours in time are looked at in the same place.
      const near = bounds && before && contains(bounds, (shown[0] + shown[2]) / 2, (shown[1] + shown[3]) / 2);
      if (bounds && !near && isSame(state.view.dataset, dataset)) around.zoomTo(bounds, true);
    } catch {
      // `complete` says what is wrong.
    }
  }

  /** @param {Dataset | null} dataset */
  function compareWith(dataset) {
    if (!state.view.dataset && dataset) {
      void choose(dataset, true);
      return;
    }
    state.view.compared = dataset && !isSame(dataset, state.view.dataset) ? dataset : null;
    panels?.list.mark(state.view.dataset, state.view.compared);
    panels?.chosen.showCompare();
    void complete();
    around.redraw();
  }

  /** @param {Dataset | null} dataset */
  function point(dataset) {
    if (isSame(state.pointed, dataset)) return;
    state.pointed = dataset;
    around.redraw();
  }

  /** The panels of a catalog whose keys are known. */
  function createPanels() {
    const filters = createFilters(state.catalog, {
      changed(next) {
        state.query.filters = next;
        state.query.page = 0;
        void search();
      },
      looked(now) {
        state.inView = now;
        state.query.page = 0;
        void search();
      },
    });
    const list = createDatasetList(state.catalog, {
      choose: (dataset) => void choose(isSame(dataset, state.view.dataset) ? null : dataset, true),
      point,
      compare: (dataset) => compareWith(isSame(dataset, state.view.compared) ? null : dataset),
      turn(step) {
        state.query.page = Math.max(0, state.query.page + step);
        void search();
      },
      resize(size) {
        state.query.page = Math.floor((state.query.page * state.query.size) / size);
        state.query.size = size;
        void search();
      },
      sort(key) {
        const { order } = state.query;
        if (order?.key !== key) state.query.order = { key, ascending: true };
        else state.query.order = order.ascending ? { key, ascending: false } : null;
        state.query.page = 0;
        void search();
      },
    });
    const chosen = createChosen(state, {
      changed,
      choose,
      compareWith,
      zoomTo: around.zoomTo,
      boundsOf: (dataset) => arrived.get(idOf(dataset))?.bounds ?? null,
      metadata,
      siblings: siblingsOf,
      offer,
    });
    fill(host, filters.element, list.element, chosen.element);
    return { filters, list, chosen };
  }

  /**
   * @param {Dataset} dataset
   * @param {number} pixels
   * @returns {import("../engine.js").RasterLayer | null}
   */
  function layerOf(dataset, pixels) {
    // Without bounds a map would ask for tiles of the whole world.
    const bounds = arrived.get(idOf(dataset))?.bounds ?? state.outlines.get(idOf(dataset))?.bounds;
    const tiles = tileTemplate(state.catalog, state.view, dataset, pixels);
    if (!bounds || !tiles) return null;
    return { id: layerId(dataset), tiles, bounds, maxzoom: MAX_ZOOM - 2, opacity: state.view.opacity, crisp: isByValue(state.view) };
  }

  /** @returns {import("../overlay.js").Footprint[]} */
  function footprints() {
    const outlineOf = (/** @type {Dataset} */ dataset) => {
      const found = arrived.get(idOf(dataset)) ?? state.outlines.get(idOf(dataset));
      if (!found) return [];
      return found.outline.length > 0 ? found.outline : outlineOfBounds(found.bounds);
    };
    const chosen = state.view.dataset;
    /** @type {import("../overlay.js").Footprint[]} */
    const drawn = [];
    // Datasets of one place would darken each other.
    const seen = new Set();
    for (const dataset of state.listed) {
      const rings = outlineOf(dataset);
      const key = JSON.stringify(rings);
      if (rings.length === 0 || seen.has(key) || isSame(dataset, chosen)) continue;
      seen.add(key);
      drawn.push({ rings, kind: "listed" });
    }
    if (chosen) drawn.push({ rings: outlineOf(chosen), kind: "chosen" });
    if (state.pointed) drawn.push({ rings: outlineOf(state.pointed), kind: chosen ? "outlined" : "pointed" });
    return drawn.filter(({ rings }) => rings.length > 0);
  }

  /** @returns {import("../legend.js").Legend[]} */
  function legend() {
    const { dataset, mode } = state.view;
    if (!dataset) return [];
    const rest = mode === "single" ? dataset : dataset.filter((_, i) => i !== state.view.by);
    const title = nameOf(rest) || state.catalog.keys[state.view.by].name;
    if (mode === "rgb") return state.view.rgb ? [{ id: "dataset", title, channels: state.view.rgb }] : [];
    if (isByValue(state.view)) {
      const names = arrived.get(idOf(dataset))?.categories ?? [];
      const label = (/** @type {number} */ value) => names.find((category) => category.value === value)?.name ?? String(value);
      const classes = (state.view.valueColors ?? []).map(({ value, color }) => ({ color, label: label(value) }));
      return [{ id: "dataset", title, classes }];
    }
    const colors = mode === "single" ? state.view.colormap : state.view.computedColors;
    const range = mode === "single" ? (state.view.ranges.get(idOf(dataset)) ?? null) : state.view.computed;
    if (mode === "compute" && state.view.expression === "") return [];
    return [
      {
        id: "dataset",
        title,
        note: mode === "compute" ? state.view.expression : undefined,
        ramp: { range, gradient: (canvas) => drawGradient(canvas, colors, catalogColors) },
      },
    ];
  }

  const searchAgain = debounce(() => void search(), REST);
  let lastBox = "";

  return {
    /**
     * Asks the server for its keys.
     *
     * @returns {Promise<boolean>} whether it has a catalog
     * @throws {ApiError} if the server does not answer
     */
    async load() {
      const found = await openCatalog();
      if (found) state.catalog = found;
      return found !== null;
    },

    /**
     * @param {import("../hash.js").Parts} parts
     * @param {boolean} first whether nothing is shown yet
     * @param {boolean} placed whether the address says what to look at
     */
    restore(parts, first, placed) {
      Object.assign(state, readDatasets(parts, state.catalog));
      panels ??= createPanels();
      panels.filters.show(state.query.filters, state.inView);
      const { dataset } = state.view;
      void search(first && !placed);
      if (dataset && isAddressable(dataset)) {
        state.view.dataset = null;
        if (state.view.compared && !isAddressable(state.view.compared)) state.view.compared = null;
        void choose(dataset, false);
        if (first && !placed) metadata(dataset).then(({ bounds }) => bounds && around.zoomTo(bounds, false), () => {});
      } else {
        state.view.dataset = null;
        panels.chosen.showChosen();
      }
      return null;
    },

    write: () => writeDatasets(state.catalog, state.view, state.query, state.inView),

    /**
     * @param {number} pixels width of a tile
     * @returns {import("../app.js").Scene}
     */
    scene(pixels) {
      const { dataset, compared } = state.view;
      const own = dataset && layerOf(dataset, pixels);
      const other = dataset && compared && layerOf(compared, pixels);
      panels?.chosen.showRequests();
      return {
        layers: own ? [own] : [],
        compared:
          dataset && compared && own
            ? { layers: other ? [other] : [], labels: labels(dataset, compared), split: state.view.split }
            : null,
        bounds: null,
        footprints: footprints(),
        legend: legend(),
        title: dataset ? nameOf(dataset) : "",
      };
    },

    /** Bounds of the chosen dataset, or of the page. */
    extents() {
      const bounds = state.view.dataset && arrived.get(idOf(state.view.dataset))?.bounds;
      return bounds ? [bounds] : boundsOfPage();
    },

    /**
     * What the readout can say.
     *
     * @param {boolean} right whether the place lies right of the compare handle
     * @returns {import("../readout.js").Target | string}
     */
    target(right) {
      const dataset = right && state.view.compared ? state.view.compared : state.view.dataset;
      if (!dataset) return "no dataset chosen";
      const bounds = arrived.get(idOf(dataset))?.bounds;
      // Terracotta tells no values.
      if (!bounds || !state.catalog.extended) return "";
      const sources = [...new Map(sourcesOf(state.view, dataset).map((source) => [idOf(source), source])).values()];
      return {
        bounds,
        outside: "outside the dataset",
        async values(lon, lat, signal) {
          const answers = await Promise.all(sources.map((source) => valueAt(source, lon, lat, signal)));
          return answers.map((value, i) => ({ label: sources[i][state.view.mode === "single" ? sources[i].length - 1 : state.view.by], value }));
        },
      };
    },

    /**
     * A click beside the chosen dataset chooses the one that lies there.
     *
     * @param {number} lon degrees
     * @param {number} lat degrees
     */
    click(lon, lat) {
      const lies = (/** @type {Dataset} */ dataset) => {
        const found = arrived.get(idOf(dataset)) ?? state.outlines.get(idOf(dataset));
        return found !== undefined && contained(found, lon, lat);
      };
      if (state.view.dataset && lies(state.view.dataset)) return false;
      const found = state.listed.find((dataset) => isAddressable(dataset) && lies(dataset));
      if (!found) return false;
      void choose(found, false);
      return true;
    },

    /** @param {string} id of a drawn layer */
    nameOf(id) {
      const dataset = [state.view.dataset, state.view.compared].find((one) => one && layerId(one) === id);
      return dataset ? nameOf(dataset) : "Dataset";
    },

    /** Tiles beside a dataset are empty pictures: whatever is not there is missing. */
    isFailure: () => true,

    heartbeat: "keys",

    /** The map has moved. */
    moved() {
      if (!state.inView) return;
      const box = JSON.stringify(around.viewBounds().map((side) => side.toFixed(5)));
      if (box === lastBox) return;
      lastBox = box;
      state.query.page = 0;
      searchAgain();
    },

    /** @param {number} share where the compare handle is */
    split(share) {
      state.view.split = share;
      settled();
    },

    /** Whether the server goes beyond Terracotta. */
    isExtended: () => state.catalog.extended,

    /** Where a person reads about the server's interface. */
    documents: () => withToken(state.catalog.extended ? "docs" : "apidoc"),
  };
}

/**
 * What a dataset is called among the map's layers.
 *
 * @param {Dataset} dataset
 */
function layerId(dataset) {
  return `dataset ${idOf(dataset)}`;
}

/**
 * What lies left and right of the handle: the values that differ.
 *
 * @param {Dataset} dataset
 * @param {Dataset} compared
 * @returns {[string, string]}
 */
function labels(dataset, compared) {
  const differing = dataset.map((_, i) => i).filter((i) => dataset[i] !== compared[i]);
  return [nameOf(differing.map((i) => dataset[i])), nameOf(differing.map((i) => compared[i]))];
}

/**
 * @param {import("../mercator.js").Bounds[]} bounds at least one
 * @returns {import("../mercator.js").Bounds}
 */
function union(bounds) {
  return [
    Math.min(...bounds.map((side) => side[0])),
    Math.min(...bounds.map((side) => side[1])),
    Math.max(...bounds.map((side) => side[2])),
    Math.max(...bounds.map((side) => side[3])),
  ];
}
