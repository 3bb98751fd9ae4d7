/** The table of datasets: a page of rows, sorted by any key, chosen by pointer or keys. */

import { fill, h, icon } from "../dom.js";
import { dropdown } from "../form.js";
import { isAddressable, isSame, nameOf } from "./keys.js";
import { PAGE_SIZES } from "./query.js";

/**
 * @typedef {import("./keys.js").Dataset} Dataset
 *
 * @typedef {object} ListHandlers
 * @property {(dataset: Dataset) => void} choose
 * @property {(dataset: Dataset | null) => void} point the pointer or the focus is on a row, or on none
 * @property {(dataset: Dataset) => void} compare
 * @property {(page: number) => void} turn
 * @property {(size: number) => void} resize
 * @property {(key: string) => void} sort
 */

/**
 * @param {import("./api.js").Catalog} catalog
 * @param {ListHandlers} handlers
 */
export function createDatasetList({ keys }, handlers) {
  const columns = keys.map(({ name, description }) => {
    const button = h(
      "button",
      { type: "button", title: description || `Sort by ${name}`, onclick: () => handlers.sort(name) },
      name,
    );
    return { name, cell: h("th", { scope: "col", "aria-sort": "none" }, button) };
  });
  const body = h("tbody");
  const table = h(
    "table",
    { class: "datasets" },
    h("caption", { class: "hidden-text" }, "Datasets"),
    h("thead", {}, h("tr", {}, ...columns.map(({ cell }) => cell), h("td", {}))),
    body,
  );
  const state = h("p", { class: "muted empty", role: "status" });
  const count = h("span", { class: "muted", role: "status" });
  const turn = (/** @type {string} */ label, /** @type {string} */ side, /** @type {number} */ step) =>
    h(
      "button",
      {
        type: "button",
        class: `icon-button ${side}`,
        "aria-label": label,
        title: label,
        onclick: () => handlers.turn(step),
      },
      icon("chevron"),
    );
  const [back, forth] = [turn("Previous page", "back", -1), turn("Next page", "forth", 1)];
  const sizes = PAGE_SIZES.map((size) => /** @type {[string, string]} */ ([String(size), `${size} rows`]));
  const size = dropdown("Rows of a page", "page-size", sizes, "15", (value) => handlers.resize(Number(value)));
  const pager = h("div", { class: "pager" }, count, size, back, forth);

  /** @type {{dataset: Dataset, row: HTMLTableRowElement, button: HTMLButtonElement}[]} */
  let rows = [];

  /** @param {Dataset} dataset */
  function createRow(dataset) {
    const reachable = isAddressable(dataset);
    const name = nameOf(dataset);
    const button = h(
      "button",
      {
        type: "button",
        class: "row-button",
        "aria-pressed": "false",
        "aria-label": name,
        disabled: !reachable,
        tabindex: -1,
        onclick: () => handlers.choose(dataset),
        onfocus: () => handlers.point(dataset),
        onblur: () => handlers.point(null),
      },
      dataset[0],
    );
    const compare = h(
      "button",
      {
        type: "button",
        class: "icon-button small",
        title: "Compare with the chosen dataset",
        "aria-label": `Compare ${name} with the chosen dataset`,
        hidden: !reachable,
        tabindex: -1,
        onclick: () => handlers.compare(dataset),
      },
      icon("compare"),
    );
    const row = h(
      "tr",
      {
        "data-dataset": JSON.stringify(dataset),
        title: reachable ? "" : "A value that is empty, holds a slash or is made of dots has no address",
        onpointerenter: () => handlers.point(dataset),
        onpointerleave: () => handlers.point(null),
      },
      h("th", { scope: "row" }, button),
      ...dataset.slice(1).map((value) => h("td", {}, value)),
      h("td", { class: "row-tools" }, compare),
    );
    return { dataset, row, button, compare };
  }

  // One stop for the Tab key; arrows go from row to row, and sideways to a row's tool.
  body.addEventListener("keydown", (event) => {
    const at = rows.findIndex(({ row }) => row.contains(document.activeElement));
    if (at < 0) return;
    const reachable = rows.filter(({ button }) => !button.disabled);
    const among = reachable.indexOf(rows[at]);
    /** @type {Record<string, HTMLElement | null | undefined>} */
    const goals = {
      ArrowDown: reachable[among + 1]?.button,
      ArrowUp: reachable[among - 1]?.button,
      Home: reachable[0]?.button,
      End: reachable.at(-1)?.button,
      ArrowRight: rows[at].row.querySelector(".row-tools button"),
      ArrowLeft: rows[at].button,
    };
    const goal = goals[event.key];
    if (!goal) return;
    event.preventDefault();
    stopAt(at);
    goal.focus();
  });
  body.addEventListener("focusin", () => stopAt(rows.findIndex(({ row }) => row.contains(document.activeElement))));

  /** @param {number} at the row that the Tab key stops at */
  function stopAt(at) {
    rows.forEach(({ button }, i) => {
      button.tabIndex = i === at ? 0 : -1;
    });
  }

  return {
    element: h("div", { class: "dataset-list" }, h("div", { class: "table-frame" }, table), state, pager),

    /**
     * @param {Dataset[]} datasets
     * @param {import("./query.js").Query} query
     * @param {number | null} total
     */
    show(datasets, query, total) {
      const had = body.contains(document.activeElement);
      rows = datasets.map(createRow);
      fill(body, ...rows.map(({ row }) => row));
      const first = rows.findIndex(({ button }) => !button.disabled);
      stopAt(first);
      if (had) rows[first]?.button.focus();
      for (const { name, cell } of columns) {
        const order = query.order?.key === name ? query.order : null;
        cell.setAttribute("aria-sort", order ? (order.ascending ? "ascending" : "descending") : "none");
      }
      const from = query.page * query.size;
      const of = total === null ? "" : ` of ${total.toLocaleString("en")}`;
      const shown = `${(from + 1).toLocaleString("en")}–${(from + datasets.length).toLocaleString("en")}${of}`;
      count.textContent = datasets.length > 0 ? shown : "";
      state.textContent = datasets.length > 0 ? "" : query.page > 0 ? "No more datasets." : "No dataset is like this.";
      state.hidden = datasets.length > 0;
      size.value = String(query.size);
      back.disabled = query.page === 0;
      forth.disabled = total === null ? datasets.length < query.size : from + datasets.length >= total;
      table.classList.remove("waiting");
    },

    waiting() {
      table.classList.add("waiting");
    },

    /**
     * @param {string} text
     * @param {() => void} again
     */
    failed(text, again) {
      rows = [];
      body.replaceChildren();
      count.textContent = "";
      const retry = h("button", { type: "button", class: "text-button", onclick: again }, "Try again");
      fill(state, `The datasets could not be listed: ${text} `, retry);
      state.hidden = false;
    },

    /**
     * Marks rows.
     *
     * @param {Dataset | null} chosen
     * @param {Dataset | null} compared
     */
    mark(chosen, compared) {
      for (const { dataset, row, button } of rows) {
        const pressed = isSame(dataset, chosen);
        row.classList.toggle("chosen", pressed);
        row.classList.toggle("compared", isSame(dataset, compared));
        button.setAttribute("aria-pressed", String(pressed));
      }
    },

    /**
     * Lights up the row of a dataset that is pointed at on the map.
     *
     * @param {Dataset | null} dataset
     */
    light(dataset) {
      for (const entry of rows) entry.row.classList.toggle("pointed", isSame(entry.dataset, dataset));
    },
  };
}
