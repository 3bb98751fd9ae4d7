/** Well-known expressions over the bands of a scene, and how their bands are recognised. */

/**
 * Names that the bands of common satellites go by, the most telling first. Numbers are Sentinel-2's, then
 * those of Landsat 8 and 9.
 */
const ROLES = /** @type {const} */ ({
  blue: ["blue", "b02", "b2"],
  green: ["green", "b03", "b3"],
  red: ["red", "b04", "b4"],
  nir: ["nir", "nir08", "b08", "b8", "b8a", "b05", "b5"],
  swir1: ["swir1", "swir16", "swir", "b11", "b06", "b6"],
  swir2: ["swir2", "swir22", "b12", "b07", "b7"],
});

/**
 * @typedef {keyof typeof ROLES} Role
 *
 * @typedef {object} Preset
 * @property {string} id
 * @property {string} title
 * @property {readonly Role[]} roles what v1, v2, … are
 * @property {(exact: string, one: string) => string} expression `exact` makes the first operand of a sum real, `one` is
 *   the reflectance of a perfectly white surface in the data's units
 * @property {[number, number]} range
 * @property {string} colormap
 */

/** @type {Preset[]} */
export const PRESETS = [
  {
    id: "ndvi",
    title: "NDVI, vegetation",
    roles: ["nir", "red"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.2, 0.9],
    colormap: "rdylgn",
  },
  {
    id: "evi",
    title: "EVI, dense vegetation",
    roles: ["nir", "red", "blue"],
    expression: (x, one) => `2.5 * (${x}v1 - v2) / (${x}v1 + 6.0 * v2 - 7.5 * v3 + ${one})`,
    range: [-0.2, 0.9],
    colormap: "rdylgn",
  },
  {
    id: "savi",
    title: "SAVI, sparse vegetation",
    roles: ["nir", "red"],
    expression: (x, one) => `1.5 * (${x}v1 - v2) / (${x}v1 + v2 + 0.5 * ${one})`,
    range: [-0.2, 0.9],
    colormap: "rdylgn",
  },
  {
    id: "ndwi",
    title: "NDWI, open water",
    roles: ["green", "nir"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.8, 0.8],
    colormap: "rdbu",
  },
  {
    id: "mndwi",
    title: "MNDWI, water in towns",
    roles: ["green", "swir1"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.8, 0.8],
    colormap: "rdbu",
  },
  {
    id: "ndmi",
    title: "NDMI, moisture",
    roles: ["nir", "swir1"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.8, 0.8],
    colormap: "rdbu",
  },
  {
    id: "nbr",
    title: "NBR, burnt ground",
    roles: ["nir", "swir2"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.5, 0.9],
    colormap: "rdylgn",
  },
  {
    id: "ndsi",
    title: "NDSI, snow",
    roles: ["green", "swir1"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.5, 1],
    colormap: "blues_r",
  },
  {
    id: "ndbi",
    title: "NDBI, buildings",
    roles: ["swir1", "nir"],
    expression: (x) => `(${x}v1 - v2) / (${x}v1 + v2)`,
    range: [-0.6, 0.4],
    colormap: "inferno",
  },
];

/**
 * The value that most likely is a band; null if none looks like it.
 *
 * @param {Role} role
 * @param {string[]} values
 */
export function guess(role, values) {
  const lower = values.map((value) => value.toLowerCase());
  for (const name of ROLES[role]) {
    const at = lower.indexOf(name);
    if (at >= 0) return values[at];
  }
  for (const name of ROLES[role]) {
    const at = lower.findIndex((value) => value.split(/[^a-z0-9]+/).includes(name));
    if (at >= 0) return values[at];
  }
  return null;
}

/**
 * Values for red, green and blue: those that look like it, else the first three.
 *
 * @param {string[]} values at least one
 * @returns {[string, string, string]}
 */
export function guessColors(values) {
  const found = /** @type {const} */ (["red", "green", "blue"]).map((role) => guess(role, values));
  if (found.every((value) => value !== null)) return /** @type {[string, string, string]} */ (found);
  const at = (/** @type {number} */ i) => values[Math.min(i, values.length - 1)];
  return [at(0), at(1), at(2)];
}

/**
 * @param {Preset} preset
 * @param {boolean} promotes whether the server calculates in real numbers by itself. Terracotta calculates in the raster's
 *   own type, where differences below zero and large sums wrap around.
 * @param {[number, number] | null} range of the data
 */
export function presetExpression(preset, promotes, range) {
  // Reflectances are stored as fractions, or ten thousand times as large.
  const one = range && range[1] > 2 ? "10000.0" : "1.0";
  return preset.expression(promotes ? "" : "1.0 * ", one);
}

/** The names of the operands that the server knows. */
export const OPERANDS = /** @type {const} */ (["v1", "v2", "v3", "v4", "v5"]);

/**
 * The operands that an expression uses.
 *
 * @param {string} expression
 */
export function operandsOf(expression) {
  const names = new Set(expression.match(/\b[A-Za-z_]\w*/g) ?? []);
  return OPERANDS.filter((name) => names.has(name));
}
