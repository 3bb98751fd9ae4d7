/**
 * Layers: what the server says of them, how each is drawn, and the addresses that follow.
 */

import { accessToken, address } from "./api.js";
import { MAX_ZOOM } from "./mercator.js";

/** How pixels between samples are made; the names are the server's. */
export const RESAMPLINGS = /** @type {const} */ ([
  ["nearest", "Nearest (true values)"],
  ["bilinear", "Bilinear (smooth)"],
  ["cubic", "Cubic (smooth, sharp)"],
  ["average", "Average (zoomed out)"],
]);

/**
 * @typedef {object} Band
 * @property {number} index from 1
 * @property {string} name
 * @property {string} label for a person: the description where there is one
 * @property {[number, number] | null} hint the range that most pixels lie in
 * @property {string} color the file's colour interpretation, lower case
 *
 * @typedef {object} Info what the server says of a layer
 * @property {string} id
 * @property {string} name
 * @property {string} url the value of `url=`
 * @property {import("./mercator.js").Bounds} bounds
 * @property {number} minzoom
 * @property {number} maxzoom
 * @property {Band[]} bands
 * @property {string} dtype
 * @property {boolean} palette whether the file brings its own colours
 * @property {string} group heading in the list; may be empty
 * @property {string} time when the data is of; may be empty
 *
 * @typedef {object} Style how a layer is drawn
 * @property {"single" | "rgb"} mode
 * @property {number} band the one band
 * @property {[number, number, number]} rgb the three bands
 * @property {Map<number, [number, number]>} ranges the range stretched to black…white, by band
 * @property {string} colormap a name the server knows; empty for greys or the file's palette
 * @property {string} resampling
 * @property {number} opacity 0 to 1
 *
 * @typedef {object} Layer
 * @property {Info} info
 * @property {boolean} visible
 * @property {Style} style
 */

/**
 * Reads the answer of `GET /layers`, leaving out what cannot be drawn.
 *
 * @param {any} json
 * @returns {Info[]} in the order of the list: the first is drawn on top
 */
export function parseLayers(json) {
  const entries = Array.isArray(json?.layers) ? json.layers : [];
  const seen = new Set();
  /** @type {Info[]} */
  const infos = [];
  for (const entry of entries) {
    const info = parseLayer(entry);
    if (info && !seen.has(info.id)) {
      seen.add(info.id);
      infos.push(info);
    }
  }
  return infos;
}

/**
 * @param {any} entry
 * @returns {Info | null}
 */
function parseLayer(entry) {
  const bounds = entry?.bounds;
  const drawable =
    typeof entry?.id === "string" &&
    typeof entry.url === "string" &&
    Array.isArray(bounds) &&
    bounds.length === 4 &&
    bounds.every((side) => Number.isFinite(side));
  if (!drawable) return null;
  const bands = (Array.isArray(entry.bands) ? entry.bands : [])
    .filter((/** @type {any} */ band) => Number.isInteger(band?.index) && band.index > 0)
    .map(parseBand);
  if (bands.length === 0) return null;
  return {
    id: entry.id,
    name: text(entry.name) || entry.id,
    url: entry.url,
    bounds: /** @type {[number, number, number, number]} */ (bounds.slice()),
    minzoom: zoom(entry.minzoom, 0),
    maxzoom: zoom(entry.maxzoom, MAX_ZOOM),
    bands,
    dtype: text(entry.dtype),
    palette: entry.colormap === true,
    group: text(entry.group),
    time: text(entry.time),
  };
}

/**
 * @param {any} band
 * @returns {Band}
 */
function parseBand(band) {
  const name = text(band.name) || `b${band.index}`;
  const { min, max } = band;
  const color = text(band.color_interpretation).toLowerCase();
  const description = text(band.description);
  // A description that only repeats the name says less than the colour does.
  const said = description !== name ? description : "";
  const hinted = Number.isFinite(min) && Number.isFinite(max) && min < max;
  return {
    index: band.index,
    name,
    label: said || (["red", "green", "blue", "alpha"].includes(color) ? color : name),
    hint: hinted ? [min, max] : null,
    color,
  };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value.trim() : "";
}

/**
 * @param {unknown} value
 * @param {number} otherwise
 */
function zoom(value, otherwise) {
  return typeof value === "number" && Number.isFinite(value)
    ? Math.max(0, Math.min(MAX_ZOOM, Math.round(value)))
    : otherwise;
}

/**
 * The bands that hold measurements: not the alpha band.
 *
 * @param {Info} info
 */
export function dataBands(info) {
  const bands = info.bands.filter((band) => band.color !== "alpha");
  return bands.length > 0 ? bands : info.bands;
}

/**
 * How a layer is drawn before anybody has chosen.
 *
 * @param {Info} info
 * @param {string[]} colormaps the names the server knows
 * @returns {Style}
 */
