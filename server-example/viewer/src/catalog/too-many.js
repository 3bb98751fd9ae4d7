/** A note under lists of values. */

import { h } from "../dom.js";
import { MOST_VALUES } from "./api.js";

/**
 * What to say of a list of values that ends before the values do.
 *
 * @param {string[]} values
 */
export function tooMany(values) {
  if (values.length < MOST_VALUES) return null;
  return h("p", { class: "muted" }, `Of its values, the first ${MOST_VALUES} are offered.`);
}
