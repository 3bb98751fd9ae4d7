/** Where datasets lie on the map. */

import { contains } from "../mercator.js";

/**
 * @param {import("../mercator.js").Bounds | null} bounds
 * @returns {[number, number][][]} rings
 */
export function outlineOfBounds(bounds) {
  if (!bounds) return [];
  const [west, south, east, north] = bounds;
  return [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
    ],
  ];
}

/**
 * Whether a dataset lies at a place, by its outline, or by its bounds where that is not known.
 *
 * @param {import("./api.js").Metadata} metadata
 * @param {number} lon degrees
 * @param {number} lat degrees
 */
export function contained({ outline, bounds }, lon, lat) {
  if (outline.length === 0) return bounds !== null && contains(bounds, lon, lat);
  // A ray to the east crosses the outline an odd number of times.
  let inside = false;
  for (const ring of outline) {
    ring.forEach(([x, y], i) => {
      const [u, v] = ring[(i + ring.length - 1) % ring.length];
      if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
    });
  }
  return inside;
}
