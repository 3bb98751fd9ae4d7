/** What the viewer asks of a catalog: Terracotta's routes, and what Smalti's own go beyond them. */

import { ApiError, getJson } from "../api.js";
import { dataPath } from "./keys.js";
import { datasetsQuery } from "./query.js";

/** Corners of an outline beyond this number cannot be told apart on a screen. */
const MOST_CORNERS = 2000;

/**
 * @typedef {import("./keys.js").Dataset} Dataset
 *
 * @typedef {object} Key
 * @property {string} name
 * @property {string} description may be empty
 *
 * @typedef {object} Catalog
 * @property {Key[]} keys in the order of a dataset's path
 * @property {boolean} extended whether the server filters by prefix, range and place, counts, composes over any key and
 *   tells the value at a point: Smalti does, Terracotta does not
 *
 * @typedef {object} Metadata of one dataset
 * @property {import("../mercator.js").Bounds | null} bounds
 * @property {[number, number][][]} outline rings of the convex hull; empty if unknown
 * @property {[number, number] | null} range least and greatest value
 * @property {number[]} percentiles 1 to 99; empty if unknown
 * @property {number | null} mean
 * @property {number | null} stdev
 * @property {number | null} valid percent of pixels that hold data
 * @property {Category[]} categories what its values mean, where whoever ingested it said so
 *
 * @typedef {{name: string, value: number}} Category
 */

/**
 * The server's catalog; null if it has none.
 *
 * @returns {Promise<Catalog | null>}
 * @throws {ApiError} if the server does not answer
 */
export async function openCatalog() {
  let json;
  try {
    json = await getJson("keys");
  } catch (error) {
    if (error instanceof ApiError && error.status !== 0) return null;
    throw error;
  }
  const entries = Array.isArray(json?.keys) ? json.keys : [];
  /** @type {Key[]} */
  const keys = entries
    .filter((/** @type {any} */ entry) => typeof entry?.key === "string" && entry.key !== "")
    .map((/** @type {any} */ entry) => ({
      name: entry.key,
      description: typeof entry.description === "string" ? entry.description : "",
    }));
  if (keys.length === 0) return null;
  return { keys, extended: await counts() };
}

/** Whether the server counts. Terracotta takes `count` for a key that it does not have. */
async function counts() {
  try {
    const json = await getJson("datasets?limit=1&count=true");
    return Number.isInteger(json?.total);
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) throw error;
    return false;
  }
}

/**
 * One page of datasets.
 *
 * @param {Catalog} catalog
 * @param {import("./query.js").Query} query
 * @param {AbortSignal} signal
 * @returns {Promise<{datasets: Dataset[], total: number | null}>} `total` only where the server counts
 */
export async function findDatasets(catalog, query, signal) {
  const json = await getJson(`datasets?${datasetsQuery(catalog, query)}`, signal);
  const total = Number.isInteger(json?.total) ? json.total : null;
  return { datasets: parseDatasets(catalog, json), total };
}

/**
 * The datasets that an answer lists.
 *
 * @param {Catalog} catalog
 * @param {any} json
 * @returns {Dataset[]}
 */
export function parseDatasets({ keys }, json) {
  const entries = Array.isArray(json?.datasets) ? json.datasets : [];
  return entries
    .map((/** @type {any} */ entry) => keys.map(({ name }) => entry?.[name]))
    .filter((/** @type {unknown[]} */ values) => values.every((value) => typeof value === "string"));
}

/**
 * @param {Dataset} dataset
 * @returns {Promise<Metadata>}
 */
export async function metadataOf(dataset) {
  return parseMetadata(await getJson(`metadata/${dataPath(dataset)}`));
}

/**
 * The outlines of many datasets by one request.
 *
 * @param {Dataset[]} datasets
 * @param {AbortSignal} signal
 * @returns {Promise<Metadata[]>} in the same order
 */
export async function outlinesOf(datasets, signal) {
  const columns = encodeURIComponent('["bounds","convex_hull"]');
  const json = await getJson(`metadata?columns=${columns}`, signal, { keys: datasets });
  const entries = Array.isArray(json) ? json : [];
  return datasets.map((_, i) => parseMetadata(entries[i]));
}

/**
 * @param {any} json
 * @returns {Metadata}
 */
function parseMetadata(json) {
  const range = numbers(json?.range, 2);
  const percentiles = numbers(json?.percentiles, 99);
  return {
    bounds: parseBounds(json?.bounds),
    outline: parseOutline(json?.convex_hull),
    range: range && [range[0], range[1]],
    percentiles: percentiles ?? [],
    mean: number(json?.mean),
    stdev: number(json?.stdev),
    valid: number(json?.valid_percentage),
    categories: parseCategories(json?.metadata?.categories),
  };
}

/**
 * Names of values, as Terracotta's documentation puts them into the metadata of one's own.
 *
 * @param {unknown} json an object from name to value
 * @returns {Category[]}
 */
function parseCategories(json) {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return [];
  const entries = Object.entries(json).map(([name, value]) => ({ name, value: number(value) }));
  return entries.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
}

/** @param {unknown} value */
function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/**
 * @param {unknown} list
 * @param {number} length
 * @returns {number[] | null}
 */
function numbers(list, length) {
  const valid = Array.isArray(list) && list.length === length && list.every((value) => Number.isFinite(value));
  return valid ? list : null;
}

/**
 * @param {unknown} json
 * @returns {import("../mercator.js").Bounds | null}
 */
function parseBounds(json) {
  const list = numbers(json, 4);
  return list && [list[0], list[1], list[2], list[3]];
}

/**
 * @param {any} json a GeoJSON polygon or several
 * @returns {[number, number][][]}
 */
function parseOutline(json) {
  const polygons = json?.type === "Polygon" ? [json.coordinates] : json?.type === "MultiPolygon" ? json.coordinates : [];
  if (!Array.isArray(polygons)) return [];
  /** @type {[number, number][][]} */
  const rings = [];
  for (const ring of polygons.flat()) {
    if (!Array.isArray(ring)) continue;
    const corners = ring
      .slice(0, MOST_CORNERS)
      .filter((corner) => Array.isArray(corner) && Number.isFinite(corner[0]) && Number.isFinite(corner[1]));
    if (corners.length >= 3) rings.push(corners.map(([lon, lat]) => [lon, lat]));
  }
  return rings;
}

/**
 * The value of a dataset at a place.
 *
 * @param {Dataset} dataset
 * @param {number} lon degrees
 * @param {number} lat degrees
 * @param {AbortSignal} signal
 * @returns {Promise<number | null>} null where there is no data
 */
export async function valueAt(dataset, lon, lat, signal) {
  const place = `lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}`;
  const json = await getJson(`point/${dataPath(dataset)}?${place}`, signal);
  return number(json?.value ?? json?.values?.[0]);
}
