/** The viewer: its state, and the wires between server, map and panels. */

import { ApiError, errorText, getJson, statistics } from "./api.js";
import { colormapNames } from "./colormaps.js";
import { debounce, fill, h, icon } from "./dom.js";
import { readHash, writeHash } from "./hash.js";
import { createLayerList } from "./layer-list.js";
import { deepestTile, defaultStyle, missingRanges, parseLayers, roundRange, tileTemplate } from "./layers.js";
import { drawLegend } from "./legend.js";
import { unwrapBounds, viewOfBounds } from "./mercator.js";
import { createNotices } from "./notices.js";
import { askedFor, createOpenForm } from "./open-form.js";
import { createOverlay } from "./overlay.js";
import { createReadout } from "./readout.js";
import { createStylePanel } from "./style-panel.js";

/** While the server is down it is asked this often, in milliseconds. */
const RETRY_EVERY = 3000;

/** Screens from this many device pixels a CSS pixel get tiles of twice the width. */
const DENSE = 1.5;

/**
 * @typedef {import("./layers.js").Layer} Layer
 * @typedef {(container: HTMLElement, handlers: import("./engine.js").Handlers) => import("./engine.js").Engine} CreateEngine
 */

/**
 * @param {CreateEngine} createEngine
 * @param {{notes: boolean}} options `notes`: whether the page has the licences of bundled libraries
 */
export function start(createEngine, options) {
  const map = /** @type {HTMLElement} */ (document.getElementById("map"));
  const stage = h("div", { class: "stage" });
  map.append(stage);
  const shell = createShell(/** @type {HTMLElement} */ (document.getElementById("app")), options);
  const overlay = createOverlay(map);
  const notices = createNotices(shell.notices);
  const readout = createReadout(shell.readout);

  /** @type {Layer[]} */
  let layers = [];
  /** @type {string[]} */
  let colormaps = [];
  /** @type {string | null} */
  let active = null;
  /** @type {ReturnType<typeof createLayerList> | null} */
  let list = null;
  let tilesLoaded = 0;
  let ready = false;

  const engine = createEngine(stage, {
    drawn() {
      overlay.draw(engine);
      saveHash();
    },
    hover({ x, y }) {
      overlay.state.mark = null;
      const [lon, lat] = engine.unproject(x, y);
      readout.at(activeLayer(), lon, lat);
    },
    leave() {
      if (!overlay.state.mark) readout.leave();
    },
    click({ x, y }) {
      const [lon, lat] = engine.unproject(x, y);
      overlay.state.mark = [lon, lat];
      overlay.draw(engine);
      readout.at(activeLayer(), lon, lat);
    },
    busy(busy) {
      map.dataset.busy = String(busy);
    },
    tileLoaded(id) {
      tilesLoaded += 1;
      map.dataset.tiles = String(tilesLoaded);
      notices.clear(`tiles ${id}`);
    },
    async tileFailed(id, status, body) {
      if (status === 404) return;
      if (status === 0) {
        serverDown();
        return;
      }
      const layer = layers.find(({ info }) => info.id === id);
      const said = await errorText({ status, text: () => body });
      notices.show(`tiles ${id}`, {
        title: layer?.info.name ?? id,
        text: said,
        action: { label: "Try again", run: () => engine.retry() },
      });
    },
  });
  map.dataset.engine = engine.name;
  map.dataset.busy = "false";

  const saveHash = debounce(() => {
    if (ready) history.replaceState(null, "", writeHash(engine.view(), layers, active));
  }, 250);

  function activeLayer() {
    return layers.find(({ info }) => info.id === active) ?? null;
  }

  /**
   * Brings everything in line with `layers` and `active`.
   *
   * @param {boolean} [rebuild] whether the chosen layer's controls have to be built anew
   */
  function refresh(rebuild = false) {
    const pixels = window.devicePixelRatio >= DENSE ? 512 : 256;
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
    engine.setLayers(drawn.reverse());
    overlay.state.bounds = activeLayer()?.info.bounds ?? null;
    overlay.draw(engine);
    list?.update(active, rebuild);
    drawLegend(shell.legend, layers, active);
    shell.subtitle.textContent = activeLayer()?.info.name ?? "";
    saveHash();
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
        failed(error);
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
        text: `Its range of values is not known: ${text(error)}`,
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

  /** @param {unknown} error */
  function failed(error) {
    if (error instanceof ApiError && error.status === 0) serverDown();
  }

  let retryTimer = 0;

  /** Says that the server is gone, and waits for it. */
  function serverDown() {
    if (retryTimer !== 0) return;
    notices.show("server", {
      title: "The server does not answer",
      text: "Tiles and values come back by themselves as soon as it does.",
    });
    const poll = async () => {
      try {
        await getJson("layers");
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 0) {
          retryTimer = window.setTimeout(poll, RETRY_EVERY);
          return;
        }
      }
      retryTimer = 0;
      notices.clear("server");
      engine.retry();
      if (!ready) void load();
      else refresh();
    };
    retryTimer = window.setTimeout(poll, RETRY_EVERY);
  }

  /** What of the map no panel covers. */
  function padding() {
    const panel = shell.panel.getBoundingClientRect();
    const sheet = panel.width > map.clientWidth * 0.8;
    const margin = sheet ? 16 : 32;
    return sheet
      ? { top: margin + 40, right: margin, bottom: map.clientHeight - panel.top + margin, left: margin }
      : { top: margin, right: margin + 40, bottom: margin, left: panel.right + margin };
  }

  /**
   * @param {Layer} layer
   * @param {boolean} animate
   */
  function zoomTo(layer, animate) {
    const size = { width: map.clientWidth, height: map.clientHeight };
    engine.setView(viewOfBounds(layer.info.bounds, size, padding()), animate);
  }

  function showAll() {
    const shown = layers.filter((layer) => layer.visible);
    const bounds = (shown.length > 0 ? shown : layers).map(({ info }) => unwrapBounds(info.bounds));
    if (bounds.length === 0) return;
    const union = /** @type {import("./mercator.js").Bounds} */ ([
      Math.min(...bounds.map((side) => side[0])),
      Math.min(...bounds.map((side) => side[1])),
      Math.max(...bounds.map((side) => side[2])),
      Math.max(...bounds.map((side) => side[3])),
    ]);
    const size = { width: map.clientWidth, height: map.clientHeight };
    engine.setView(viewOfBounds(union, size, padding()), true);
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
        failed(error);
        notices.show(`open ${source}`, { title: source, text: `It cannot be shown: ${text(error)}` });
        return [];
      }
    });
    return (await Promise.all(opened)).flat();
  }

  async function load() {
    fill(shell.list, h("p", { class: "muted empty" }, "Loading layers…"));
    let infos;
    try {
      const [answer, names, asked] = await Promise.all([getJson("layers"), colormapNames(), openAsked()]);
      // What the address names comes first, and is not listed twice.
      infos = parseLayers({ layers: [...asked, ...(answer?.layers ?? [])] });
      colormaps = names;
    } catch (error) {
      failed(error);
      const again = h("button", { type: "button", class: "text-button", onclick: load }, "Try again");
      fill(shell.list, h("p", { class: "empty", role: "alert" }, `The layers could not be loaded: ${text(error)} `, again));
      return;
    }
    layers = infos.map((info) => ({ info, visible: false, style: defaultStyle(info, colormaps) }));
    if (layers.length === 0) {
      fill(
        shell.list,
        h("p", { class: "empty" }, "This server has no layers yet. Give it files, folders or addresses: "),
        h("pre", {}, "smalti serve PATH…"),
      );
      ready = true;
      refresh();
      return;
    }
    list = createLayerList(shell.list, layers, {
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
        zoomTo(layer, true);
      },
      controls: (layer) =>
        createStylePanel(layer, { colormaps, changed, statistics: cachedStatistics, failed }),
    });
    restore(true);
    ready = true;
  }

  /** A slider's every step would replace all tiles: the last one counts. */
  const changed = debounce(() => refresh(), 60);

  /**
   * Takes view and layers from the address.
   *
   * @param {boolean} first whether nothing is shown yet
   */
  function restore(first) {
    const said = readHash(location.hash, layers, colormaps);
    if (said.active !== null) active = said.active;
    if (first && !layers.some((layer) => layer.visible)) {
      layers[0].visible = true;
      active ??= layers[0].info.id;
    }
    const target = activeLayer() ?? layers.find((layer) => layer.visible);
    if (said.view) engine.setView(said.view, false);
    else if (first && target) zoomTo(target, false);
    refresh(true);
  }

  shell.zoomIn.addEventListener("click", () => engine.zoomBy(1));
  shell.zoomOut.addEventListener("click", () => engine.zoomBy(-1));
  shell.everything.addEventListener("click", showAll);
  window.addEventListener("hashchange", () => {
    if (ready && layers.length > 0) restore(false);
  });
  window.addEventListener("resize", () => overlay.draw(engine));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => overlay.draw(engine));
  void load();
}

