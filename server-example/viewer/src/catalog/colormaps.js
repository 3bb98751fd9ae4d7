/** Terracotta's colormaps, each with its reverse, and their colours as the server tells them. */

import { getJson } from "../api.js";

const FORWARD = `accent afmhot autumn binary blues bone brbg brg bugn bupu bwr cividis cloud cmrmap cool coolwarm copper
cubehelix dark2 flag gist_earth gist_gray gist_grey gist_heat gist_ncar gist_rainbow gist_stern gist_yarg gist_yerg gnbu
gnuplot gnuplot2 gray grays greens grey greys hot hsv inferno jet magma nipy_spectral ocean oranges orrd paired pastel1
pastel2 pink piyg plasma prgn prism pubu pubugn puor purd purples rainbow rdbu rdgy rdpu rdylbu rdylgn reds seismic set1
set2 set3 spectral spring summer tab10 tab20 tab20b tab20c terrain turbo twilight twilight_shifted viridis winter wistia
ylgn ylgnbu ylorbr ylorrd`.split(/\s+/);

/** These have no reverse. */
const ONE_WAY = new Set(["cloud", "gist_grey", "gist_yerg", "grays", "grey"]);

/** The names that every server of this kind knows. */
export const COLORMAPS = FORWARD.flatMap((name) => (ONE_WAY.has(name) ? [name] : [name, `${name}_r`]));

/** Colours asked for a gradient. */
const STEPS = 64;

/** @type {Map<string, Promise<import("../colormaps.js").Rgba[]>>} */
const loaded = new Map();

/**
 * A colormap's colours from lowest to highest, asked for once; a failure is asked for again.
 *
 * @param {string} name empty for greys
 */
export function catalogColors(name) {
  let promise = loaded.get(name);
  if (!promise) {
    const query = new URLSearchParams({ stretch_range: "[0,1]", num_values: String(STEPS) });
    if (name !== "") query.set("colormap", name);
    promise = getJson(`colormap?${query}`).then((json) =>
      (Array.isArray(json?.colormap) ? json.colormap : []).map((/** @type {any} */ entry) =>
        [0, 1, 2, 3].map((i) => {
          const part = Number(entry?.rgba?.[i] ?? (i === 3 ? 255 : 0));
          return Number.isFinite(part) ? Math.max(0, Math.min(255, Math.round(part))) : 0;
        }),
      ),
    );
    promise.catch(() => loaded.delete(name));
    loaded.set(name, promise);
  }
  return promise;
}
