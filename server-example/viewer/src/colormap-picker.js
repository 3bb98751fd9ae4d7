/** A list of colormaps, each shown as its gradient. Radio buttons, so keys work as anywhere. */

import { drawGradient } from "./colormaps.js";
import { h, icon } from "./dom.js";

let pickers = 0;

/**
 * @param {string[]} names
 * @param {string} noneLabel what drawing without a colormap is called
 * @param {string} chosen
 * @param {(name: string) => void} choose
 * @param {object} gradients
 * @param {(name: string) => Promise<import("./colormaps.js").Rgba[]>} [gradients.colors]
 * @param {(error: unknown) => void} gradients.failed a gradient could not be loaded
 */
export function createColormapPicker(names, noneLabel, chosen, choose, { colors, failed }) {
  pickers += 1;
  const group = `colormap-${pickers}`;
  const label = (/** @type {string} */ name) => name || noneLabel;
  const swatch = h("canvas", { class: "gradient", "aria-hidden": "true", width: 256, height: 1 });
  const current = h("span", { class: "picker-name" }, label(chosen));
  const draw = (/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ name) => {
    drawGradient(canvas, name, colors).catch(failed);
  };
  draw(swatch, chosen);

  const options = ["", ...names].map((name) => {
    const canvas = h("canvas", { class: "gradient", "aria-hidden": "true", width: 256, height: 1 });
    const input = h("input", {
      type: "radio",
      name: group,
      value: name,
      checked: name === chosen,
      onchange: () => {
        current.textContent = label(name);
        draw(swatch, name);
        choose(name);
      },
    });
    return { name, canvas, element: h("label", {}, input, canvas, h("span", {}, label(name))) };
  });
  const list = h(
    "div",
    { class: "picker-list", role: "radiogroup", "aria-label": "Colormap" },
    ...options.map((option) => option.element),
  );
  // A server may have hundreds: ask for those that are seen.
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const option = options.find(({ element }) => element === target);
      if (!isIntersecting || !option) continue;
      observer.unobserve(target);
      draw(option.canvas, option.name);
    }
  });
  const element = h(
    "details",
    { class: "picker" },
    h("summary", { "aria-label": "Colormap" }, swatch, current, icon("chevron")),
    list,
  );
  element.addEventListener("toggle", () => {
    if (!element.open) return;
    for (const option of options) observer.observe(option.element);
    const input = /** @type {HTMLInputElement | null} */ (list.querySelector("input:checked"));
    input?.scrollIntoView({ block: "nearest" });
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    element.open = false;
    element.querySelector("summary")?.focus();
  });
  return element;
}
