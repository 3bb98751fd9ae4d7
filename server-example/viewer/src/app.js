/** The viewer: the tabs, and the wires between them, the map and the server. */

import { ApiError, errorText, getJson } from "./api.js";
import { createDatasetsTab } from "./catalog/tab.js";
import { createCompare } from "./compare.js";
import { debounce, fill, h } from "./dom.js";
import { words } from "./form.js";
import { readHash, writeHash } from "./hash.js";
import { createLayersTab } from "./layers-tab.js";
import { drawLegend } from "./legend.js";
import { unwrapBounds, viewOfBounds } from "./mercator.js";
import { createNotices } from "./notices.js";
import { createOverlay } from "./overlay.js";
import { createReadout } from "./readout.js";
import { askedAnother, narrowPolicy, serverName } from "./server.js";
import { createShell, TABS } from "./shell.js";

/** While the server is down it is asked this often, in milliseconds. */
const RETRY_EVERY = 3000;

/** Screens from this many device pixels a CSS pixel get tiles of twice the width. */
const DENSE = 1.5;

/**
 * @typedef {import("./mercator.js").Bounds} Bounds
 * @typedef {import("./shell.js").TabName} TabName
 * @typedef {(container: HTMLElement, handlers: import("./engine.js").Handlers) => import("./engine.js").Engine} CreateEngine
 *
 * @typedef {object} Scene what a tab wants on the map
 * @property {import("./engine.js").RasterLayer[]} layers the lowest first
 * @property {{layers: import("./engine.js").RasterLayer[], labels: [string, string], split: number} | null} compared what lies
 *   right of the compare handle
 * @property {Bounds | null} bounds outlined as a box
 * @property {import("./overlay.js").Footprint[]} footprints
 * @property {import("./legend.js").Legend[]} legend
 * @property {string} title said where the panel is closed
 */

/**
 * @param {CreateEngine} createEngine
 * @param {{notes: boolean}} options `notes`: whether the page has the licences of bundled libraries
 */
