/** The legend over the map: what the colours of the visible layers mean. */

import { drawGradient } from "./colormaps.js";
import { fill, formatNumber, h } from "./dom.js";
import { isStretched } from "./layers.js";

/** Classes of a legend shown at once. */
const CLASSES = 12;

/** Legends shown at once, the chosen layer's first. */
const SHOWN = 3;

/**
 * @typedef {object} Legend
 * @property {string} id
 * @property {string} title
 * @property {{gradient: (canvas: HTMLCanvasElement) => Promise<void>, range: [number, number] | null} | null} [ramp]
 * @property {string[] | null} [channels] what red, green and blue are
 * @property {{color: string, label: string}[]} [classes] what each colour is
 * @property {string} [note]
 */

/**
 * @param {HTMLElement} host
 * @param {Legend[]} legends
 */
export function drawLegend(host, legends) {
  fill(host, ...legends.slice(0, SHOWN).map(entry));
  host.hidden = legends.length === 0;
}

/**
 * What the visible layers' colours mean, the chosen layer's first.
 *
 * @param {import("./layers.js").Layer[]} layers
 * @param {string | null} active
 * @returns {Legend[]}
 */
export function legendOfLayers(layers, active) {
  const visible = layers.filter((layer) => layer.visible);
  visible.sort((a, b) => Number(b.info.id === active) - Number(a.info.id === active));
  return visible.map((layer) => {
    const { info, style } = layer;
    const label = (/** @type {number} */ index) =>
      info.bands.find((band) => band.index === index)?.label ?? `b${index}`;
    const single = style.mode === "single";
    const stretched = single && isStretched(layer);
    return {
      id: info.id,
      title: single && info.bands.length > 1 ? `${info.name} · ${label(style.band)}` : info.name,
      channels: single ? null : style.rgb.map(label),
      note: single && !stretched ? "the file’s own palette" : undefined,
      ramp: stretched
        ? {
            gradient: (canvas) => drawGradient(canvas, style.colormap),
            range: style.ranges.get(style.band) ?? null,
          }
        : null,
    };
  });
}

/** @param {Legend} legend */
function entry({ id, title, ramp: scale, channels: labels, classes, note }) {
  return h(
    "div",
    { class: "legend-entry", "data-layer": id },
    h("div", { class: "legend-title" }, title),
    labels && channels(labels),
    classes && classList(classes),
    note && h("div", { class: "muted" }, note),
    scale && ramp(scale),
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

/** @param {NonNullable<Legend["classes"]>} classes */
function classList(classes) {
  const rest = classes.length - CLASSES;
  return h(
    "ul",
    { class: "legend-classes" },
    ...classes.slice(0, CLASSES).map(({ color, label }) =>
      h("li", {}, h("i", { class: "swatch", style: { background: color }, "aria-hidden": "true" }), h("span", {}, label)),
    ),
    rest > 0 && h("li", { class: "muted" }, `and ${rest} more`),
  );
}

/** @param {NonNullable<Legend["ramp"]>} scale */
function ramp({ gradient, range }) {
  const canvas = h("canvas", { class: "gradient", "aria-hidden": "true", width: 256, height: 1 });
  gradient(canvas).catch(() => {
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
