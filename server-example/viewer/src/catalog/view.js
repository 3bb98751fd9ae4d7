/** How a dataset is drawn, and the addresses that follow. */

import { address, withToken } from "../api.js";
import { short } from "../hash.js";
import { dataPath, isSame, withValue } from "./keys.js";
import { OPERANDS } from "./presets.js";
import { NO_TRANSFORM, transformText } from "./transform.js";
import { explicitMap } from "./value-colors.js";

/**
 * @typedef {import("./api.js").Catalog} Catalog
 * @typedef {import("./keys.js").Dataset} Dataset
 * @typedef {"single" | "rgb" | "compute"} Mode
 *
 * @typedef {object} View
 * @property {Dataset | null} dataset the chosen one
 * @property {Mode} mode
 * @property {number} by the key that channels and operands differ in, as its place among the keys
 * @property {[string, string, string] | null} rgb values of that key; null until they are known
 * @property {string[]} operands values of that key for v1, v2, …
 * @property {string} expression
 * @property {string | null} preset where the expression is from; null for one of somebody's own
 * @property {[number, number]} computed the range of the expression's values
 * @property {string} computedColors colormap of the expression's values
 * @property {string} colormap
 * @property {boolean} byValue whether one band has a colour for each value instead of a stretch
 * @property {import("./value-colors.js").ValueColor[] | null} valueColors null until they are asked for
 * @property {import("./transform.js").Transform} transform
 * @property {Map<string, [number, number]>} ranges the stretched range by dataset, named by {@link idOf}
 * @property {number} opacity 0 to 1
 * @property {Dataset | null} compared
 * @property {number} split where the compared one begins, 0 to 1
 */

/**
 * @param {Catalog} catalog
 * @returns {View}
 */
export function newView({ keys }) {
  return {
    dataset: null,
    mode: "single",
    by: keys.length - 1,
    rgb: null,
    operands: [],
    expression: "",
    preset: null,
    computed: [-1, 1],
    computedColors: "viridis",
    colormap: "viridis",
    byValue: false,
    valueColors: null,
    transform: { ...NO_TRANSFORM },
    ranges: new Map(),
    opacity: 1,
    compared: null,
    split: 0.5,
  };
}

/** @param {Dataset} dataset */
export function idOf(dataset) {
  return dataPath(dataset);
}

/**
 * Whether every value has its own colour: then there is nothing to stretch, nor to transform.
 *
 * @param {View} view
 */
export function isByValue({ mode, byValue }) {
  return mode === "single" && byValue;
}

/**
 * The datasets whose pixels a picture of `dataset` needs.
 *
 * @param {View} view
 * @param {Dataset} dataset
 * @returns {Dataset[]}
 */
export function sourcesOf(view, dataset) {
  if (view.mode === "single") return [dataset];
  const values = view.mode === "rgb" ? (view.rgb ?? []) : view.operands;
  return values.map((value) => withValue(dataset, view.by, value));
}

/**
 * The range that one source is stretched over. A compared picture is stretched as the chosen one is: colours
 * that mean different values cannot be compared.
 *
 * @param {View} view
 * @param {Dataset} source
 */
export function rangeOf(view, source) {
  const { dataset, compared, by, mode, ranges } = view;
  const own = ranges.get(idOf(source)) ?? null;
  if (!compared || !dataset) return own;
  const twin = mode === "single" ? dataset : withValue(dataset, by, source[by]);
  const ofCompared = mode === "single" ? isSame(source, compared) : isSame(source, withValue(compared, by, source[by]));
  return ofCompared ? (ranges.get(idOf(twin)) ?? own) : own;
}

/**
 * The sources of a picture whose range is not known yet.
 *
 * @param {View} view
 * @returns {Dataset[]}
 */
export function missingRanges(view) {
  const { dataset, mode } = view;
  if (!dataset || mode === "compute" || isByValue(view)) return [];
  return sourcesOf(view, dataset).filter((source) => !view.ranges.has(idOf(source)));
}

/**
 * The path and query of a picture of `dataset`; null while something it needs is missing.
 *
 * @param {Catalog} catalog
 * @param {View} view
 * @param {Dataset} dataset
 * @returns {{path: string, query: URLSearchParams} | null} the path without its end
 */
function picture({ keys }, view, dataset) {
  const query = new URLSearchParams();
  const range = (/** @type {[number, number]} */ ends) => JSON.stringify(ends.map(short));
  if (isByValue(view)) {
    const list = view.valueColors ?? [];
    // To Terracotta an empty map is none.
    if (list.length === 0) return null;
    query.set("colormap", "explicit");
    query.set("explicit_color_map", explicitMap(list));
    return { path: `singleband/${dataPath(dataset)}/`, query };
  }
  if (view.mode === "single") {
    const ends = rangeOf(view, dataset);
    if (!ends) return null;
    query.set("stretch_range", range(ends));
    if (view.colormap !== "") query.set("colormap", view.colormap);
    const transform = transformText(view.transform, "single");
    if (transform !== "") query.set("color_transform", transform);
    return { path: `singleband/${dataPath(dataset)}/`, query };
  }
  const rest = dataset.filter((_, i) => i !== view.by);
  const path = rest.length > 0 ? `${dataPath(rest)}/` : "";
  // Terracotta composes over the last key; the parameter is Smalti's.
  if (view.by !== keys.length - 1) query.set("key", keys[view.by].name);
  if (view.mode === "rgb") {
    if (!view.rgb) return null;
    const ranges = sourcesOf(view, dataset).map((source) => rangeOf(view, source));
    for (const [i, channel] of /** @type {const} */ (["r", "g", "b"]).entries()) {
      const ends = ranges[i];
      if (!ends) return null;
      query.set(channel, view.rgb[i]);
      query.set(`${channel}_range`, range(ends));
    }
    const transform = transformText(view.transform, "rgb");
    if (transform !== "") query.set("color_transform", transform);
    return { path: `rgb/${path}`, query };
  }
  if (view.expression.trim() === "" || view.operands.length === 0) return null;
  query.set("expression", view.expression);
  view.operands.forEach((value, i) => query.set(OPERANDS[i], value));
  query.set("stretch_range", range(view.computed));
  if (view.computedColors !== "") query.set("colormap", view.computedColors);
  return { path: `compute/${path}`, query };
}

/**
 * The template of a picture's tiles; null while something it needs is missing.
 *
 * @param {Catalog} catalog
 * @param {View} view
 * @param {Dataset} dataset
 * @param {number} pixels width of a tile
 */
export function tileTemplate(catalog, view, dataset, pixels) {
  const found = picture(catalog, view, dataset);
  if (!found) return null;
  if (pixels !== 256) found.query.set("tile_size", `[${pixels},${pixels}]`);
  // An address would encode the braces.
  const token = new URL(withToken("")).search.slice(1);
  const query = [found.query.toString(), token].filter((part) => part !== "").join("&");
  return `${address(found.path)}{z}/{x}/{y}.png?${query}`;
}

/**
 * The address of a picture of the whole; null while something it needs is missing.
 *
 * @param {Catalog} catalog
 * @param {View} view
 * @param {Dataset} dataset
 * @param {[number, number]} size width and height in pixels
 */
export function previewAddress(catalog, view, dataset, [width, height]) {
  const found = picture(catalog, view, dataset);
  if (!found) return null;
  // Height first, as Terracotta has it.
  found.query.set("tile_size", `[${height},${width}]`);
  return withToken(`${found.path}preview.png?${found.query}`);
}