export function start(createEngine, options) {
  narrowPolicy();
  const map = /** @type {HTMLElement} */ (document.getElementById("map"));
  const stage = h("div", { class: "stage" });
  map.append(stage);
  const app = /** @type {HTMLElement} */ (document.getElementById("app"));
  const shell = createShell(app, { ...options, choose: showTab });
  const overlay = createOverlay(map);
  const notices = createNotices(shell.notices);
  const readout = createReadout(shell.readout);

  let tilesLoaded = 0;
  let ready = false;
  /** @type {TabName} */
  let current = "layers";
  /** @type {TabName[]} */
  let offered = [];
  /** @type {Set<TabName>} */
  const visited = new Set();
  const busy = { first: false, second: false };

  /**
   * @param {keyof typeof busy} which of the two maps
   * @returns {Pick<import("./engine.js").Handlers, "busy" | "tileLoaded" | "tileFailed">}
   */
  const tileHandlers = (which) => ({
    busy(now) {
      busy[which] = now;
      map.dataset.busy = String(busy.first || busy.second);
    },
    tileLoaded(id) {
      tilesLoaded += 1;
      map.dataset.tiles = String(tilesLoaded);
      notices.clear(`tiles ${id}`);
      notices.clear("refused");
    },
    async tileFailed(id, status, body) {
      const tab = tabs[current];
      if (!tab.isFailure(status)) return;
      if (status === 0) {
        if (serverName !== "") await refusedOrDown();
        else serverDown();
        return;
      }
      const said = await errorText({ status, text: () => body });
      notices.show(`tiles ${id}`, {
        title: tab.nameOf(id),
        text: said,
        action: { label: "Try again", run: retry },
      });
    },
  });

  const engine = createEngine(stage, {
    drawn() {
      compare.follow(engine.view());
      overlay.draw(engine);
      tabs[current].moved();
      saveHash();
    },
    hover({ x, y }) {
      overlay.state.mark = null;
      const [lon, lat] = engine.unproject(x, y);
      readout.at(tabs[current].target(compare.covers(x)), lon, lat);
    },
    leave() {
      if (!overlay.state.mark) readout.leave();
    },
    click({ x, y }) {
      const [lon, lat] = engine.unproject(x, y);
      if (tabs[current].click(lon, lat)) return;
      overlay.state.mark = [lon, lat];
      overlay.draw(engine);
      readout.at(tabs[current].target(compare.covers(x)), lon, lat);
    },
    ...tileHandlers("first"),
  });
  map.dataset.engine = engine.name;
  map.dataset.busy = "false";

  const compare = createCompare(
    map,
    stage,
    (container) =>
      createEngine(container, { drawn() {}, hover() {}, leave() {}, click() {}, ...tileHandlers("second") }),
    () => {
      const panel = shell.panel.getBoundingClientRect();
      const beside = panel.width < map.clientWidth * 0.8 && panel.bottom > map.clientHeight / 2;
      return beside ? panel.right : 0;
    },
    (split) => tabs.datasets.split(split),
  );

  const around = { notices, redraw, zoomTo, failed, viewBounds };
  const tabs = {
    layers: createLayersTab(shell.lists.layers, around),
    datasets: createDatasetsTab(shell.lists.datasets, around),
  };

  const saveHash = debounce(() => {
    if (!ready) return;
    const parts = tabs[current].write();
    const choice = offered.length > 1 && current !== offered[0];
    history.replaceState(null, "", writeHash(engine.view(), choice ? [["t", current], ...parts] : parts));
  }, 250);

  /** Brings map, outlines, legend and address in line with what the tab shows. */
  function redraw() {
    const scene = tabs[current].scene(window.devicePixelRatio >= DENSE ? 512 : 256);
    engine.setLayers(scene.layers);
    const { layers, labels, split } = scene.compared ?? { layers: null, labels: /** @type {[string, string]} */ (["", ""]), split: 0.5 };
    compare.show(layers, labels, split);
    compare.follow(engine.view());
    overlay.state.bounds = scene.bounds;
    overlay.state.footprints = scene.footprints;
    overlay.draw(engine);
    drawLegend(shell.legend, scene.legend);
    shell.subtitle.textContent = scene.title;
    saveHash();
  }

  /** @param {TabName} name */
  function showTab(name) {
    current = name;
    shell.tabs.show(offered, current);
    overlay.state.mark = null;
    readout.leave();
    if (!visited.has(name)) {
      visited.add(name);
      const bounds = tabs[name].restore([], true, false);
      if (bounds) zoomTo(bounds, true);
    }
    redraw();
  }

  function retry() {
    engine.retry();
    compare.retry();
  }

  /** @param {unknown} error */
  function failed(error) {
    if (error instanceof ApiError && error.status === 0) serverDown();
  }

  let asking = false;

  /** Another server that answers, but whose tiles cannot be read, has not allowed this page to. */
  async function refusedOrDown() {
    if (asking || notices.has("refused")) return;
    asking = true;
    try {
      await getJson(tabs[current].heartbeat);
      notices.show("refused", {
        title: `${serverName} does not let this page read its tiles`,
        text: `It has to allow the origin ${location.origin} (Terracotta: TC_ALLOWED_ORIGINS_TILES).`,
        action: { label: "Try again", run: retry },
      });
    } catch (error) {
      failed(error);
    } finally {
      asking = false;
    }
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
        await getJson(tabs[current].heartbeat);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 0) {
          retryTimer = window.setTimeout(poll, RETRY_EVERY);
          return;
        }
      }
      retryTimer = 0;
      notices.clear("server");
      retry();
      if (!ready) void load();
      else redraw();
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
   * @param {Bounds} bounds
   * @param {boolean} animate
   */
  function zoomTo(bounds, animate) {
    const size = { width: map.clientWidth, height: map.clientHeight };
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    engine.setView(viewOfBounds(bounds, size, padding()), animate && !calm);
  }

  /**
   * The ground that the map shows.
   *
   * @returns {Bounds}
   */
  function viewBounds() {
    const { lon, zoom } = engine.view();
    const [width, height] = [map.clientWidth, map.clientHeight];
    const [, north] = engine.unproject(width / 2, 0);
    const [, south] = engine.unproject(width / 2, height);
    const across = ((width / 2) * 360) / (256 * 2 ** zoom);
    const [west, east] = across >= 180 ? [-180, 180] : [Math.max(-180, lon - across), Math.min(180, lon + across)];
    return [west, south, east, north];
  }

  function showAll() {
    const bounds = tabs[current].extents().map(unwrapBounds);
    if (bounds.length === 0) return;
    const union = /** @type {Bounds} */ ([
      Math.min(...bounds.map((side) => side[0])),
      Math.min(...bounds.map((side) => side[1])),
      Math.max(...bounds.map((side) => side[2])),
      Math.max(...bounds.map((side) => side[3])),
    ]);
    zoomTo(union, true);
  }

  async function load() {
    fill(shell.lists.layers, h("p", { class: "muted empty" }, "Loading layers…"));
    const asked = tabs.datasets.load();
    // Another server with datasets alone has not allowed this page to ask for anything else.
    const only = serverName !== "" && (await asked.then((found) => found && !tabs.datasets.isExtended(), () => false));
    const [catalog, layers] = await Promise.allSettled([asked, only ? Promise.reject() : tabs.layers.load()]);
    const hasCatalog = catalog.status === "fulfilled" && catalog.value;
    if (layers.status === "rejected" && !hasCatalog) {
      failed(layers.reason);
      const again = h("button", { type: "button", class: "text-button", onclick: load }, "Try again");
      const text = `The layers could not be loaded: ${words(layers.reason)} `;
      fill(shell.lists.layers, h("p", { class: "empty", role: "alert" }, text, again));
      shell.tabs.show(["layers"], "layers");
      return;
    }
    // A server of Terracotta's has datasets and nothing else.
    const hasLayers = layers.status === "fulfilled" && (layers.value > 0 || !hasCatalog);
    offered = TABS.filter((name) => (name === "layers" ? hasLayers : hasCatalog));
    if (layers.status === "rejected") shell.documents.setAttribute("href", tabs.datasets.documents());
    ready = true;
    restore(true);
  }

  /**
   * Takes view, tab and what it shows from the address.
   *
   * @param {boolean} first whether nothing is shown yet
   */
  function restore(first) {
    const { view, parts } = readHash(location.hash);
    const named = parts.find(([name]) => name === "t")?.[1];
    current = offered.find((name) => name === named) ?? offered[0];
    shell.tabs.show(offered, current);
    if (view) engine.setView(view, false);
    const bounds = tabs[current].restore(parts, first, view !== null);
    visited.add(current);
    if (!view && first && bounds) zoomTo(bounds, false);
    redraw();
  }

  shell.zoomIn.addEventListener("click", () => engine.zoomBy(1));
  shell.zoomOut.addEventListener("click", () => engine.zoomBy(-1));
  shell.everything.addEventListener("click", showAll);
  window.addEventListener("hashchange", () => {
    if (ready) restore(false);
  });
  window.addEventListener("resize", () => overlay.draw(engine));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => overlay.draw(engine));
  if (askedAnother && serverName === "") {
    notices.show("other", {
      title: "That is no server",
      text: "The page's address names one that cannot be asked: an address with http or https is needed.",
    });
  }
  void load();
}
