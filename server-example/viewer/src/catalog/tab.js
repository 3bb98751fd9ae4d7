/** The tab of the catalog: datasets found by their keys, one of them drawn, another compared with it. */

import { ApiError, withToken } from "../api.js";
import { drawGradient } from "../colormaps.js";
import { debounce, fill, h, icon } from "../dom.js";
import { chip, dropdown, field, words } from "../form.js";
import { MAX_ZOOM, contains } from "../mercator.js";
import { findDatasets, metadataOf, openCatalog, outlinesOf, siblings, valueAt } from "./api.js";
import { catalogColors } from "./colormaps.js";
import { createControls } from "./controls.js";
import { apiCalls, createPreview, previewSize, statisticsTable } from "./facts.js";
import { createFilters } from "./filters.js";
import { readDatasets, writeDatasets } from "./hash.js";
import { dataPath, isAddressable, isSame, nameOf, withValue } from "./keys.js";
import { createDatasetList } from "./list.js";
import { contained, outlineOfBounds } from "./outline.js";
import { guessColors } from "./presets.js";
import { datasetsQuery } from "./query.js";
import { rangeBetween } from "./stretch.js";
import { idOf, missingRanges, newView, previewAddress, sourcesOf, tileTemplate } from "./view.js";

/** A map that rests this long, in milliseconds, is searched anew. */
const REST = 400;

/** A slider that rests this long, in milliseconds, is drawn. */
const SETTLE = 80;

/**
 * @typedef {import("./keys.js").Dataset} Dataset
 * @typedef {import("./api.js").Metadata} Metadata
 */

/**
 * @param {HTMLElement} host
 * @param {import("../layers-tab.js").Around & {viewBounds: () => import("../mercator.js").Bounds}} around
 */
