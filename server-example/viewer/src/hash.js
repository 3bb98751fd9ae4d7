/**
 * The address's hash keeps the view and what is shown, so that a link shows the same map.
 *
 * `#v=ZOOM/LAT/LON&a=ACTIVE&l=ID!opacity!mode!bands!ranges!colormap!resampling`, one `l` for each
 * visible layer; `t` is the tab, and the tab of the datasets has parts of its own (`catalog/hash.js`).
 * Anybody can write a hash, so every part is checked against what the server has.
 */

import { MAX_LATITUDE, MAX_ZOOM } from "./mercator.js";
import { RESAMPLINGS, shownBands } from "./layers.js";

/**
 * @typedef {import("./layers.js").Layer} Layer
 * @typedef {import("./mercator.js").View} View
 * @typedef {[string, string][]} Parts names and values, the values still encoded
 */

/**
 * @param {View} view
 * @param {Parts} parts
 */
export function writeHash(view, parts) {
  const place = `${view.zoom.toFixed(2)}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}`;
  return `#${[["v", place], ...parts].map(([name, value]) => `${name}=${value}`).join("&")}`;
}

/**
 * @param {string} hash
 * @returns {{view: View | null, parts: Parts}}
 */
export function readHash(hash) {
  /** @type {Parts} */
  const parts = [];
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) parts.push([part.slice(0, at), part.slice(at + 1)]);
  }
  const place = parts.find(([name]) => name === "v");
  return { view: place ? readView(place[1]) : null, parts };
}

/**
 * @param {Layer[]} layers
 * @param {string | null} active
 * @returns {Parts}
 */
export function writeLayers(layers, active) {
  /** @type {Parts} */
  const parts = active === null ? [] : [["a", encode(active)]];
  for (const { info, visible, style } of layers) {
    if (!visible) continue;
    const bands = shownBands(style);
    const ranges = bands.map((band) => style.ranges.get(band)?.map(short).join("~") ?? "").join(",");
    const said = [
      encode(info.id),
      Number(style.opacity.toFixed(2)),
      style.mode,
      bands.join(","),
      ranges,
      encode(style.colormap),
      style.resampling,
    ];
    parts.push(["l", said.join("!")]);
  }
  return parts;
}

/**
 * Reads a hash into the layers it names; the others become invisible. A hash without layers leaves
 * them alone.
 *
 * @param {Parts} parts
 * @param {Layer[]} layers
 * @param {string[]} colormaps
 * @returns {string | null} the chosen layer
 */
export function readLayers(parts, layers, colormaps) {
  const said = parts.findLast(([name]) => name === "a");
  const active = said ? decode(said[1]) : null;
  const specs = parts.filter(([name]) => name === "l").map(([, value]) => value.split("!"));
  const byId = new Map(layers.map((layer) => [layer.info.id, layer]));
  const named = specs.filter(([id]) => byId.has(decode(id) ?? ""));
  if (named.length > 0) {
    for (const layer of layers) layer.visible = false;
    for (const spec of named) {
      const layer = /** @type {Layer} */ (byId.get(/** @type {string} */ (decode(spec[0]))));
      layer.visible = true;
      readStyle(layer, spec, colormaps);
    }
  }
  return active !== null && byId.has(active) ? active : null;
}

/**
 * @param {string} text
 * @returns {View | null}
 */
function readView(text) {
  const numbers = text.split("/").map(Number);
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return null;
  const [zoom, lat, lon] = numbers;
  if (zoom < 0 || zoom > MAX_ZOOM || Math.abs(lat) > MAX_LATITUDE || Math.abs(lon) > 180) return null;
  return { zoom, lat, lon };
}

/**
 * @param {Layer} layer
 * @param {string[]} spec
 * @param {string[]} colormaps
 */
function readStyle({ info, style }, spec, colormaps) {
  const [, opacity, mode, bandList, rangeList, colormap, resampling] = spec;
  const level = Number(opacity);
  if (opacity && level >= 0 && level <= 1) style.opacity = level;
  const known = new Set(info.bands.map((band) => band.index));
  const bands = (bandList ?? "").split(",").map(Number);
  if (bands.every((band) => known.has(band))) {
    if (mode === "rgb" && bands.length === 3) {
      style.mode = "rgb";
      style.rgb = [bands[0], bands[1], bands[2]];
    } else if (mode === "single" && bands.length === 1) {
      style.mode = "single";
      style.band = bands[0];
    }
    (rangeList ?? "").split(",").forEach((range, i) => {
      const [min, max] = range.split("~").map(Number);
      const valid = range !== "" && Number.isFinite(min) && Number.isFinite(max) && min < max;
      if (valid && i < bands.length) style.ranges.set(bands[i], [min, max]);
    });
  }
  const name = colormap === undefined ? null : decode(colormap);
  if (name === "" || (name !== null && colormaps.includes(name))) style.colormap = name;
  if (RESAMPLINGS.some(([known]) => known === resampling)) style.resampling = resampling;
}

/**
 * A number with no more digits than a pixel's colour depends on.
 *
 * @param {number} value
 */
export function short(value) {
  return Number(value.toPrecision(9));
}

/**
 * Text as a part of the hash holds it: with neither `&` nor `!`.
 *
 * @param {string} text
 */
export function encode(text) {
  return encodeURIComponent(text).replaceAll("!", "%21");
}

/**
 * @param {string} text
 * @returns {string | null} null if it is not what {@link encode} writes
 */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
