/** Colormaps: their colours from the server, drawn as gradients. */

import { getJson } from "./api.js";

/**
 * @typedef {[number, number, number, number]} Rgba each 0 to 255
 */

/** @type {Map<string, Promise<Rgba[]>>} */
const loaded = new Map();

/**
 * The names of the colormaps that the server has.
 *
 * @returns {Promise<string[]>}
 */
export async function colormapNames() {
  const json = await getJson("colorMaps");
  const entries = Array.isArray(json?.colormaps) ? json.colormaps : [];
  return entries
    .map((/** @type {any} */ entry) => entry?.id)
    .filter((/** @type {unknown} */ name) => typeof name === "string" && name !== "");
}

/**
 * A colormap's colours from lowest to highest. Asked for once; a failure is asked for again.
 *
 * @param {string} name empty for greys
 * @returns {Promise<Rgba[]>}
 */
export function colors(name) {
  if (name === "") {
    return Promise.resolve([
      [0, 0, 0, 255],
      [255, 255, 255, 255],
    ]);
  }
  let promise = loaded.get(name);
  if (!promise) {
    promise = getJson(`colorMaps/${encodeURIComponent(name)}`).then(parseColors);
    promise.catch(() => loaded.delete(name));
    loaded.set(name, promise);
  }
  return promise;
}

/**
 * @param {any} json an object from value to colour, or a list of `[[from, to], colour]`
 * @returns {Rgba[]}
 */
function parseColors(json) {
  const pairs = Array.isArray(json)
    ? json.map((entry) => [Number(entry?.[0]?.[0]), entry?.[1]])
    : Object.entries(json ?? {}).map(([value, color]) => [Number(value), color]);
  return pairs
    .filter(([value, color]) => Number.isFinite(value) && Array.isArray(color) && color.length >= 3)
    .sort(([a], [b]) => a - b)
    .map(([, color]) => {
      const [r, g, b, a = 255] = color.map((/** @type {unknown} */ part) => {
        const number = Number(part);
        return Number.isFinite(number) ? Math.max(0, Math.min(255, Math.round(number))) : 0;
      });
      return [r, g, b, a];
    });
}

/**
 * Draws a colormap from left to right over the whole of a canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {string} name
 * @param {(name: string) => Promise<Rgba[]>} [source] where colours come from
 */
export async function drawGradient(canvas, name, source = colors) {
  // A later call for the same canvas wins, whichever answer comes first.
  canvas.dataset.colormap = name;
  const list = await source(name);
  if (canvas.dataset.colormap !== name || list.length === 0) return;
  const width = 256;
  canvas.width = width;
  canvas.height = 1;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, 1);
  for (let x = 0; x < width; x += 1) {
    const position = (x / (width - 1)) * (list.length - 1);
    const low = list[Math.floor(position)];
    const high = list[Math.ceil(position)];
    const share = position - Math.floor(position);
    for (let channel = 0; channel < 4; channel += 1) {
      image.data[4 * x + channel] = low[channel] + (high[channel] - low[channel]) * share;
    }
  }
  context.putImageData(image, 0, 0);
}
