/** Where a stretch begins and ends: two numbers, and two thumbs over a histogram. */

import { h } from "../dom.js";
import { parseNumber } from "../form.js";
import { drawHistogram } from "../histogram.js";
import { roundRange } from "../layers.js";

/** Steps of a thumb between the ends of the scale. */
const STEPS = 1000;

/**
 * @param {object} options
 * @param {string} options.name spoken before "from" and "to"
 * @param {[number, number] | null} options.range
 * @param {[number, number] | null} options.scale the ends of the thumbs' way
 * @param {import("../api.js").BandStatistics | null} options.histogram
 * @param {(range: [number, number]) => void} options.changed
 */
export function createRangeControl({ name, range, scale, histogram, changed }) {
  const message = h("p", { class: "field-error", role: "alert", hidden: true });
  const canvas = h("canvas", { class: "histogram", "aria-hidden": "true" });
  const named = (/** @type {string} */ end) => (name === "" ? end : `${name} ${end}`);
  const number = (/** @type {"from" | "to"} */ end) =>
    h("input", {
      type: "text",
      class: "number",
      size: 6,
      placeholder: "…",
      spellcheck: "false",
      autocomplete: "off",
      "aria-label": named(end),
      "data-control": `${name}-${end}`,
      onchange: () => typed(),
    });
  const [low, high] = [number("from"), number("to")];
  let span = scale && scale[0] < scale[1] ? scale : null;
  const thumb = (/** @type {0 | 1} */ end) =>
    h("input", {
      type: "range",
      min: 0,
      max: STEPS,
      step: 1,
      "aria-label": named(end === 0 ? "slider from" : "slider to"),
      "data-control": `${name}-thumb-${end}`,
      oninput: () => dragged(end),
    });
  const thumbs = [thumb(0), thumb(1)];
  let [from, to] = range ?? [NaN, NaN];

  function typed() {
    const [a, b] = [parseNumber(low.value), parseNumber(high.value)];
    const valid = a < b;
    for (const input of [low, high]) input.setAttribute("aria-invalid", String(!valid));
    const numbers = Number.isFinite(a) && Number.isFinite(b);
    message.textContent = numbers ? "The lower end must be below the upper one." : "A range needs two numbers.";
    message.hidden = valid;
    if (!valid) return;
    [from, to] = [a, b];
    reach();
    draw();
    changed([from, to]);
  }

  /** Makes the thumbs' way long enough for the range. */
  function reach() {
    if (span && from < to) span = [Math.min(span[0], from), Math.max(span[1], to)];
  }

  /** @param {0 | 1} end */
  function dragged(end) {
    if (!span) return;
    const [a, b] = thumbs.map((input) => Number(input.value));
    // Thumbs push each other, and never meet.
    if (a >= b) {
      if (end === 0) thumbs[1].value = String(Math.min(STEPS, a + 1));
      else thumbs[0].value = String(Math.max(0, b - 1));
      if (Number(thumbs[0].value) >= Number(thumbs[1].value)) {
        thumbs[end].value = String(end === 0 ? STEPS - 1 : 1);
      }
    }
    const [first, last] = span;
    const value = (/** @type {number} */ i) => first + ((last - first) * Number(thumbs[i].value)) / STEPS;
    // The end that is not moved keeps its exact value unless it was pushed.
    const kept = (/** @type {number} */ i, /** @type {number} */ old) =>
      i !== end && Math.abs(position(old) - Number(thumbs[i].value)) < 1 ? old : tidy(value(i));
    [from, to] = [kept(0, from), kept(1, to)];
    message.hidden = true;
    draw();
    changed([from, to]);
  }

  /** @param {number} value */
  function tidy(value) {
    const digits = span ? Math.max(0, Math.min(15, 3 - Math.floor(Math.log10(span[1] - span[0])))) : 6;
    return Number(value.toFixed(digits));
  }

  /** @param {number} value */
  function position(value) {
    return span ? ((value - span[0]) / (span[1] - span[0])) * STEPS : 0;
  }

  function draw() {
    const shown = (/** @type {number} */ value) => (Number.isFinite(value) ? String(Number(value.toPrecision(7))) : "");
    if (document.activeElement !== low || parseNumber(low.value) !== from) low.value = shown(from);
    if (document.activeElement !== high || parseNumber(high.value) !== to) high.value = shown(to);
    for (const input of [low, high]) input.setAttribute("aria-invalid", "false");
    if (span && from < to) {
      thumbs.forEach((input, i) => {
        const value = i === 0 ? from : to;
        if (Math.abs(position(value) - Number(input.value)) >= 1) input.value = String(Math.round(position(value)));
        input.setAttribute("aria-valuetext", shown(value));
      });
    }
    if (histogram) drawHistogram(canvas, [histogram], from < to ? [[from, to]] : [undefined]);
  }

  const element = h(
    "div",
    { class: "range-control" },
    histogram && canvas,
    span && h("div", { class: "thumbs" }, ...thumbs),
    h("div", { class: "range" }, low, h("span", { class: "muted", "aria-hidden": "true" }, "–"), high),
    message,
  );
  // A canvas knows its size once it is in the page.
  requestAnimationFrame(draw);
  draw();
  return {
    element,
    /** @param {[number, number]} next */
    set(next) {
      [from, to] = next;
      message.hidden = true;
      reach();
      draw();
    },
  };
}

/**
 * The way of the thumbs: all values, and whatever else is chosen.
 *
 * @param {[number, number] | null} data least and greatest value
 * @param {[number, number] | null} range
 * @returns {[number, number] | null}
 */
export function scaleOf(data, range) {
  const ends = [...(data ?? []), ...(range ?? [])];
  return ends.length === 0 ? null : roundRange(Math.min(...ends), Math.max(...ends));
}
