/** The controls of the chosen dataset: how it is shown, by one band, three, or an expression. */

import { fill, h } from "../dom.js";
import { chip, dropdown, field, rebuildKeepingFocus, segments, slider, words } from "../form.js";
import { colormapField } from "./colormap-field.js";
import { createComputeControls } from "./compute-controls.js";
import { idOf, sourcesOf } from "./view.js";
import { createRangeControl, scaleOf } from "./range-control.js";
import { moreValues } from "./more-values.js";
import { histogramOf, rangeBetween } from "./stretch.js";
import { NO_TRANSFORM, TRANSFORM_LIMITS } from "./transform.js";
import { classesOf } from "./value-colors.js";
import { valueColorsField } from "./value-colors-field.js";

/** @type {readonly (readonly [import("./view.js").Mode, string])[]} */
const MODES = [
  ["single", "One band"],
  ["rgb", "RGB"],
  ["compute", "Compute"],
];

const CHANNELS = /** @type {const} */ (["Red", "Green", "Blue"]);

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./keys.js").Dataset} Dataset
 *
 * @typedef {object} ControlsAround
 * @property {import("./api.js").Catalog} catalog
 * @property {View} view
 * @property {() => void} changed the view is another now
 * @property {(dataset: Dataset) => Promise<import("./api.js").Metadata>} metadata
 * @property {(dataset: Dataset, key: number) => Promise<import("./values.js").Values>} siblings
 * @property {(dataset: Dataset, key: number, next: Promise<import("./values.js").Values>) => Promise<void>} offer other siblings
 *   from now on
 */

/**
 * @param {ControlsAround} around
 */
export function createControls(around) {
  const body = h("div", { class: "style-panel" });
  let generation = 0;
  const rebuild = () => {
    around.changed();
    rebuildKeepingFocus(body, build);
  };
  function build() {
    generation += 1;
    const mine = generation;
    const { view, catalog } = around;
    fill(
      body,
      // A catalog of one key may still hold three bands in it.
      segments("Show as", "dataset-mode", MODES, view.mode, (mode) => {
        view.mode = mode;
        rebuild();
      }),
      view.mode !== "single" && composedBy(around, rebuild),
      ...(view.mode === "single" ? single(around, rebuild, () => mine === generation) : []),
      ...(view.mode === "rgb" ? rgb(around, rebuild, () => mine === generation) : []),
      ...(view.mode === "compute" ? createComputeControls(around, rebuild, () => mine === generation) : []),
      opacity(around),
    );
    return catalog;
  }
  build();
  return {
    element: body,
    rebuild: () => rebuildKeepingFocus(body, build),
  };
}

/**
 * Which key the bands are values of. Terracotta knows only the last.
 *
 * @param {ControlsAround} around
 * @param {() => void} rebuild
 */
function composedBy({ catalog, view }, rebuild) {
  if (!catalog.extended || catalog.keys.length < 2) return null;
  const options = catalog.keys.map(({ name }, i) => /** @type {[string, string]} */ ([String(i), name]));
  return field(
    "Bands are values of",
    dropdown("Key that the bands are values of", "by", options, String(view.by), (value) => {
      view.by = Number(value);
      view.rgb = null;
      view.operands = [];
      view.expression = "";
      view.preset = null;
      rebuild();
    }),
  );
}

/** @param {ControlsAround} around */
function opacity({ view, changed }) {
  const scale = { min: 0, max: 100, step: 1, value: Math.round(view.opacity * 100) };
  return field(
    "Opacity",
    slider("Opacity", "opacity", scale, (value) => `${value} %`, (value) => {
      view.opacity = value / 100;
      changed();
    }),
  );
}

/** @type {readonly (readonly ["range" | "value", string])[]} */
const COLORINGS = [
  ["range", "By a range"],
  ["value", "By value"],
];

/**
 * @param {ControlsAround} around
 * @param {() => void} rebuild
 * @param {() => boolean} current whether these controls are still shown
 */
function single(around, rebuild, current) {
  const { view, changed } = around;
  const dataset = /** @type {Dataset} */ (view.dataset);
  const metadata = around.metadata(dataset);
  const coloring = segments("Colours", "dataset-coloring", COLORINGS, view.byValue ? "value" : "range", (chosen) => {
    view.byValue = chosen === "value";
    if (!view.byValue || view.valueColors !== null) return rebuild();
    // Something to see at once, where the data look like classes.
    metadata
      .then(classesOf, () => [])
      .then((list) => {
        view.valueColors ??= list;
        if (current()) rebuild();
      });
  });
  if (view.byValue) {
    const colors = valueColorsField(view.valueColors ?? [], metadata, (list) => {
      view.valueColors = list;
      changed();
    });
    return [coloring, colors];
  }
  return [
    coloring,
    stretchField("Stretch", "", around, dataset),
    colormapField(view.colormap, (name) => {
      view.colormap = name;
      changed();
    }),
    transformField(around, "single"),
  ];
}

