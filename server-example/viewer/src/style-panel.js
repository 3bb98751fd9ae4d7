/** The controls of the chosen layer: opacity, bands, stretch, colormap, resampling. */

import { createColormapPicker } from "./colormap-picker.js";
import { fill, h } from "./dom.js";
import { chip, dropdown, field, parseNumber, rebuildKeepingFocus, segments, slider, words } from "./form.js";
import { drawHistogram } from "./histogram.js";
import { RESAMPLINGS, dataBands, isStretched, roundRange, shownBands } from "./layers.js";

/**
 * @typedef {import("./layers.js").Layer} Layer
 *
 * @typedef {object} Surroundings
 * @property {string[]} colormaps
 * @property {() => void} changed the style is another now
 * @property {(layer: Layer, bands: number[]) => Promise<import("./api.js").BandStatistics[]>} statistics
 * @property {(error: unknown) => void} failed
 */

/**
 * @param {Layer} layer
 * @param {Surroundings} around
 */
export function createStylePanel(layer, around) {
  const body = h("div", { class: "style-panel" });
  const build = () => fill(body, opacity(layer, around), ...sections(layer, around, rebuild));
  const rebuild = () => rebuildKeepingFocus(body, build);
  build();
  return body;
}

/**
 * @param {Layer} layer
 * @param {Surroundings} around
 */
function opacity({ info, style }, around) {
  const scale = { min: 0, max: 100, step: 1, value: Math.round(style.opacity * 100) };
  const changed = (/** @type {number} */ percent) => {
    style.opacity = percent / 100;
    around.changed();
  };
  return field(
    "Opacity",
    slider(`Opacity of ${info.name}`, "opacity", scale, (percent) => `${percent} %`, changed),
  );
}

/**
 * @param {Layer} layer
 * @param {Surroundings} around
 * @param {() => void} rebuild
 */
function sections(layer, around, rebuild) {
  const { info, style } = layer;
  const bands = dataBands(info);
  const rebuilt = () => {
    around.changed();
    rebuild();
  };
  const parts = [];
  if (bands.length > 1) parts.push(modes(style, rebuilt));
  parts.push(...stretch(layer, around, rebuilt));
  if (style.mode === "single") {
    const none = info.palette ? "the file’s own palette" : "greys";
    const message = h("p", { class: "field-error", hidden: true });
    const picker = createColormapPicker(
      around.colormaps,
      none,
      style.colormap,
      (name) => {
        const before = isStretched(layer);
        style.colormap = name;
        around.changed();
        if (before !== isStretched(layer)) rebuild();
      },
      {
        failed(error) {
          message.hidden = false;
          message.textContent = `Its colours could not be loaded: ${words(error)}`;
        },
      },
    );
    parts.push(field("Colormap", picker, message));
  }
  const select = dropdown("Resampling", "resampling", RESAMPLINGS, style.resampling, (value) => {
    style.resampling = value;
    around.changed();
  });
  parts.push(field("Resampling", select));
  return parts;
}

/** The ways to show a layer of several bands. */
const MODES = /** @type {const} */ ([
  ["single", "One band"],
  ["rgb", "Red, green, blue"],
]);

/**
 * @param {import("./layers.js").Style} style
 * @param {() => void} rebuilt
 */
function modes(style, rebuilt) {
  return segments("Show as", "mode", MODES, style.mode, (mode) => {
    style.mode = mode;
    rebuilt();
  });
}

/**
 * The bands with their ranges, the histogram, and the ways to choose a range.
 *
 * @param {Layer} layer
 * @param {Surroundings} around
 * @param {() => void} rebuilt
 */
