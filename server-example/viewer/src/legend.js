/** The legend over the map: what the colours of the visible layers mean. */

import { drawGradient } from "./colormaps.js";
import { fill, formatNumber, h } from "./dom.js";
import { isStretched } from "./layers.js";

/** Legends shown at once, the chosen layer's first. */
const SHOWN = 3;

/**
 * @param {HTMLElement} host
 * @param {import("./layers.js").Layer[]} layers
 * @param {string | null} active
 */
export function drawLegend(host, layers, active) {
  const visible = layers.filter((layer) => layer.visible);
  visible.sort((a, b) => Number(b.info.id === active) - Number(a.info.id === active));
  fill(host, ...visible.slice(0, SHOWN).map(entry));
  host.hidden = visible.length === 0;
}

/**
 * @param {import("./layers.js").Layer} layer
 */
function entry(layer) {
  const { info, style } = layer;
  const label = (/** @type {number} */ index) =>
    info.bands.find((band) => band.index === index)?.label ?? `b${index}`;
  const single = style.mode === "single";
  const title = single && info.bands.length > 1 ? `${info.name} · ${label(style.band)}` : info.name;
  return h(
    "div",
    { class: "legend-entry", "data-layer": info.id },
    h("div", { class: "legend-title" }, title),
    !single && channels(style.rgb.map(label)),
    single && !isStretched(layer) && h("div", { class: "muted" }, "the file’s own palette"),
    single && isStretched(layer) && ramp(style),
  );
}

/** @param {string[]} labels */
function channels(labels) {
  return h(
    "div",
    { class: "legend-channels" },
    ...["red", "green", "blue"].map((name, i) =>
      h("span", {}, h("i", { class: `dot ${name}`, "aria-hidden": "true" }), labels[i]),
    ),
  );
}

/** @param {import("./layers.js").Style} style */
function ramp(style) {
  const range = style.ranges.get(style.band);
  const canvas = h("canvas", { class: "gradient", "aria-hidden": "true", width: 256, height: 1 });
  drawGradient(canvas, style.colormap).catch(() => {
    // The picker says so; the legend keeps its numbers.
  });
  const ticks = range ? [range[0], (range[0] + range[1]) / 2, range[1]] : [];
  return h(
    "div",
    { class: "legend-ramp" },
    canvas,
    h("div", { class: "legend-ticks" }, ...ticks.map((tick) => h("span", {}, formatNumber(tick)))),
  );
}
