/** What the map should show, worked out from the server's other answers and not from its tiles. */

import assert from "node:assert/strict";

/** What the page's panels leave free at 1280 × 800, in CSS pixels. */
export const FREE = { left: 390, right: 1000, top: 60, bottom: 560 };

/**
 * @param {string} base
 * @param {string} path
 */
export async function ask(base, path) {
  const answer = await fetch(new URL(path, base));
  assert.ok(answer.ok, `GET ${path} answers ${answer.status}`);
  return answer.json();
}

/** A grid of places in the part of the page where only the map is. */
export function grid(columns, rows) {
  const places = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const x = FREE.left + ((FREE.right - FREE.left) * (column + 0.5)) / columns;
      const y = FREE.top + ((FREE.bottom - FREE.top) * (row + 0.5)) / rows;
      places.push({ x: Math.round(x), y: Math.round(y) });
    }
  }
  return places;
}

/** The middle of {@link FREE}. */
const AIM = { x: (FREE.left + FREE.right) / 2, y: (FREE.top + FREE.bottom) / 2 };

/**
 * A view whose free part has the middle of a layer in its middle.
 *
 * @param {{bounds: number[], maxzoom: number}} layer
 * @param {number} zoom whole, so that tiles are drawn at their own size
 * @param {{width: number, height: number}} [size]
 */
export function viewOf(layer, zoom, size = { width: 1280, height: 800 }) {
  const [west, south, east, north] = layer.bounds;
  const world = 256 * 2 ** zoom;
  const [x, y] = project((west + east) / 2, (south + north) / 2);
  // Whole pixels: a place on the screen is then one pixel of one tile.
  const cx = Math.round(x * world - (AIM.x - size.width / 2));
  const cy = Math.round(y * world - (AIM.y - size.height / 2));
  const [lon, lat] = unproject(cx / world, cy / world);
  const place = (at) =>
    unproject(
      (cx + at.x + 0.5 - size.width / 2) / world,
      (cy + at.y + 0.5 - size.height / 2) / world,
    );
  return { hash: `v=${zoom}/${lat.toFixed(9)}/${lon.toFixed(9)}`, place };
}

function project(lon, lat) {
  const radians = (lat * Math.PI) / 180;
  return [lon / 360 + 0.5, 0.5 - Math.asinh(Math.tan(radians)) / (2 * Math.PI)];
}

function unproject(x, y) {
  return [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}

/**
 * The range between a band's 2nd and 98th percentile.
 *
 * @param {string} base
 * @param {{url: string}} layer
 * @param {number} band
 */
export async function rangeOf(base, layer, band) {
  const query = new URLSearchParams({ url: layer.url, max_size: "512", bidx: String(band) });
  const [entry] = Object.values(await ask(base, `cog/statistics?${query}`));
  return [entry.percentile_2, entry.percentile_98];
}

/**
 * Pixel values, null where there are none.
 *
 * @param {string} base
 * @param {{url: string}} layer
 * @param {number[]} bands
 * @param {number[]} lonLat
 */
export async function valuesAt(base, layer, bands, [lon, lat]) {
  const query = new URLSearchParams({ url: layer.url });
  for (const band of bands) query.append("bidx", String(band));
  const answer = await fetch(new URL(`cog/point/${lon},${lat}?${query}`, base));
  if (!answer.ok) return bands.map(() => null);
  return (await answer.json()).values;
}

/** Where a value lies in a range, 0 to 255. */
export function level(value, [min, max]) {
  return Math.max(0, Math.min(255, ((value - min) / (max - min)) * 255));
}

/** How far two colours are apart in their worst channel. */
export function difference(a, b) {
  return Math.max(...[0, 1, 2].map((channel) => Math.abs(a[channel] - b[channel])));
}
