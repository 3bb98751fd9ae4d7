/** The editor of a colour for each value: rows that are added, changed and taken away, or JSON that is pasted. */

import { fill, h, icon } from "../dom.js";
import { chip, field, parseNumber } from "../form.js";
import { MOST_COLORS, classesOf, explicitMap, freshColor, parseExplicitMap } from "./value-colors.js";

/**
 * @typedef {import("./value-colors.js").ValueColor} ValueColor
 */

/**
 * @param {ValueColor[]} initial
 * @param {Promise<import("./api.js").Metadata>} metadata of the dataset that is drawn
 * @param {(list: ValueColor[]) => void} changed
 */
export function valueColorsField(initial, metadata, changed) {
  let list = initial;
  /** @type {import("./api.js").Category[]} */
  let categories = [];
  const rows = h("ul", { class: "value-colors", "aria-label": "Values and their colours" });
  const message = h("p", { class: "field-error", role: "alert", hidden: true });
  const text = h("textarea", {
    class: "value-json",
    rows: 4,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": "Values and colours as JSON",
    onchange: () => pasted(),
  });
  const add = chip("Add a value", "One more value with a colour", () => {
    const last = list.at(-1);
    // The next class, most likely.
    let value = last ? Math.floor(last.value) + 1 : 0;
    while (list.some((entry) => entry.value === value)) value += 1;
    set([...list, { value, color: freshColor(list) }]);
    const input = /** @type {HTMLInputElement | null} */ (rows.querySelector("li:last-child .number"));
    input?.focus();
    input?.select();
  });
  const classes = chip("Values of the data", "The classes that the dataset has", () => {
    void metadata.then((known) => set(classesOf(known)), () => {});
  });
  classes.hidden = true;
  const full = h("p", { class: "muted", hidden: true }, `No more than ${MOST_COLORS} values can have a colour.`);

  /** @param {string} words empty if nothing is wrong */
  function say(words) {
    message.textContent = words;
    message.hidden = words === "";
  }

  /** @param {ValueColor[]} next */
  function set(next) {
    list = next;
    say("");
    draw();
    changed(list);
  }

  function pasted() {
    try {
      set(parseExplicitMap(text.value));
      text.setAttribute("aria-invalid", "false");
    } catch (error) {
      text.setAttribute("aria-invalid", "true");
      say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {number} at */
  function row(at) {
    const { value, color } = list[at];
    const meaning = h("span", { class: "value-name" });
    const number = h("input", {
      type: "text",
      class: "number",
      inputmode: "decimal",
      value: String(value),
      spellcheck: "false",
      autocomplete: "off",
      "aria-label": `Value ${at + 1}`,
      onchange: () => {
        const next = parseNumber(number.value);
        const twice = list.some((entry, i) => i !== at && entry.value === next);
        const words = !Number.isFinite(next) ? "A value is a number." : twice ? `${next} has a colour already.` : "";
        number.setAttribute("aria-invalid", String(words !== ""));
        if (words !== "") {
          say(words);
          return;
        }
        // The row stays as it is: whoever tabs on from here is not thrown out.
        list = list.map((entry, i) => (i === at ? { ...entry, value: next } : entry));
        say("");
        label();
        changed(list);
      },
    });
    const swatch = h("input", {
      type: "color",
      value: color,
      oninput: () => {
        list = list.map((entry, i) => (i === at ? { ...entry, color: swatch.value } : entry));
        text.value = explicitMap(list);
        changed(list);
      },
    });
    const remove = h(
      "button",
      {
        type: "button",
        class: "icon-button small",
        title: "Take it away",
        onclick: () => {
          set(list.filter((_, i) => i !== at));
          const next = rows.querySelectorAll("button")[Math.min(at, list.length - 1)] ?? add;
          next.focus();
        },
      },
      icon("close"),
    );
    const label = () => {
      text.value = explicitMap(list);
      swatch.setAttribute("aria-label", `Colour of ${list[at].value}`);
      remove.setAttribute("aria-label", `Take ${list[at].value} away`);
      const name = categories.find((category) => category.value === list[at].value)?.name ?? "";
      meaning.textContent = name;
      meaning.title = name;
      meaning.hidden = name === "";
    };
    label();
    return h("li", {}, swatch, number, meaning, remove);
  }

  function draw() {
    fill(rows, ...list.map((_, at) => row(at)));
    text.value = list.length === 0 ? "" : explicitMap(list);
    text.setAttribute("aria-invalid", "false");
    add.disabled = list.length >= MOST_COLORS;
    full.hidden = !add.disabled;
    if (list.length === 0) say("Without a value that has a colour, nothing is drawn.");
  }
  draw();
  metadata.then(
    (known) => {
      classes.hidden = classesOf(known).length === 0;
      if (known.categories.length === 0) return;
      categories = known.categories;
      if (!rows.contains(document.activeElement)) draw();
    },
    () => {},
  );

  return field(
    "Colours of values; others are transparent",
    rows,
    h("div", { class: "chips" }, add, classes),
    full,
    message,
    h("details", { class: "fold" }, h("summary", {}, "As JSON"), text),
  );
}
