/** The controls of the chosen layer: opacity, bands, stretch, colormap, resampling. */

import { createColormapPicker } from "./colormap-picker.js";
import { fill, h } from "./dom.js";
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
  /** Builds the controls anew, and gives the focus back to the one that had it. */
  const rebuild = () => {
    const focused = document.activeElement?.getAttribute("data-control");
    build();
    if (focused) {
      const control = [...body.querySelectorAll("[data-control]")].find(
        (candidate) => candidate.getAttribute("data-control") === focused,
      );
      if (control instanceof HTMLElement) control.focus();
    }
  };
  build();
  return body;
}

/**
 * @param {Layer} layer
 * @param {Surroundings} around
 */
function opacity({ info, style }, around) {
  const percent = () => `${Math.round(style.opacity * 100)} %`;
  const output = h("output", {}, percent());
  const slider = h("input", {
    type: "range",
    min: 0,
    max: 100,
    value: Math.round(style.opacity * 100),
    "aria-label": `Opacity of ${info.name}`,
    "data-control": "opacity",
    oninput: () => {
      style.opacity = Number(slider.value) / 100;
      output.textContent = percent();
      around.changed();
    },
  });
  return field("Opacity", h("div", { class: "row" }, slider, output));
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
      (error) => {
        message.hidden = false;
        message.textContent = `Its colours could not be loaded: ${text(error)}`;
      },
    );
    parts.push(field("Colormap", picker, message));
  }
  const select = h(
    "select",
    {
      "aria-label": "Resampling",
      "data-control": "resampling",
      onchange: () => {
        style.resampling = select.value;
        around.changed();
      },
    },
    ...RESAMPLINGS.map(([value, label]) =>
      h("option", { value, selected: value === style.resampling }, label),
    ),
  );
  parts.push(field("Resampling", select));
  return parts;
}

/**
 * @param {import("./layers.js").Style} style
 * @param {() => void} rebuilt
 */
function modes(style, rebuilt) {
  const option = (/** @type {"single" | "rgb"} */ mode, /** @type {string} */ label) =>
    h(
      "label",
      {},
      h("input", {
        type: "radio",
        name: "mode",
        value: mode,
        checked: style.mode === mode,
        "data-control": `mode-${mode}`,
        onchange: () => {
          style.mode = mode;
          rebuilt();
        },
      }),
      h("span", {}, label),
    );
  return h(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": "Show as" },
    option("single", "One band"),
    option("rgb", "Red, green, blue"),
  );
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
    (error) => complain(`No statistics: ${text(error)}`),
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
      complain(`No statistics: ${text(error)}`);
    }
  };
  const button = (/** @type {string} */ label, /** @type {string} */ title, /** @type {() => void} */ run) =>
    h("button", { type: "button", class: "chip", title, "data-control": label, onclick: run }, label);
  parts.push(
    h(
      "div",
      { class: "stretch" },
      histogram,
      h(
        "div",
        { class: "chips" },
        button("2–98 %", "Stretch between the 2nd and the 98th percentile", pick(({ low, high }) => [low, high])),
        button("Min–max", "Stretch over all values", pick(({ min, max }) => [min, max])),
        info.dtype === "uint8" &&
          button("0–255", "Show the bytes as they are", () => {
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
  const select = h(
    "select",
    {
      "aria-label": style.mode === "rgb" ? `${["Red", "Green", "Blue"][channel]} band` : "Band",
      "data-control": `band-${channel}`,
      onchange: () => {
        if (style.mode === "rgb") style.rgb[channel] = Number(select.value);
        else style.band = Number(select.value);
        rebuilt();
      },
    },
    ...bands.map(({ index, label }) => {
      const said = label === `b${index}` ? `Band ${index}` : `${index} · ${label}`;
      return h("option", { value: index, selected: index === chosen }, said);
    }),
  );
  return select;
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
    const [min, max] = [parse(low.value), parse(high.value)];
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

/** @param {string} value */
function parse(value) {
  const trimmed = value.trim().replace(",", ".");
  return trimmed === "" ? NaN : Number(trimmed);
}

/**
 * @param {string} name
 * @param {...import("./dom.js").Child} children
 */
function field(name, ...children) {
  return h("div", { class: "field" }, h("div", { class: "field-name" }, name), ...children);
}

/** @param {unknown} error */
function text(error) {
  return error instanceof Error ? error.message : String(error);
}
