/**
 * The datasets' parts of the address's hash: what is searched, what is chosen and how it is drawn.
 *
 * `d` is the chosen dataset, `m` how it is shown, `f` a filter, `p` the page; parts that say nothing new are
 * left out. Anybody can write a hash, so every part is checked; what the server has is not known yet.
 */

import { decode, encode, short } from "../hash.js";
import { COLORMAPS } from "./colormaps.js";
import { PRESETS } from "./presets.js";
import { OPERATORS, PAGE_SIZES } from "./query.js";
import { NO_TRANSFORM, TRANSFORM_LIMITS } from "./transform.js";
import { readColors, writeColors } from "./value-colors.js";
import { idOf, isByValue, newView, sourcesOf } from "./view.js";

/** No expression in an address is longer. */
const MOST_TEXT = 2000;

/**
 * @typedef {import("../hash.js").Parts} Parts
 * @typedef {import("./api.js").Catalog} Catalog
 * @typedef {import("./view.js").View} View
 * @typedef {import("./query.js").Query} Query
 */

/** @param {string[]} values */
const join = (values) => values.map(encode).join("!");

/**
 * @param {Catalog} catalog
 * @param {View} view
 * @param {Query} query
 * @param {boolean} inView
 * @returns {Parts}
 */
export function writeDatasets(catalog, view, query, inView) {
  /** @type {Parts} */
  const parts = [];
  const fresh = newView(catalog);
  for (const { key, op, value } of query.filters) parts.push(["f", join([key, op, value])]);
  if (inView) parts.push(["in", "1"]);
  if (query.order) parts.push(["o", join([query.order.key, query.order.ascending ? "up" : "down"])]);
  if (query.size !== PAGE_SIZES[0]) parts.push(["n", String(query.size)]);
  if (query.page > 0) parts.push(["p", String(query.page)]);
  const { dataset } = view;
  if (!dataset) return parts;
  parts.push(["d", join(dataset)]);
  if (view.mode !== fresh.mode) parts.push(["m", view.mode]);
  if (view.mode !== "single" && view.by !== fresh.by) parts.push(["by", encode(catalog.keys[view.by].name)]);
  if (view.mode === "single") parts.push(["cm", encode(view.colormap)]);
  if (isByValue(view)) parts.push(["vc", writeColors(view.valueColors ?? [])]);
  if (view.mode === "rgb" && view.rgb) parts.push(["rgb", join(view.rgb)]);
  if (view.mode === "compute" && view.expression !== "") {
    parts.push(["x", encode(view.expression)], ["vs", join(view.operands)]);
    parts.push(["xr", view.computed.map(short).join("~")], ["cm", encode(view.computedColors)]);
    if (view.preset) parts.push(["xp", view.preset]);
  }
  if (view.mode !== "compute") {
    const ranges = sourcesOf(view, dataset).map((source) => view.ranges.get(idOf(source)));
    if (ranges.every((range) => range !== undefined)) {
      parts.push(["r", ranges.map((range) => range.map(short).join("~")).join("!")]);
    }
    const { gamma, contrast, bias, saturation } = view.transform;
    const given = [gamma, contrast, bias, saturation];
    const none = [NO_TRANSFORM.gamma, NO_TRANSFORM.contrast, NO_TRANSFORM.bias, NO_TRANSFORM.saturation];
    if (String(given) !== String(none)) parts.push(["ct", given.join("~")]);
  }
  if (view.opacity !== 1) parts.push(["op", String(Number(view.opacity.toFixed(2)))]);
  if (view.compared) parts.push(["c", join(view.compared)], ["s", String(Number(view.split.toFixed(3)))]);
  return parts;
}

/**
 * @param {Parts} parts
 * @param {Catalog} catalog
 * @returns {{view: View, query: Query, inView: boolean}}
 */
