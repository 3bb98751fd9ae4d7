/** Everything around the map: the panel with its tabs, the buttons, legend, readout and notices. */

import { address } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { createOpenForm } from "./open-form.js";
import { serverName } from "./server.js";

/** The panel's tabs. */
export const TABS = /** @type {const} */ (["layers", "datasets"]);

/** @typedef {(typeof TABS)[number]} TabName */

const NAMES = { layers: "Layers", datasets: "Datasets" };

/**
 * @param {HTMLElement} host
 * @param {{notes: boolean, choose: (tab: TabName) => void}} options `notes`: whether the page has the licences of bundled
 *   libraries
 */
export function createShell(host, { notes, choose }) {
  const subtitle = h("span", { class: "subtitle muted" });
  const lists = { layers: h("div", { class: "panel-list" }), datasets: h("div", { class: "panel-list" }) };
  const openForm = createOpenForm();
  const tabs = createTabs(lists, openForm, choose);
  const documents = h("a", { href: address("docs") }, "HTTP interface");
  const links = [documents];
  if (notes) links.push(h("a", { href: "assets/licences.txt" }, "Licences"));
  const content = h(
    "div",
    { class: "panel-content", id: "panel-content" },
    serverName !== "" && h("p", { class: "server muted" }, "Data from ", h("b", {}, serverName)),
    tabs.element,
    lists.layers,
    lists.datasets,
    openForm,
    h("footer", { class: "muted" }, ...links),
  );
  const toggle = h("button", {
    type: "button",
    class: "panel-toggle",
    "aria-controls": content.id,
    onclick: () => setOpen(toggle.getAttribute("aria-expanded") !== "true"),
  });
  const logo = h("img", { src: "assets/favicon.svg", alt: "", width: 22, height: 22 });
  fill(toggle, logo, h("span", { class: "title" }, "Smalti"), subtitle, icon("chevron"));
  const panel = h("aside", { class: "panel", "aria-label": "Data" }, toggle, content);
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
  const everything = button("target", "Zoom to all that is shown");
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
  return { panel, lists, tabs, documents, subtitle, legend, readout, notices, zoomIn, zoomOut, everything };
}

/**
 * The tabs, there as soon as there is more than one.
 *
 * @param {Record<TabName, HTMLElement>} lists
 * @param {HTMLElement} openForm shown beside the layers
 * @param {(tab: TabName) => void} choose
 */
function createTabs(lists, openForm, choose) {
  const buttons = TABS.map((name) => {
    lists[name].id = `tab-${name}`;
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        "data-tab": name,
        "aria-controls": `tab-${name}`,
        onclick: () => choose(name),
      },
      NAMES[name],
    );
  });
  const element = h("div", { class: "tabs", role: "tablist", "aria-label": "Data", hidden: true }, ...buttons);
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const shown = buttons.filter((button) => !button.hidden);
    const at = shown.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (!step || at < 0) return;
    event.preventDefault();
    const next = shown[(at + step + shown.length) % shown.length];
    next.focus();
    next.click();
  });
  return {
    element,
    /**
     * @param {readonly TabName[]} offered
     * @param {TabName} chosen
     */
    show(offered, chosen) {
      element.hidden = offered.length < 2;
      TABS.forEach((name, i) => {
        buttons[i].hidden = !offered.includes(name);
        buttons[i].setAttribute("aria-selected", String(name === chosen));
        buttons[i].tabIndex = name === chosen ? 0 : -1;
        lists[name].hidden = name !== chosen;
        if (offered.length < 2) {
          lists[name].removeAttribute("role");
        } else {
          lists[name].setAttribute("role", "tabpanel");
          lists[name].setAttribute("aria-label", NAMES[name]);
        }
      });
      openForm.hidden = chosen !== "layers" || !offered.includes("layers");
    },
  };
}
