/** Sources beyond those that are served: what the address names, and the form that writes it there. */

import { h } from "./dom.js";

/** Parameters of the page's address, and where the server describes what they name. */
const KINDS = /** @type {const} */ ([
  ["url", "GeoTIFF", "cog/layers"],
  ["item", "STAC item", "stac/layers"],
]);

/** More than these at once would be nobody's wish. */
const MOST = 20;

/**
 * The sources that the page's address names.
 *
 * @param {string} search the address's query
 * @returns {{path: string, source: string}[]} where to ask for each, relative to the page
 */
export function askedFor(search) {
  const query = new URLSearchParams(search);
  return KINDS.flatMap(([name, , path]) =>
    query.getAll(name).map((source) => ({ path: `${path}?${new URLSearchParams({ url: source })}`, source })),
  ).slice(0, MOST);
}

/** The form that opens another source beside those that the address names already. */
export function createOpenForm() {
  const kind = h(
    "select",
    { "aria-label": "Kind of source" },
    ...KINDS.map(([name, label]) => h("option", { value: name }, label)),
  );
  const source = h("input", {
    type: "text",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Address or path",
    "aria-label": "Address or path of a source",
    oninput() {
      const isItem = /\.json$|\/items\//.test(source.value.split("?")[0]);
      kind.value = isItem ? "item" : "url";
    },
  });
  return h(
    "form",
    {
      class: "open-form",
      "aria-label": "Open a source",
      onsubmit(/** @type {Event} */ event) {
        event.preventDefault();
        const query = new URLSearchParams(location.search);
        query.append(kind.value, source.value.trim());
        location.assign(`${location.pathname}?${query}`);
      },
    },
    source,
    kind,
    h("button", { type: "submit", class: "text-button" }, "Open"),
  );
}
