/**
 * Web Mercator on the unit square: (0, 0) is the north-west corner of the world, (1, 1) the
 * south-east one. A view's zoom is that of 256 pixel tiles: at zoom `z` the world is `256 · 2^z`
 * CSS pixels wide.
 */

/** The latitude, in degrees, at which the projected world is a square. */
export const MAX_LATITUDE = 85.0511287798066;

/** The width of a tile in CSS pixels. */
export const TILE_SIZE = 256;

/** The deepest zoom that can be looked at. */
export const MAX_ZOOM = 24;

/**
 * @typedef {{lon: number, lat: number, zoom: number}} View
 * The point in the middle of the map, in degrees, and the zoom.
 * @typedef {[number, number, number, number]} Bounds west, south, east, north in degrees
 */

/**
 * @param {number} lon degrees
 * @param {number} lat degrees; clamped to what the projection shows
 * @returns {[number, number]}
 */
export function toWorld(lon, lat) {
  const clamped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  const sine = Math.sin((clamped * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]} longitude and latitude in degrees
 */
export function fromWorld(x, y) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return [(x - 0.5) * 360, lat];
}

/**
 * Brings a longitude into −180 to 180.
 *
 * @param {number} lon degrees
 */
export function wrapLongitude(lon) {
  if (lon >= -180 && lon <= 180) return lon;
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/**
 * Bounds whose east is not west of their west: a layer across the antimeridian ends beyond 180°.
 *
 * @param {Bounds} bounds
 * @returns {Bounds}
 */
export function unwrapBounds([west, south, east, north]) {
  return [west, south, east < west ? east + 360 : east, north];
}

/**
 * Whether a point lies within bounds, whichever copy of the world it is on.
 *
 * @param {Bounds} bounds
 * @param {number} lon
 * @param {number} lat
 */
export function contains(bounds, lon, lat) {
  const [west, south, east, north] = unwrapBounds(bounds);
  if (lat < south || lat > north) return false;
  const offset = (((lon - west) % 360) + 360) % 360;
  return offset <= east - west;
}

/**
 * The view that shows bounds in a box.
 *
 * @param {Bounds} bounds
 * @param {{width: number, height: number}} size of the map, in CSS pixels
 * @param {{top: number, right: number, bottom: number, left: number}} padding what panels cover
 * @returns {View}
 */
export function viewOfBounds(bounds, size, padding) {
  const [west, south, east, north] = unwrapBounds(bounds);
  const [x0, y0] = toWorld(west, north);
  const [x1, y1] = toWorld(east, south);
  const width = Math.max(64, size.width - padding.left - padding.right);
  const height = Math.max(64, size.height - padding.top - padding.bottom);
  const scale = Math.min(width / Math.max(x1 - x0, 1e-9), height / Math.max(y1 - y0, 1e-9));
  const zoom = Math.max(0, Math.min(MAX_ZOOM - 2, Math.log2(scale / TILE_SIZE)));
  const world = TILE_SIZE * 2 ** zoom;
  // The middle of what no panel covers is not the middle of the map.
  const x = (x0 + x1) / 2 + (padding.right - padding.left) / 2 / world;
  const y = (y0 + y1) / 2 + (padding.bottom - padding.top) / 2 / world;
  const [lon, lat] = fromWorld(x, Math.max(0, Math.min(1, y)));
  return { lon: wrapLongitude(lon), lat, zoom };
}

/**
 * The range of tile columns and rows at `zoom` that bounds touch, inclusive; null for bounds of the
 * whole world, or across the antimeridian, which columns cannot limit.
 *
 * @param {Bounds | null} bounds
 * @param {number} zoom
 */
export function tileRange(bounds, zoom) {
  if (!bounds || bounds[2] < bounds[0]) return null;
  const count = 2 ** zoom;
  const [x0, y0] = toWorld(bounds[0], bounds[3]);
  const [x1, y1] = toWorld(bounds[2], bounds[1]);
  const clamp = (/** @type {number} */ value) => Math.max(0, Math.min(count - 1, value));
  return {
    minX: clamp(Math.floor(x0 * count)),
    maxX: clamp(Math.ceil(x1 * count) - 1),
    minY: clamp(Math.floor(y0 * count)),
    maxY: clamp(Math.ceil(y1 * count) - 1),
  };
}