function stretch(layer, around, rebuilt) {
  const { info, style } = layer;
  const rgb = style.mode === "rgb";
  const stretched = isStretched(layer);
  const shown = shownBands(style);
  const message = h("p", { class: "field-error", role: "alert", hidden: true });
  const complain = (/** @type {string} */ words) => {
    message.textContent = words;
    message.hidden = words === "";
  };
  const histogram = h("canvas", { class: "histogram", "aria-hidden": "true" });
  /** @type {import("./api.js").BandStatistics[] | null} */
  let known = null;
  const redraw = () => {
    if (known) drawHistogram(histogram, known, shown.map((band) => style.ranges.get(band)));
  };

  const rows = shown.map((band, channel) =>
    h(
      "div",
      { class: "band-row" },
      rgb && h("i", { class: `dot ${["red", "green", "blue"][channel]}`, "aria-hidden": "true" }),
      bandSelect(layer, channel, rebuilt),
      stretched &&
        rangeInputs(style, band, rgb ? ["Red", "Green", "Blue"][channel] : "", complain, () => {
          redraw();
          around.changed();
        }),
    ),
  );
  const parts = [field(rgb || dataBands(info).length > 1 ? "Bands and range" : "Range", ...rows, message)];
  if (!stretched) return dataBands(info).length > 1 ? parts : [];

  around.statistics(layer, shown).then(
    (answer) => {
      known = answer;
      redraw();
    },
    (error) => complain(`No statistics: ${words(error)}`),
  );
  const pick = (
    /** @type {(band: import("./api.js").BandStatistics) => [number, number]} */ choose,
  ) => async () => {
    try {
      const answer = await around.statistics(layer, shown);
      answer.forEach((band, i) => {
        const [min, max] = choose(band);
        if (min < max) style.ranges.set(shown[i], roundRange(min, max));
      });
      rebuilt();
    } catch (error) {
      complain(`No statistics: ${words(error)}`);
    }
  };
  parts.push(
    h(
      "div",
      { class: "stretch" },
      histogram,
      h(
        "div",
        { class: "chips" },
        chip("2–98 %", "Stretch between the 2nd and the 98th percentile", pick(({ low, high }) => [low, high])),
        chip("Min–max", "Stretch over all values", pick(({ min, max }) => [min, max])),
        info.dtype === "uint8" &&
          chip("0–255", "Show the bytes as they are", () => {
            for (const band of shown) style.ranges.set(band, [0, 255]);
            rebuilt();
          }),
      ),
    ),
  );
  return parts;
}

/**
 * @param {Layer} layer
 * @param {number} channel
 * @param {() => void} rebuilt
 */
function bandSelect({ info, style }, channel, rebuilt) {
  const bands = dataBands(info);
  if (bands.length === 1) return null;
  const chosen = shownBands(style)[channel];
  return dropdown(
    style.mode === "rgb" ? `${["Red", "Green", "Blue"][channel]} band` : "Band",
    `band-${channel}`,
    bands.map(({ index, label }) => [
      String(index),
      label === `b${index}` ? `Band ${index}` : `${index} · ${label}`,
    ]),
    String(chosen),
    (value) => {
      if (style.mode === "rgb") style.rgb[channel] = Number(value);
      else style.band = Number(value);
      rebuilt();
    },
  );
}

/**
 * @param {import("./layers.js").Style} style
 * @param {number} band
 * @param {string} channel
 * @param {(message: string) => void} complain
 * @param {() => void} changed
 */
function rangeInputs(style, band, channel, complain, changed) {
  const [from, to] = style.ranges.get(band) ?? [NaN, NaN];
  const apply = () => {
    const [min, max] = [parseNumber(low.value), parseNumber(high.value)];
    const valid = min < max;
    for (const input of [low, high]) input.setAttribute("aria-invalid", String(!valid));
    if (!valid) {
      const numbers = Number.isFinite(min) && Number.isFinite(max);
      complain(numbers ? "The lower end must be below the upper one." : "A range needs two numbers.");
      return;
    }
    complain("");
    style.ranges.set(band, [min, max]);
    changed();
  };
  const input = (/** @type {number} */ value, /** @type {string} */ name) =>
    h("input", {
      type: "text",
      inputmode: "text",
      class: "number",
      size: 6,
      value: Number.isFinite(value) ? Number(value.toPrecision(7)) : "",
      placeholder: "…",
      spellcheck: "false",
      autocomplete: "off",
      "aria-label": `${channel} ${name}`.trim(),
      "data-control": `${name}-${channel}`,
      onchange: apply,
    });
  const low = input(from, "from");
  const high = input(to, "to");
  return h("span", { class: "range" }, low, h("span", { class: "muted", "aria-hidden": "true" }, "–"), high);
}
