/** The values that a key has beside a dataset: page by page, or those of a prefix, as keys may have very many. */

import { getJson } from "../api.js";
import { parseDatasets } from "./api.js";
import { datasetsQuery } from "./query.js";

/** Values asked for at once. */
export const PAGE = 500;

/**
 * @typedef {object} Values
 * @property {string[]} offered in the order in which people count
 * @property {string[]} seen those offered so far, whatever the prefix
 * @property {boolean} cut whether there are more
 * @property {number | null} total how many there are, where the server counts
 * @property {string} prefix what the offered ones start with; empty for all
 * @property {() => Promise<Values>} more with one more page
 * @property {(prefix: string) => Promise<Values>} narrow those that start with something else
 */

/** @param {string[]} values */
const sorted = (values) => [...new Set(values)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

/**
 * The values of a key among the datasets that share all other values with `dataset`.
 *
 * @param {import("./api.js").Catalog} catalog
 * @param {import("./keys.js").Dataset} dataset
 * @param {number} key its place among the keys
 * @returns {Promise<Values>}
 */
export function valuesBeside(catalog, dataset, key) {
  /**
   * @param {string} prefix
   * @param {number} page
   * @param {string[]} before the pages before
   * @param {string[]} seen
   * @returns {Promise<Values>}
   */
  async function read(prefix, page, before, seen) {
    /** @type {import("./query.js").Filter[]} */
    const filters = catalog.keys
      .map(({ name }, i) => ({ key: name, op: /** @type {const} */ ("is"), value: dataset[i] }))
      .filter((_, i) => i !== key);
    if (prefix !== "") filters.push({ key: catalog.keys[key].name, op: "prefix", value: prefix });
    const json = await getJson(`datasets?${datasetsQuery(catalog, { filters, box: null, page, size: PAGE, order: null })}`);
    const found = parseDatasets(catalog, json).map((values) => values[key]);
    const offered = sorted([...before, ...found]);
    const total = Number.isInteger(json?.total) ? json.total : null;
    const all = sorted([...seen, ...found]);
    return {
      offered,
      seen: all,
      cut: total === null ? found.length >= PAGE : offered.length < total && found.length > 0,
      total,
      prefix,
      more: () => read(prefix, page + 1, offered, all),
      narrow: (next) => read(next, 0, [], all),
    };
  }
  return read("", 0, [], []);
}
