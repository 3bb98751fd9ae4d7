/** What is searched in a catalog, and how the server wants to hear it. */

/** How many rows a page can have. */
export const PAGE_SIZES = /** @type {const} */ ([15, 25, 50, 100]);

/**
 * How a key's value may be compared. All but the first need a server that goes beyond Terracotta.
 */
export const OPERATORS = /** @type {const} */ ([
  ["is", "is"],
  ["prefix", "starts with"],
  ["gte", "from"],
  ["lte", "up to"],
]);

/**
 * @typedef {(typeof OPERATORS)[number][0]} Operator
 * @typedef {{key: string, op: Operator, value: string}} Filter
 *
 * @typedef {object} Query
 * @property {Filter[]} filters several values that one key "is" are alternatives, everything else must hold together
 * @property {import("../mercator.js").Bounds | null} box only datasets that touch it
 * @property {number} page from 0
 * @property {number} size rows of a page
 * @property {{key: string, ascending: boolean} | null} order
 */

/**
 * Why the filters cannot be asked for together; empty if they can.
 *
 * @param {Filter[]} filters
 */
export function conflict(filters) {
  const exact = filters.filter(({ op }) => op === "is");
  const clash = exact.find(
    ({ key, value }) => value.includes(",") && exact.filter((other) => other.key === key).length > 1,
  );
  // Terracotta's lists are split at commas, and nothing quotes one.
  return clash ? `A value with a comma can only be searched for alone: ${clash.value}` : "";
}

/**
 * The query of `GET /datasets`.
 *
 * @param {{keys: {name: string}[], extended: boolean}} catalog
 * @param {Query} query
 */
export function datasetsQuery({ keys, extended }, { filters, box, page, size, order }) {
  const parameters = new URLSearchParams();
  for (const { name } of keys) {
    const mine = filters.filter(({ key }) => key === name);
    const exact = mine.filter(({ op }) => op === "is").map(({ value }) => value);
    if (exact.length > 0) parameters.append(name, exact.length === 1 ? single(exact[0]) : `[${exact.join(",")}]`);
    if (extended) for (const { op, value } of mine) if (op !== "is") parameters.append(`${name}__${op}`, value);
  }
  if (extended && box) parameters.append("bbox", box.map((side) => side.toFixed(6)).join(","));
  if (order) {
    parameters.append("order_by", `[${order.key}]`);
    parameters.append("ascending", String(order.ascending));
  }
  parameters.append("limit", String(size));
  parameters.append("page", String(page));
  if (extended) parameters.append("count", "true");
  return parameters.toString();
}

/**
 * One exact value: brackets of its own would be taken for a list.
 *
 * @param {string} value
 */
function single(value) {
  return value.startsWith("[") && value.endsWith("]") && !value.includes(",") ? `[${value}]` : value;
}
