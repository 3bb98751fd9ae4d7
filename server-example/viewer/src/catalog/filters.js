/** The filters of the datasets: a field for each key, chips for what is chosen. */

import { fill, h, icon } from "../dom.js";
import { dropdown } from "../form.js";
import { OPERATORS, conflict } from "./query.js";

/** Values offered while typing. */
const SUGGESTIONS = 200;

/**
 * @typedef {import("./query.js").Filter} Filter
 *
 * @typedef {object} FilterHandlers
 * @property {(filters: Filter[]) => void} changed
 * @property {(inView: boolean) => void} looked whether only what the map shows is wanted
 */

/**
 * @param {import("./api.js").Catalog} catalog
 * @param {FilterHandlers} handlers
 */
export function createFilters({ keys, extended }, handlers) {
  /** @type {Filter[]} */
  let filters = [];
  /** @type {Map<string, Set<string>>} */
  const seen = new Map(keys.map(({ name }) => [name, new Set()]));
  const message = h("p", { class: "field-error", role: "alert", hidden: true });
  const chips = h("ul", { class: "filter-chips", "aria-label": "Filters" });

  const rows = keys.map(({ name, description }, i) => {
    const list = h("datalist", { id: `values-${i}` });
    const input = h("input", {
      type: "text",
      class: "filter-value",
      list: list.id,
      placeholder: "any",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": `Value of ${name}`,
    });
    const operator = dropdown(`How ${name} is compared`, `op-${i}`, OPERATORS, "is", () => {});
    const form = h(
      "form",
      {
        class: "filter-row",
        "data-key": name,
        onsubmit(/** @type {Event} */ event) {
          event.preventDefault();
          const value = input.value.trim();
          if (value === "") return;
          add({ key: name, op: /** @type {import("./query.js").Operator} */ (operator.value), value }, input);
        },
      },
      h("span", { class: "filter-key", title: description || name }, name),
      extended && operator,
      input,
      list,
      h("button", { type: "submit", class: "icon-button", "aria-label": `Filter by ${name}`, title: "Add" }, icon("plus")),
    );
    // Choosing a suggestion is an answer; typing is not yet.
    input.addEventListener("input", (event) => {
      const chosen = /** @type {InputEvent} */ (event).inputType === "insertReplacementText" || !("inputType" in event);
      if (chosen && seen.get(name)?.has(input.value)) form.requestSubmit();
    });
    return { name, list, input, form };
  });

  const inView = h("input", { type: "checkbox", onchange: () => handlers.looked(inView.checked) });

  /**
   * @param {Filter} filter
   * @param {HTMLInputElement} input
   */
  function add(filter, input) {
    const same = (/** @type {Filter} */ other) => other.key === filter.key && other.op === filter.op;
    // Of prefixes and ends of ranges a key has one; exact values are alternatives.
    const others = filters.filter((other) => !same(other) || (filter.op === "is" && other.value !== filter.value));
    const next = [...others, filter];
    const clash = conflict(next);
    message.textContent = clash;
    message.hidden = clash === "";
    input.setAttribute("aria-invalid", String(clash !== ""));
    if (clash !== "") return;
    input.value = "";
    set(next);
  }

  /** @param {Filter[]} next */
  function set(next) {
    filters = next;
    draw();
    handlers.changed(filters);
  }

  function draw() {
    fill(
      chips,
      ...filters.map((filter) => {
        const operator = OPERATORS.find(([op]) => op === filter.op)?.[1] ?? filter.op;
        const said = `${filter.key} ${operator} ${filter.value}`;
        return h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              class: "chip removable",
              "aria-label": `Remove filter: ${said}`,
              onclick: () => {
                set(filters.filter((other) => other !== filter));
                rows.find(({ name }) => name === filter.key)?.input.focus();
              },
            },
            h("span", {}, said),
            icon("close"),
          ),
        );
      }),
    );
    chips.hidden = filters.length === 0;
  }
  draw();

  return {
    element: h(
      "div",
      { class: "filters", role: "search", "aria-label": "Filter datasets" },
      ...rows.map(({ form }) => form),
      chips,
      message,
      extended && h("label", { class: "check" }, inView, h("span", {}, "Only in this map’s view")),
    ),
    /**
     * Shows filters that came from elsewhere.
     *
     * @param {Filter[]} next
     * @param {boolean} looking
     */
    show(next, looking) {
      filters = next;
      inView.checked = looking;
      draw();
    },
    /**
     * Learns values to offer.
     *
     * @param {import("./keys.js").Dataset[]} datasets
     */
    learn(datasets) {
      rows.forEach(({ name, list }, i) => {
        const values = /** @type {Set<string>} */ (seen.get(name));
        for (const dataset of datasets) if (values.size < SUGGESTIONS) values.add(dataset[i]);
        fill(list, ...[...values].sort().map((value) => h("option", { value })));
      });
    },
  };
}
