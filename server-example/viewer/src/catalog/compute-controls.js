/** The controls of an expression: well-known ones, the operands, the range and the colours. */

import { fill, h } from "../dom.js";
import { dropdown, field, rebuildKeepingFocus, words } from "../form.js";
import { colormapField } from "./colormap-field.js";
import { OPERANDS, PRESETS, guess, operandsOf, presetExpression } from "./presets.js";
import { moreValues } from "./more-values.js";
import { createRangeControl, scaleOf } from "./range-control.js";

/** The list's entry for an expression of one's own. */
const OWN = "";

/**
 * @param {import("./controls.js").ControlsAround} around
 * @param {() => void} rebuild
 * @param {() => boolean} current whether these controls are still shown
 */
export function createComputeControls(around, rebuild, current) {
  const { view } = around;
  const dataset = /** @type {import("./keys.js").Dataset} */ (view.dataset);
  const host = h("div", { class: "style-panel" }, h("p", { class: "muted" }, "Looking for bands…"));
  around.siblings(dataset, view.by).then(
    async (values) => {
      // Something to see at once, where the bands say what they are.
      const [first] = PRESETS;
      if (view.expression === "" && first.roles.every((role) => guess(role, values.seen) !== null)) {
        await applyPreset(around, first, values.seen);
        if (current()) rebuild();
      } else if (current()) {
        rebuildKeepingFocus(host, () => fill(host, ...parts(around, values, rebuild)));
      }
    },
    (error) => fill(host, h("p", { class: "field-error" }, `The bands are not known: ${words(error)}`)),
  );
  return [host];
}

/**
 * @param {import("./controls.js").ControlsAround} around
 * @param {import("./values.js").Values} among of the key that the operands are of
 * @param {() => void} rebuild
 */
function parts(around, among, rebuild) {
  const values = among.seen;
  const { view, catalog, changed } = around;
  const message = h("p", { class: "field-error", role: "alert", hidden: true });
  const options = [
    /** @type {[string, string]} */ ([OWN, "An expression of your own"]),
    ...PRESETS.map(({ id, title }) => /** @type {[string, string]} */ ([id, title])),
  ];
  const preset = dropdown("Well-known expressions", "preset", options, view.preset ?? OWN, (id) => {
    const found = PRESETS.find((entry) => entry.id === id);
    view.preset = found ? id : null;
    if (found) void applyPreset(around, found, values).then(rebuild);
  });

  const expression = h("input", {
    type: "text",
    class: "expression",
    value: view.expression,
    placeholder: "(v1 - v2) / (v1 + v2)",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": "Expression over v1 to v5",
    "data-control": "expression",
    onchange: () => {
      const text = expression.value.trim();
      const used = operandsOf(text);
      const words = text === "" ? "An expression is needed." : used.length === 0 ? "It uses none of v1 to v5." : "";
      message.textContent = words;
      message.hidden = words === "";
      expression.setAttribute("aria-invalid", String(words !== ""));
      if (words !== "") return;
      view.preset = null;
      view.expression = text;
      const last = OPERANDS.indexOf(/** @type {"v1"} */ (used.at(-1)));
      view.operands = OPERANDS.slice(0, last + 1).map((_, i) => view.operands[i] ?? values[Math.min(i, values.length - 1)]);
      rebuild();
    },
  });

  const choices = among.offered.map((value) => /** @type {[string, string]} */ ([value, value]));
  const key = catalog.keys[view.by].name;
  const operands = view.operands.map((value, i) =>
    h(
      "div",
      { class: "band-row" },
      h("code", {}, OPERANDS[i]),
      dropdown(`${OPERANDS[i]}: value of ${key}`, `operand-${i}`, choices, value, (next) => {
        view.operands[i] = next;
        changed();
      }),
    ),
  );
  const dataset = /** @type {import("./keys.js").Dataset} */ (view.dataset);
  const more = moreValues(among, catalog.extended, (next) => around.offer(dataset, view.by, next).then(rebuild));
  const range = createRangeControl({
    name: "Result",
    range: view.computed,
    scale: scaleOf(view.preset === null ? null : [-1, 1], view.computed),
    histogram: null,
    changed(next) {
      view.computed = next;
      changed();
    },
  });
  return [
    field("Expression", preset, expression, message),
    operands.length > 0 && field(`Operands, values of ${key}`, ...operands, more),
    field("Range of the result", range.element),
    colormapField(view.computedColors, (name) => {
      view.computedColors = name;
      changed();
    }),
  ];
}

/**
 * @param {import("./controls.js").ControlsAround} around
 * @param {import("./presets.js").Preset} preset
 * @param {string[]} values
 */
async function applyPreset({ view, catalog, metadata }, preset, values) {
  const dataset = /** @type {import("./keys.js").Dataset} */ (view.dataset);
  view.operands = preset.roles.map((role, i) => guess(role, values) ?? values[Math.min(i, values.length - 1)]);
  view.computed = [...preset.range];
  view.computedColors = preset.colormap;
  view.preset = preset.id;
  let range = null;
  try {
    ({ range } = await metadata(dataset));
  } catch {
    // The tab says what is wrong with the dataset; fractions are as good a guess as any.
  }
  view.expression = presetExpression(preset, catalog.extended, range);
}