export function readDatasets(parts, catalog) {
  const { keys } = catalog;
  const view = newView(catalog);
  const one = (/** @type {string} */ name) => parts.find(([part]) => part === name)?.[1] ?? null;
  const list = (/** @type {string | null} */ text) => {
    const values = text === null ? [] : text.split("!").map(decode);
    return values.every((value) => value !== null) ? /** @type {string[]} */ (values) : [];
  };
  /** @type {Query} */
  const query = { filters: [], box: null, page: 0, size: PAGE_SIZES[0], order: null };
  const isKey = (/** @type {string} */ name) => keys.some((key) => key.name === name);
  for (const [name, value] of parts) {
    if (name !== "f") continue;
    const [key, op, wanted] = list(value);
    const known = OPERATORS.find(([operator]) => operator === op);
    if (isKey(key) && known && wanted && (known[0] === "is" || catalog.extended)) {
      query.filters.push({ key, op: known[0], value: wanted });
    }
  }
  const [orderKey, direction] = list(one("o"));
  if (orderKey !== undefined && isKey(orderKey)) query.order = { key: orderKey, ascending: direction !== "down" };
  query.size = PAGE_SIZES.find((size) => size === Number(one("n"))) ?? PAGE_SIZES[0];
  const page = Number(one("p") ?? 0);
  if (Number.isSafeInteger(page) && page > 0) query.page = page;
  const inView = catalog.extended && one("in") === "1";

  const dataset = list(one("d"));
  if (dataset.length !== keys.length) return { view, query, inView };
  view.dataset = dataset;
  const mode = one("m");
  if (mode === "rgb" || mode === "compute") view.mode = mode;
  const by = keys.findIndex(({ name }) => name === list(one("by"))[0]);
  if (by >= 0 && (catalog.extended || by === keys.length - 1)) view.by = by;
  const colormap = list(one("cm"))[0];
  if (colormap === "" || COLORMAPS.includes(colormap)) {
    if (view.mode === "compute") view.computedColors = colormap;
    else view.colormap = colormap;
  }
  const valueColors = one("vc");
  if (view.mode === "single" && valueColors !== null) {
    view.byValue = true;
    view.valueColors = readColors(valueColors);
  }
  const rgb = list(one("rgb"));
  if (rgb.length === 3) view.rgb = [rgb[0], rgb[1], rgb[2]];
  const expression = list(one("x"))[0] ?? "";
  const operands = list(one("vs"));
  if (expression !== "" && expression.length <= MOST_TEXT && operands.length >= 1 && operands.length <= 5) {
    view.expression = expression;
    view.operands = operands;
    view.preset = PRESETS.find(({ id }) => id === one("xp"))?.id ?? null;
  }
  view.computed = readRange(one("xr") ?? "") ?? view.computed;
  const ranges = (one("r") ?? "").split("!").map(readRange);
  const sources = view.mode === "compute" ? [] : sourcesOf(view, dataset);
  sources.forEach((source, i) => {
    const range = ranges[i];
    if (range) view.ranges.set(idOf(source), range);
  });
  const given = (one("ct") ?? "").split("~").map(Number);
  if (given.length === 4) {
    for (const [i, name] of /** @type {const} */ (["gamma", "contrast", "bias", "saturation"]).entries()) {
      const { min, max } = TRANSFORM_LIMITS[name];
      if (given[i] >= min && given[i] <= max) view.transform[name] = given[i];
    }
  }
  const opacity = Number(one("op") ?? 1);
  if (opacity >= 0 && opacity <= 1) view.opacity = opacity;
  const compared = list(one("c"));
  if (compared.length === keys.length) view.compared = compared;
  const split = Number(one("s") ?? 0.5);
  if (split >= 0 && split <= 1) view.split = split;
  return { view, query, inView };
}

/**
 * @param {string} text
 * @returns {[number, number] | null}
 */
function readRange(text) {
  const [low, high, more] = text.split("~").map((part) => (part === "" ? NaN : Number(part)));
  return Number.isFinite(low) && Number.isFinite(high) && low < high && more === undefined ? [low, high] : null;
}
