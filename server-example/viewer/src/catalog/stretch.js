/** What percentiles tell of a dataset: where to stretch it, and its histogram. */

import { roundRange } from "../layers.js";

/** Bars of a histogram. */
const BARS = 64;

/**
 * The value of a percentile, the ends of the range being 0 and 100.
 *
 * @param {import("./api.js").Metadata} metadata
 * @param {number} p 0 to 100
 * @returns {number | null} null if it is not known
 */
export function percentile({ range, percentiles }, p) {
  if (range && p <= 0) return range[0];
  if (range && p >= 100) return range[1];
  return percentiles[Math.round(p) - 1] ?? null;
}

/**
 * The range between two percentiles, made wide enough to stretch.
 *
 * @param {import("./api.js").Metadata} metadata
 * @param {number} low
 * @param {number} high
 * @returns {[number, number] | null}
 */
export function rangeBetween(metadata, low, high) {
  const [from, to] = [percentile(metadata, low), percentile(metadata, high)];
  if (from !== null && to !== null && from < to) return roundRange(from, to);
  const { range } = metadata;
  if (!range) return null;
  return range[0] < range[1] ? roundRange(range[0], range[1]) : [range[0] - 0.5, range[1] + 0.5];
}

/**
 * A histogram from the percentiles: between two neighbours lies one hundredth of the pixels, taken as
 * spread evenly.
 *
 * @param {import("./api.js").Metadata} metadata
 * @returns {import("../api.js").BandStatistics | null}
 */
export function histogramOf(metadata) {
  const { range, percentiles } = metadata;
  if (!range || percentiles.length === 0 || !(range[0] < range[1])) return null;
  const [min, max] = range;
  const marks = [min, ...percentiles, max];
  const width = (max - min) / BARS;
  const counts = new Array(BARS).fill(0);
  for (let i = 0; i + 1 < marks.length; i += 1) {
    const [from, to] = [Math.max(min, marks[i]), Math.min(max, marks[i + 1])];
    const first = Math.max(0, Math.min(BARS - 1, Math.floor((from - min) / width)));
    const last = Math.max(0, Math.min(BARS - 1, Math.floor((to - min) / width)));
    if (!(to > from) || first === last) {
      counts[first] += 1;
      continue;
    }
    for (let bar = first; bar <= last; bar += 1) {
      const inside = Math.min(to, min + (bar + 1) * width) - Math.max(from, min + bar * width);
      counts[bar] += Math.max(0, inside) / (to - from);
    }
  }
  return {
    min,
    max,
    low: percentile(metadata, 2) ?? min,
    high: percentile(metadata, 98) ?? max,
    counts,
    edges: Array.from({ length: BARS + 1 }, (_, i) => min + i * width),
  };
}
