/** The list of layers, grouped, filtered, each with its own controls when chosen. */

import { fill, h, icon } from "./dom.js";

/** Lists longer than this can be filtered. */
const FILTER_FROM = 10;

/**
 * @typedef {import("./layers.js").Layer} Layer
 *
 * @typedef {object} ListHandlers
 * @property {(layer: Layer, visible: boolean) => void} show
 * @property {(layer: Layer) => void} choose
 * @property {(layer: Layer) => void} zoomTo
 * @property {(layer: Layer) => HTMLElement} controls
 */

/**
 * @param {HTMLElement} host
 * @param {Layer[]} layers
 * @param {ListHandlers} handlers
 */
export function createLayerList(host, layers, handlers) {
  const filter = h("input", {
    type: "search",
    class: "filter",
    placeholder: `Filter ${layers.length} layers`,
    "aria-label": "Filter layers",
    oninput: () => narrow(),
  });
  const items = layers.map((layer) => createItem(layer, handlers));
  const groups = new Map();
  for (const item of items) {
    const name = item.layer.info.group;
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  const sections = [...groups].map(([name, members]) => ({
    members,
    element: h(
      "section",
      {},
      name && h("h2", { class: "group" }, name),
      h("ul", { class: "layers" }, ...members.map((/** @type {any} */ item) => item.element)),
    ),
  }));
  const nothing = h("p", { class: "muted empty", hidden: true }, "No layer has this in its name.");
  fill(host, layers.length > FILTER_FROM && filter, ...sections.map(({ element }) => element), nothing);

  function narrow() {
    const wanted = filter.value.trim().toLowerCase();
    let found = 0;
    for (const { members, element } of sections) {
      let here = 0;
      for (const { layer, element: row } of members) {
        const { name, group, time } = layer.info;
        row.hidden = !`${name} ${group} ${time}`.toLowerCase().includes(wanted);
        if (!row.hidden) here += 1;
      }
      element.hidden = here === 0;
      found += here;
    }
    nothing.hidden = found > 0;
  }

  return {
    /**
     * Brings the rows in line with the layers; `rebuild` also the chosen one's controls.
     *
     * @param {string | null} active
     * @param {boolean} rebuild
     */
    update(active, rebuild) {
      for (const item of items) item.update(active, rebuild);
    },
  };
}

/**
 * @param {Layer} layer
 * @param {ListHandlers} handlers
 */
function createItem(layer, handlers) {
  const { info } = layer;
  const checkbox = h("input", {
    type: "checkbox",
    "aria-label": `Show ${info.name}`,
    onchange: () => handlers.show(layer, checkbox.checked),
  });
  const body = h("div", { class: "layer-body", hidden: true });
  const count = `${info.bands.length} ${info.bands.length === 1 ? "band" : "bands"}`;
  const facts = [info.time.replace("T00:00:00Z", ""), count, info.dtype].filter((fact) => fact !== "");
  const choose = h(
    "button",
    { type: "button", class: "layer-name", "aria-expanded": "false", onclick: () => handlers.choose(layer) },
    h("span", { class: "name", title: info.name }, info.name),
    h("span", { class: "muted facts" }, facts.join(" · ")),
  );
  const zoom = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      title: "Zoom to layer",
      "aria-label": `Zoom to ${info.name}`,
      onclick: () => handlers.zoomTo(layer),
    },
    icon("target"),
  );
  const element = h(
    "li",
    { class: "layer", "data-layer": info.id },
    h("div", { class: "layer-head" }, checkbox, choose, zoom),
    body,
  );
  let built = false;
  return {
    layer,
    element,
    /**
     * @param {string | null} active
     * @param {boolean} rebuild
     */
    update(active, rebuild) {
      const chosen = info.id === active;
      checkbox.checked = layer.visible;
      element.classList.toggle("active", chosen);
      element.classList.toggle("off", !layer.visible);
      choose.setAttribute("aria-expanded", String(chosen));
      body.hidden = !chosen;
      if (chosen && (rebuild || !built)) fill(body, handlers.controls(layer));
      if (!chosen) body.replaceChildren();
      built = chosen;
    },
  };
}
