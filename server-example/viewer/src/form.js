/** Small pieces that several panels are made of. */

import { h } from "./dom.js";

/**
 * A group of controls under a name.
 *
 * @param {string} name
 * @param {...import("./dom.js").Child} children
 */
export function field(name, ...children) {
  return h("div", { class: "field" }, h("div", { class: "field-name" }, name), ...children);
}

/**
 * A small button that does something to the controls next to it.
 *
 * @param {string} label
 * @param {string} title
 * @param {() => void} run
 */
export function chip(label, title, run) {
  return h("button", { type: "button", class: "chip", title, "data-control": label, onclick: run }, label);
}

/**
 * Choices of which one is taken, side by side.
 *
 * @template {string} T
 * @param {string} name of the group, for those who hear it
 * @param {string} group unique on the page
 * @param {readonly (readonly [T, string])[]} options values and what they are called
 * @param {T} chosen
 * @param {(value: T) => void} choose
 */
export function segments(name, group, options, chosen, choose) {
  const option = (/** @type {readonly [T, string]} */ [value, label]) =>
    h(
      "label",
      {},
      h("input", {
        type: "radio",
        name: group,
        value,
        checked: chosen === value,
        "data-control": `${group}-${value}`,
        onchange: () => choose(value),
      }),
      h("span", {}, label),
    );
  return h("div", { class: "segments", role: "radiogroup", "aria-label": name }, ...options.map(option));
}

/**
 * A list of which one entry is taken.
 *
 * @param {string} name what the list is for
 * @param {string} control unique within its panel: where the focus returns to
 * @param {readonly (readonly [string, string])[]} options values and what they are called
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function dropdown(name, control, options, chosen, choose) {
  // What is taken is told even where it is not offered: a link may name anything.
  const offered = options.some(([value]) => value === chosen) ? options : [/** @type {const} */ ([chosen, chosen]), ...options];
  const select = h(
    "select",
    { "aria-label": name, "data-control": control, onchange: () => choose(select.value) },
    ...offered.map(([value, label]) => h("option", { value, selected: value === chosen }, label)),
  );
  return select;
}

/**
 * A slider with what it says beside it.
 *
 * @param {string} name
 * @param {string} control
 * @param {{min: number, max: number, step: number, value: number}} scale
 * @param {(value: number) => string} say
 * @param {(value: number) => void} changed
 */
export function slider(name, control, scale, say, changed) {
  const output = h("output", {}, say(scale.value));
  const input = h("input", {
    type: "range",
    ...scale,
    "aria-label": name,
    "aria-valuetext": say(scale.value),
    "data-control": control,
    oninput: () => {
      const value = Number(input.value);
      output.textContent = say(value);
      input.setAttribute("aria-valuetext", say(value));
      changed(value);
    },
  });
  return h("div", { class: "row" }, input, output);
}

/**
 * A number as somebody typed it, with either decimal separator.
 *
 * @param {string} value
 */
export function parseNumber(value) {
  const trimmed = value.trim().replace(",", ".");
  return trimmed === "" ? NaN : Number(trimmed);
}

/**
 * Builds `body` anew and gives the focus back to the control that had it. A control that comes only with a later build of
 * a part of `body` gets it then, unless it went elsewhere.
 *
 * @param {HTMLElement} body
 * @param {() => void} build
 */
export function rebuildKeepingFocus(body, build) {
  const active = document.activeElement;
  const waiting = /** @type {HTMLElement | null} */ (body.closest("[data-focus]"));
  const nowhere = active === null || active === document.body;
  const focused = body.contains(active) ? active?.getAttribute("data-control") : nowhere ? waiting?.dataset.focus : null;
  if (waiting) delete waiting.dataset.focus;
  build();
  if (!focused) return;
  const control = [...body.querySelectorAll("[data-control]")].find(
    (candidate) => candidate.getAttribute("data-control") === focused,
  );
  if (control instanceof HTMLElement) control.focus();
  else (waiting ?? body).dataset.focus = focused;
}

/**
 * What an error says to a person.
 *
 * @param {unknown} error
 */
export function words(error) {
  return error instanceof Error ? error.message : String(error);
}