export function defaultStyle(info, colormaps) {
  const bands = dataBands(info);
  const named = (/** @type {string} */ word) =>
    bands.find((band) => band.color === word) ??
    bands.find((band) => `${band.name} ${band.label}`.toLowerCase().split(/[^a-z]+/).includes(word));
  const colors = [named("red"), named("green"), named("blue")];
  const rgb = colors.map((band, i) => (band ?? bands[Math.min(i, bands.length - 1)]).index);
  /** @type {Map<number, [number, number]>} */
  const ranges = new Map();
  for (const band of bands) {
    const range = defaultRange(info, band);
    if (range) ranges.set(band.index, range);
  }
  return {
    mode: bands.length >= 3 && !info.palette ? "rgb" : "single",
    band: bands[0].index,
    rgb: /** @type {[number, number, number]} */ (rgb),
    ranges,
    colormap: info.palette ? "" : defaultColormap(info, colormaps),
    resampling: "nearest",
    opacity: 1,
  };
}

/**
 * Bytes are pictures and are shown as they are; everything else needs its range, which the server
 * hints at, or else the statistics tell.
 *
 * @param {Info} info
 * @param {Band} band
 * @returns {[number, number] | null}
 */
function defaultRange(info, band) {
  if (info.dtype === "uint8" && dataBands(info).length >= 3) return [0, 255];
  return band.hint && roundRange(...band.hint);
}

/**
 * @param {Info} info
 * @param {string[]} colormaps
 */
function defaultColormap(info, colormaps) {
  const heights = /\b(dem|dtm|dsm|dgm|elevation|heights?|altitude|terrain)\b/i;
  const said = `${info.name} ${info.bands[0].label}`.replaceAll("_", " ");
  const wanted = heights.test(said) ? ["terrain", "viridis"] : ["viridis"];
  return wanted.find((name) => colormaps.includes(name)) ?? "";
}

/**
 * A range in numbers that a person can read: to a thousandth of its width, outwards.
 *
 * @param {number} min
 * @param {number} max
 * @returns {[number, number]}
 */
export function roundRange(min, max) {
  if (!(min < max)) return [min, max];
  const digits = 3 - Math.ceil(Math.log10(max - min));
  if (digits < 0) return [Math.floor(min), Math.ceil(max)];
  const scale = 10 ** Math.min(15, digits);
  return [Math.floor(min * scale) / scale, Math.ceil(max * scale) / scale];
}

/**
 * The bands that a style shows: one, or red, green and blue.
 *
 * @param {Style} style
 */
export function shownBands(style) {
  return style.mode === "rgb" ? [...style.rgb] : [style.band];
}

/**
 * Whether the pixels go through a stretch at all. A palette's indices must not.
 *
 * @param {Layer} layer
 */
export function isStretched({ info, style }) {
  return !(info.palette && style.mode === "single" && style.colormap === "");
}

/**
 * The bands that have no range yet, without which the layer cannot be drawn.
 *
 * @param {Layer} layer
 */
export function missingRanges(layer) {
  if (!isStretched(layer)) return [];
  return [...new Set(shownBands(layer.style))].filter((band) => !layer.style.ranges.has(band));
}

/**
 * The template of a layer's tiles, or null while a range is missing.
 *
 * @param {Layer} layer
 * @param {number} pixels tile width asked for: 256, or 512 for dense screens
 */
export function tileTemplate(layer, pixels) {
  if (missingRanges(layer).length > 0) return null;
  const { info, style } = layer;
  const query = new URLSearchParams({ url: info.url });
  const bands = shownBands(style);
  for (const band of bands) query.append("bidx", String(band));
  if (isStretched(layer)) {
    const ranges = bands.map((band) => style.ranges.get(band) ?? [0, 255]);
    const plain = info.dtype === "uint8" && ranges.every(([min, max]) => min === 0 && max === 255);
    if (!plain) for (const [min, max] of ranges) query.append("rescale", `${min},${max}`);
    if (style.mode === "single" && style.colormap) query.set("colormap_name", style.colormap);
  }
  // The file may or may not be in the map's CRS.
  for (const name of ["resampling", "reproject"]) query.set(name, style.resampling);
  query.set("tilesize", String(pixels));
  const token = accessToken();
  if (token !== null) query.set("access_token", token);
  return `${address("cog/tiles/WebMercatorQuad/")}{z}/{x}/{y}.png?${query}`;
}

/**
 * The deepest zoom worth asking for. A few levels beyond the file's own, the server still places
 * source pixels better than stretching a tile would.
 *
 * @param {Info} info
 */
export function deepestTile(info) {
  return Math.min(MAX_ZOOM, info.maxzoom + 3);
}
