/** What is said, and can be done, where a key has more values than are offered. */

import { fill, h } from "../dom.js";
import { chip, words } from "../form.js";

/**
 * The way on from a list of values that ends early; null where it does not.
 *
 * @param {import("./values.js").Values} values
 * @param {boolean} extended whether the server searches by prefix
 * @param {(next: Promise<import("./values.js").Values>) => Promise<void>} replace shows another list instead
 */
export function moreValues(values, extended, replace) {
  if (!values.cut && values.prefix === "") return null;
  const message = h("p", { class: "field-error", role: "alert", hidden: true });
  const go = (/** @type {Promise<import("./values.js").Values>} */ next) => {
    replace(next).catch((error) => {
      message.hidden = false;
      message.textContent = words(error);
    });
  };
  const prefix = h("input", {
    type: "text",
    class: "filter-value",
    value: values.prefix,
    placeholder: "starts with",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": "Offer values that start with",
    "data-control": "values-prefix",
    onchange: () => go(values.narrow(prefix.value.trim())),
  });
  const number = values.offered.length.toLocaleString("en");
  const of = values.total === null ? "" : ` of ${values.total.toLocaleString("en")}`;
  const which = values.prefix === "" ? "values" : `values that start with “${values.prefix}”`;
  const said = values.cut ? `The first ${number}${of} ${which} are offered.` : `${number} ${which}.`;
  const element = h("div", { class: "more-values" });
  fill(
    element,
    h("p", { class: "muted", role: "status" }, said),
    h("div", { class: "band-row" }, extended && prefix, values.cut && chip("Offer more", "The next values", () => go(values.more()))),
    message,
  );
  return element;
}