/**
 * Everything around the map.
 *
 * @param {HTMLElement} host
 * @param {{notes: boolean}} options
 */
function createShell(host, options) {
  const subtitle = h("span", { class: "subtitle muted" });
  const list = h("div", { class: "panel-list" });
  const links = [h("a", { href: "docs" }, "HTTP interface")];
  if (options.notes) links.push(h("a", { href: "assets/licences.txt" }, "Licences"));
  const content = h("div", { class: "panel-content" }, list, createOpenForm(), h("footer", { class: "muted" }, ...links));
  content.id = "panel-content";
  const toggle = h("button", {
    type: "button",
    class: "panel-toggle",
    "aria-controls": content.id,
    onclick: () => setOpen(toggle.getAttribute("aria-expanded") !== "true"),
  });
  const logo = h("img", { src: "assets/favicon.svg", alt: "", width: 22, height: 22 });
  fill(toggle, logo, h("span", { class: "title" }, "Smalti"), subtitle, icon("chevron"));
  const panel = h("aside", { class: "panel", "aria-label": "Layers" }, toggle, content);
  const setOpen = (/** @type {boolean} */ open) => {
    toggle.setAttribute("aria-expanded", String(open));
    panel.classList.toggle("open", open);
  };
  // A phone shows the map first.
  setOpen(!matchMedia("(max-width: 640px)").matches);

  const button = (/** @type {"plus" | "minus" | "target"} */ name, /** @type {string} */ label) =>
    h("button", { type: "button", class: "icon-button", title: label, "aria-label": label }, icon(name));
  const zoomIn = button("plus", "Zoom in");
  const zoomOut = button("minus", "Zoom out");
  const everything = button("target", "Zoom to all visible layers");
  const legend = h("div", { class: "legend", "aria-label": "Legend", role: "group", hidden: true });
  const readout = h("div", { class: "readout", role: "status", "aria-label": "Values under the pointer" });
  const notices = h("div", { class: "notices", role: "alert" });
  fill(
    host,
    panel,
    h("div", { class: "map-buttons" }, zoomIn, zoomOut, everything),
    h("div", { class: "map-info" }, legend, readout),
    notices,
  );
  return { panel, list, subtitle, legend, readout, notices, zoomIn, zoomOut, everything };
}

/** @param {unknown} error */
function text(error) {
  return error instanceof Error ? error.message : String(error);
}