export function createDatasetsTab(host, around) {
  const { notices } = around;
  /** @type {import("./api.js").Catalog} */
  let catalog = { keys: [], extended: false };
  let view = newView(catalog);
  /** @type {import("./query.js").Query} */
  let query = { filters: [], box: null, page: 0, size: 15, order: null };
  let inView = false;
  /** @type {Dataset[]} */
  let listed = [];
  /** @type {Map<string, Metadata>} outlines of the page */
  let outlines = new Map();
  /** @type {Dataset | null} */
  let pointed = null;
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

  /** @type {Map<string, Promise<string[]>>} */
  const knownSiblings = new Map();

  /**
   * @param {Dataset} dataset
   * @param {number} key
   */
  function siblingsOf(dataset, key) {
    const id = JSON.stringify([key, dataset.filter((_, i) => i !== key)]);
    let promise = knownSiblings.get(id);
    if (!promise) {
      promise = siblings(catalog, dataset, key);
      promise.catch((error) => {
        knownSiblings.delete(id);
        around.failed(error);
      });
      knownSiblings.set(id, promise);
    }
    return promise;
  }

  let request = new AbortController();

  /** @param {boolean} [look] whether the map is to show what is found */
  async function search(look = false) {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    query.box = inView ? around.viewBounds() : null;
    panels?.list.waiting();
    try {
      const { datasets, total } = await findDatasets(catalog, query, signal);
      // A filter may have left fewer pages than were turned.
      if (datasets.length === 0 && query.page > 0 && total !== null) {
        query.page = Math.max(0, Math.ceil(total / query.size) - 1);
        if (total > 0) return void search(look);
      }
      listed = datasets;
      panels?.list.show(datasets, query, total);
      panels?.list.mark(view.dataset, view.compared);
      panels?.filters.learn(datasets);
      outlines = new Map();
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
    const reachable = listed.filter(isAddressable);
    if (reachable.length === 0) return;
    try {
      const answer = await outlinesOf(reachable, signal);
      outlines = new Map(reachable.map((dataset, i) => [idOf(dataset), answer[i]]));
      notices.clear("outlines");
      const bounds = boundsOfPage();
      if (look && bounds.length > 0 && !view.dataset) around.zoomTo(union(bounds), false);
      around.redraw();
    } catch (error) {
      if (signal.aborted) return;
      notices.show("outlines", { title: "Outlines of the datasets", text: `They are not known: ${words(error)}` });
    }
  }

  const boundsOfPage = () => [...outlines.values()].flatMap(({ bounds }) => (bounds ? [bounds] : []));

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
    const { dataset } = view;
    if (!dataset) return;
    try {
      if (view.mode === "rgb" && !view.rgb) {
        const values = await siblingsOf(dataset, view.by);
        if (mine !== generation) return;
        view.rgb = guessColors(values.length > 0 ? values : [dataset[view.by]]);
        panels?.controls?.rebuild();
      }
      const missing = missingRanges(view);
      const answers = await Promise.all([metadata(dataset), ...missing.map(metadata)]);
      if (view.compared) await metadata(view.compared);
      if (mine !== generation) return;
      missing.forEach((source, i) => {
        const range = rangeBetween(answers[i + 1], 2, 98);
        if (range && !view.ranges.has(idOf(source))) view.ranges.set(idOf(source), range);
      });
      if (missingRanges(view).length > 0) throw new ApiError("The server does not tell its range of values.", 200);
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
    const before = view.dataset;
    view.dataset = dataset;
    if (isSame(view.compared, dataset)) view.compared = null;
    notices.clear("dataset");
    if (before) notices.clear(`tiles ${layerId(before)}`);
    panels?.list.mark(view.dataset, view.compared);
    panels?.showChosen();
    around.redraw();
    if (!dataset) return;
    void complete();
    if (!look) return;
    try {
      const { bounds } = await metadata(dataset);
      const shown = around.viewBounds();
      // Neighbours in time are looked at in the same place.
      const near = bounds && before && contains(bounds, (shown[0] + shown[2]) / 2, (shown[1] + shown[3]) / 2);
      if (bounds && !near && isSame(view.dataset, dataset)) around.zoomTo(bounds, true);
    } catch {
      // `complete` says what is wrong.
    }
  }

  /** @param {Dataset | null} dataset */
  function compareWith(dataset) {
    if (!view.dataset && dataset) {
      void choose(dataset, true);
      return;
    }
    view.compared = dataset && !isSame(dataset, view.dataset) ? dataset : null;
    panels?.list.mark(view.dataset, view.compared);
    panels?.showCompare();
    void complete();
    around.redraw();
  }

  /** @param {Dataset | null} dataset */
  function point(dataset) {
    if (isSame(pointed, dataset)) return;
    pointed = dataset;
    around.redraw();
  }

  /** The panels of a catalog whose keys are known. */
  function createPanels() {
    const filters = createFilters(catalog, {
      changed(next) {
        query.filters = next;
        query.page = 0;
        void search();
      },
      looked(now) {
        inView = now;
        query.page = 0;
        void search();
      },
    });
    const list = createDatasetList(catalog, {
      choose: (dataset) => void choose(isSame(dataset, view.dataset) ? null : dataset, true),
      point,
      compare: (dataset) => compareWith(isSame(dataset, view.compared) ? null : dataset),
      turn(step) {
        query.page = Math.max(0, query.page + step);
        void search();
      },
      resize(size) {
        query.page = Math.floor((query.page * query.size) / size);
        query.size = size;
        void search();
      },
      sort(key) {
        const { order } = query;
        if (order?.key !== key) query.order = { key, ascending: true };
        else query.order = order.ascending ? { key, ascending: false } : null;
        query.page = 0;
        void search();
      },
    });
    const chosen = h("section", { class: "chosen", "aria-label": "Chosen dataset", hidden: true });
    const compare = h("div", { class: "field" });
    const preview = createPreview();
    const statistics = h("div", {});
    const calls = h("div", {});
    /** @type {ReturnType<typeof createControls> | null} */
    let controls = null;

    function showChosen() {
      const { dataset } = view;
      chosen.hidden = dataset === null;
      controls = null;
      if (!dataset) {
        preview.show(null, [1, 1], "");
        chosen.replaceChildren();
        return;
      }
      controls = createControls({ catalog, view, changed, metadata, siblings: siblingsOf });
      const name = nameOf(dataset);
      const zoom = h(
        "button",
        {
          type: "button",
          class: "icon-button",
          title: "Zoom to the dataset",
          "aria-label": `Zoom to ${name}`,
          onclick: () => void metadata(dataset).then(({ bounds }) => bounds && around.zoomTo(bounds, true), () => {}),
        },
        icon("target"),
      );
      const close = h(
        "button",
        {
          type: "button",
          class: "icon-button",
          title: "Choose none",
          "aria-label": `Put ${name} away`,
          onclick: () => void choose(null, false),
        },
        icon("close"),
      );
      fill(statistics, h("p", { class: "muted" }, "Loading…"));
      metadata(dataset).then(
        (answer) => {
          if (isSame(dataset, view.dataset)) fill(statistics, statisticsTable(dataset, answer));
        },
        (error) => {
          if (isSame(dataset, view.dataset)) fill(statistics, h("p", { class: "field-error" }, words(error)));
        },
      );
      const pairs = catalog.keys.map(({ name: key }, i) =>
        h("span", { class: "key-value" }, h("span", { class: "muted" }, key), " ", dataset[i]),
      );
      fill(
        chosen,
        h("div", { class: "chosen-head" }, h("h2", {}, ...pairs), zoom, close),
        controls.element,
        compare,
        h("details", { class: "fold", open: true }, h("summary", {}, "Statistics"), preview.element, statistics),
        h("details", { class: "fold" }, h("summary", {}, "Requests for copying"), calls),
      );
      showCompare();
    }

    /** The ways to compare: other values of one key, or any row of the table. */
    function showCompare() {
      const { dataset, compared } = view;
      if (!dataset) return;
      const candidates = catalog.keys
        .map(({ name }, key) => ({ name, key }))
        .filter(({ key }) => view.mode === "single" || key !== view.by);
      const differing = compared ? candidates.find(({ key }) => compared[key] !== dataset[key]) : null;
      const key = differing?.key ?? candidates.find(({ name }) => /date|time|year|day/i.test(name))?.key ?? candidates[0]?.key;
      if (key === undefined) {
        compare.replaceChildren();
        return;
      }
      const rest = h("div", { class: "row" });
      const keys = candidates.map((entry) => /** @type {[string, string]} */ ([String(entry.key), entry.name]));
      const offer = (/** @type {number} */ among) => {
        fill(rest, h("span", { class: "muted" }, "…"));
        siblingsOf(dataset, among).then(
          (values) => {
            if (!isSame(dataset, view.dataset)) return;
            const others = values.filter((value) => value !== dataset[among]);
            const now = compared && isSame(compared, withValue(dataset, among, compared[among])) ? compared[among] : "";
            const options = [/** @type {[string, string]} */ (["", others.length > 0 ? "nothing" : "no other value"])];
            options.push(...others.map((value) => /** @type {[string, string]} */ ([value, value])));
            fill(
              rest,
              dropdown("Compare with", "compare-value", options, now, (value) => {
                compareWith(value === "" ? null : withValue(dataset, among, value));
              }),
            );
          },
          (error) => fill(rest, h("span", { class: "field-error" }, words(error))),
        );
      };
      const byKey = dropdown("Key to compare by", "compare-key", keys, String(key), (value) => offer(Number(value)));
      const other = compared && dataset.filter((value, i) => value !== compared[i]).length > 1;
      fill(
        compare,
        h("div", { class: "field-name" }, "Compare with another"),
        h("div", { class: "band-row" }, byKey, rest),
        compared &&
          h(
            "div",
            { class: "chips" },
            other && h("span", { class: "muted" }, nameOf(compared)),
            chip("Swap", "Exchange left and right", () => {
              view.compared = dataset;
              void choose(compared, false);
            }),
            chip("End comparison", "Show one dataset only", () => compareWith(null)),
          ),
      );
      offer(key);
    }

    /** Brings picture and requests in line with the view. */
    function showRequests() {
      const { dataset } = view;
      if (!dataset) return;
      const template = tileTemplate(catalog, view, dataset, 256);
      const size = previewSize(arrived.get(idOf(dataset))?.bounds ?? null);
      const picture = previewAddress(catalog, view, dataset, size);
      preview.show(picture, size, nameOf(dataset));
      const list = withToken(`datasets?${datasetsQuery(catalog, query)}`);
      fill(
        calls,
        apiCalls([
          ...(template ? [{ name: "Tiles", url: template }] : []),
          ...(picture ? [{ name: "Picture of the whole", url: picture }] : []),
          { name: "Metadata", url: withToken(`metadata/${dataPath(dataset)}`) },
          { name: "This list", url: list },
          {
            name: "Outlines of this list",
            url: withToken('metadata?columns=["bounds","convex_hull"]'),
            body: JSON.stringify({ keys: listed.filter(isAddressable) }),
          },
        ]),
      );
    }

    fill(host, filters.element, list.element, chosen);
    return {
      filters,
      list,
      showChosen,
      showCompare,
      showRequests: debounce(showRequests, 150),
      get controls() {
        return controls;
      },
    };
  }

  /**
   * @param {Dataset} dataset
   * @param {number} pixels
   * @returns {import("../engine.js").RasterLayer | null}
   */
  function layerOf(dataset, pixels) {
    // Without bounds a map would ask for tiles of the whole world.
    const bounds = arrived.get(idOf(dataset))?.bounds ?? outlines.get(idOf(dataset))?.bounds;
    const tiles = tileTemplate(catalog, view, dataset, pixels);
    if (!bounds || !tiles) return null;
    return { id: layerId(dataset), tiles, bounds, maxzoom: MAX_ZOOM - 2, opacity: view.opacity, crisp: false };
  }

  /** @returns {import("../overlay.js").Footprint[]} */
  function footprints() {
    const outlineOf = (/** @type {Dataset} */ dataset) => {
      const found = arrived.get(idOf(dataset)) ?? outlines.get(idOf(dataset));
      if (!found) return [];
      return found.outline.length > 0 ? found.outline : outlineOfBounds(found.bounds);
    };
    const chosen = view.dataset;
    /** @type {import("../overlay.js").Footprint[]} */
    const drawn = [];
    // Datasets of one place would darken each other.
    const seen = new Set();
    for (const dataset of listed) {
      const rings = outlineOf(dataset);
      const key = JSON.stringify(rings);
      if (rings.length === 0 || seen.has(key) || isSame(dataset, chosen)) continue;
      seen.add(key);
      drawn.push({ rings, kind: "listed" });
    }
    if (chosen) drawn.push({ rings: outlineOf(chosen), kind: "chosen" });
    if (pointed) drawn.push({ rings: outlineOf(pointed), kind: "pointed" });
    return drawn.filter(({ rings }) => rings.length > 0);
  }

  /** @returns {import("../legend.js").Legend[]} */
  function legend() {
    const { dataset, mode } = view;
    if (!dataset) return [];
    const rest = mode === "single" ? dataset : dataset.filter((_, i) => i !== view.by);
    const title = nameOf(rest) || catalog.keys[view.by].name;
    if (mode === "rgb") return view.rgb ? [{ id: "dataset", title, channels: view.rgb }] : [];
    const colors = mode === "single" ? view.colormap : view.computedColors;
    const range = mode === "single" ? (view.ranges.get(idOf(dataset)) ?? null) : view.computed;
    if (mode === "compute" && view.expression === "") return [];
    return [
      {
        id: "dataset",
        title,
        note: mode === "compute" ? view.expression : undefined,
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
      if (found) catalog = found;
      return found !== null;
    },

    /**
     * @param {import("../hash.js").Parts} parts
     * @param {boolean} first whether nothing is shown yet
     * @param {boolean} placed whether the address says what to look at
     */
    restore(parts, first, placed) {
      ({ view, query, inView } = readDatasets(parts, catalog));
      panels ??= createPanels();
      panels.filters.show(query.filters, inView);
      const { dataset } = view;
      void search(first && !placed);
      if (dataset && isAddressable(dataset)) {
        view.dataset = null;
        if (view.compared && !isAddressable(view.compared)) view.compared = null;
        void choose(dataset, false);
        if (first && !placed) metadata(dataset).then(({ bounds }) => bounds && around.zoomTo(bounds, false), () => {});
      } else {
        view.dataset = null;
        panels.showChosen();
      }
      return null;
    },

    write: () => writeDatasets(catalog, view, query, inView),

    /**
     * @param {number} pixels width of a tile
     * @returns {import("../app.js").Scene}
     */
    scene(pixels) {
      const { dataset, compared } = view;
      const own = dataset && layerOf(dataset, pixels);
      const other = dataset && compared && layerOf(compared, pixels);
      panels?.showRequests();
      return {
        layers: own ? [own] : [],
        compared:
          dataset && compared && own
            ? { layers: other ? [other] : [], labels: labels(dataset, compared), split: view.split }
            : null,
        bounds: null,
        footprints: footprints(),
        legend: legend(),
        title: dataset ? nameOf(dataset) : "",
      };
    },

    /** Bounds of the chosen dataset, or of the page. */
    extents() {
      const bounds = view.dataset && arrived.get(idOf(view.dataset))?.bounds;
      return bounds ? [bounds] : boundsOfPage();
    },

    /**
     * What the readout can say.
     *
     * @param {boolean} right whether the place lies right of the compare handle
     * @returns {import("../readout.js").Target | string}
     */
    target(right) {
      const dataset = right && view.compared ? view.compared : view.dataset;
      if (!dataset) return "no dataset chosen";
      const bounds = arrived.get(idOf(dataset))?.bounds;
      // Terracotta tells no values.
      if (!bounds || !catalog.extended) return "";
      const sources = [...new Map(sourcesOf(view, dataset).map((source) => [idOf(source), source])).values()];
      return {
        bounds,
        outside: "outside the dataset",
        async values(lon, lat, signal) {
          const answers = await Promise.all(sources.map((source) => valueAt(source, lon, lat, signal)));
          return answers.map((value, i) => ({ label: sources[i][view.mode === "single" ? sources[i].length - 1 : view.by], value }));
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
        const found = arrived.get(idOf(dataset)) ?? outlines.get(idOf(dataset));
        return found !== undefined && contained(found, lon, lat);
      };
      if (view.dataset && lies(view.dataset)) return false;
      const found = listed.find((dataset) => isAddressable(dataset) && lies(dataset));
      if (!found) return false;
      void choose(found, false);
      return true;
    },

    /** @param {string} id of a drawn layer */
    nameOf(id) {
      const dataset = [view.dataset, view.compared].find((one) => one && layerId(one) === id);
      return dataset ? nameOf(dataset) : "Dataset";
    },

    /** Tiles beside a dataset are empty pictures: whatever is not there is missing. */
    isFailure: () => true,

    heartbeat: "keys",

    /** The map has moved. */
    moved() {
      if (!inView) return;
      const box = JSON.stringify(around.viewBounds().map((side) => side.toFixed(5)));
      if (box === lastBox) return;
      lastBox = box;
      query.page = 0;
      searchAgain();
    },

    /** @param {number} share where the compare handle is */
    split(share) {
      view.split = share;
      settled();
    },

    /** Where a person reads about the server's interface. */
    documents: () => withToken(catalog.extended ? "docs" : "apidoc"),
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
