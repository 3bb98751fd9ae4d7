/** Datasets are named by the values of their keys, in the order of the keys. */

/** @typedef {string[]} Dataset one value for each key of the catalog */

/**
 * Whether a dataset has a path of its own: a server takes slashes, and browsers take dots, for the
 * path's structure, whether they are encoded or not.
 *
 * @param {Dataset} dataset
 */
export function isAddressable(dataset) {
  return dataset.every((value) => value !== "" && value !== "." && value !== ".." && !value.includes("/"));
}

/**
 * The part of an address that names datasets by their values, without slashes at its ends.
 *
 * @param {string[]} values
 */
export function dataPath(values) {
  return values.map(encodeURIComponent).join("/");
}

/**
 * What a dataset is called.
 *
 * @param {string[]} values
 */
export function nameOf(values) {
  return values.join(" · ");
}

/**
 * @param {Dataset | null} a
 * @param {Dataset | null} b
 */
export function isSame(a, b) {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((value, i) => value === b[i]));
}

/**
 * A dataset with another value of one key.
 *
 * @param {Dataset} dataset
 * @param {number} key its place among the keys
 * @param {string} value
 * @returns {Dataset}
 */
export function withValue(dataset, key, value) {
  return dataset.map((old, i) => (i === key ? value : old));
}