/**
 * The stretch of one dataset, with its histogram as soon as that is known.
 *
 * @param {string} title
 * @param {string} name
 * @param {ControlsAround} around
 * @param {Dataset} source
 * @param {import("../dom.js").Child} [lead] beside the title
 */
function stretchField(title, name, around, source, lead) {
  const { view, changed } = around;
  const host = h("div", {});
  const id = idOf(source);
  const set = (/** @type {[number, number]} */ range) => {
    view.ranges.set(id, range);
    changed();
  };
  around.metadata(source).then(
    (metadata) => {
      const range = view.ranges.get(id) ?? rangeBetween(metadata, 2, 98);
      const control = createRangeControl({
        name,
        range,
        scale: scaleOf(metadata.range, range),
        histogram: histogramOf(metadata),
        changed: set,
      });
      const between = (/** @type {string} */ label, /** @type {number} */ low, /** @type {number} */ high) =>
        chip(label, `Stretch from the ${low}th to the ${high}th percentile`, () => {
          const next = rangeBetween(metadata, low, high);
          if (!next) return;
          control.set(next);
          set(next);
        });
      rebuildKeepingFocus(host, () =>
        fill(
          host,
          control.element,
          h(
            "div",
            { class: "chips" },
            metadata.percentiles.length > 0 && between("2–98 %", 2, 98),
            metadata.percentiles.length > 0 && between("5–95 %", 5, 95),
            metadata.range && between("Min–max", 0, 100),
          ),
        ),
      );
    },
    (error) => fill(host, h("p", { class: "field-error" }, `No statistics: ${words(error)}`)),
  );
  return field(title, lead, host);
}

/**
 * @param {ControlsAround} around
 * @param {"single" | "rgb"} mode
 */
function transformField({ view, changed }, mode) {
  const { transform } = view;
  const part = (
    /** @type {keyof import("./transform.js").Transform} */ name,
    /** @type {string} */ title,
  ) =>
    h(
      "div",
      { class: "transform-row" },
      h("span", {}, title),
      slider(title, `transform-${name}`, { ...TRANSFORM_LIMITS[name], value: transform[name] }, String, (value) => {
        transform[name] = value;
        changed();
      }),
    );
  const rows = h("div", {});
  const build = () =>
    fill(
      rows,
      part("gamma", "Gamma"),
      part("contrast", "Contrast"),
      part("bias", "Midpoint"),
      mode === "rgb" && part("saturation", "Saturation"),
      chip("No transform", "Colours as they are stretched", () => {
        Object.assign(transform, NO_TRANSFORM);
        rebuildKeepingFocus(rows, build);
        changed();
      }),
    );
  build();
  const given = Object.entries(NO_TRANSFORM).some(([name, value]) => transform[/** @type {"gamma"} */ (name)] !== value);
  return h("details", { class: "fold", open: given }, h("summary", {}, "Colour transform"), rows);
}

/**
 * @param {ControlsAround} around
 * @param {() => void} rebuild
 * @param {() => boolean} current whether these controls are still shown
 */
function rgb(around, rebuild, current) {
  const { view, catalog } = around;
  const dataset = /** @type {Dataset} */ (view.dataset);
  const host = h("div", { class: "style-panel" }, h("p", { class: "muted" }, "Looking for bands…"));
  around.siblings(dataset, view.by).then(
    (values) => {
      if (!current()) return;
      const key = catalog.keys[view.by].name;
      const options = values.offered.map((value) => /** @type {[string, string]} */ ([value, value]));
      const sources = sourcesOf(view, dataset);
      const rows = CHANNELS.map((channel, i) =>
        stretchField(
          channel,
          channel,
          around,
          sources[i] ?? dataset,
          h(
            "div",
            { class: "band-row" },
            h("i", { class: `dot ${channel.toLowerCase()}`, "aria-hidden": "true" }),
            dropdown(`${channel}: value of ${key}`, `band-${i}`, options, view.rgb?.[i] ?? "", (value) => {
              if (view.rgb) view.rgb[i] = value;
              rebuild();
            }),
          ),
        ),
      );
      const more = moreValues(values, catalog.extended, (next) => around.offer(dataset, view.by, next).then(rebuild));
      rows.forEach((row, i) => row.classList.add("channel", CHANNELS[i].toLowerCase()));
      rebuildKeepingFocus(host, () => fill(host, ...rows, more, transformField(around, "rgb")));
    },
    (error) => fill(host, h("p", { class: "field-error" }, `The bands are not known: ${words(error)}`)),
  );
  return [host];
}
