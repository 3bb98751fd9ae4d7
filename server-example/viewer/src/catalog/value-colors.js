/** A colour for each of some values, in the words of Terracotta's `explicit_color_map`; other values are transparent. */

/** A palette of bytes has room for one more, which is transparent. */
export const MOST_COLORS = 255;

/** More different values than this are measurements, and no classes. */
const MOST_CLASSES = 24;

/** Colours that are told apart at a glance, for values that have none yet. */
const FRESH = ["#4269d0", "#efb118", "#3ca951", "#ff725c", "#a463f2", "#6cc5b0", "#9c6b4e", "#ff8ab7", "#97bbf5", "#9498a0"];

/**
 * @typedef {object} ValueColor
 * @property {number} value
 * @property {string} color `#rrggbb`, lower case
 */

/**
 * A colour for the next value of a list.
 *
 * @param {ValueColor[]} list
 */
export function freshColor(list) {
  return FRESH.find((color) => !list.some((entry) => entry.color === color)) ?? FRESH[list.length % FRESH.length];
}

/**
 * Colours for the classes that a dataset says it has; else for the values that its statistics show, if they are so few
 * that they can be classes.
 *
 * @param {import("./api.js").Metadata} metadata
 * @returns {ValueColor[]} empty if nothing looks like a class
 */
export function classesOf({ range, percentiles, categories }) {
  const marks = categories.length > 0 ? categories.map(({ value }) => value) : [...(range ?? []), ...percentiles];
  const values = [...new Set(marks)].sort((a, b) => a - b);
  if (categories.length === 0 && (values.length > MOST_CLASSES || !values.every(Number.isInteger))) return [];
  /** @type {ValueColor[]} */
  const list = [];
  for (const value of values.slice(0, MOST_COLORS)) list.push({ value, color: freshColor(list) });
  return list;
}

/**
 * The value of `explicit_color_map`.
 *
 * @param {ValueColor[]} list
 */
export function explicitMap(list) {
  return `{${list.map(({ value, color }) => `"${value}":"${color.slice(1)}"`).join(",")}}`;
}

/**
 * Reads what a person pasted: JSON of values to `"rrggbb"`, `"#rrggbb"`, `[r,g,b]` or `[r,g,b,a]`.
 *
 * @param {string} text
 * @returns {ValueColor[]}
 * @throws {Error} with words on what is wrong
 */
export function parseExplicitMap(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("That is no JSON.");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("An object of values and colours is needed.");
  const list = Object.entries(json).map(([name, color]) => {
    const value = name.trim() === "" ? NaN : Number(name);
    if (!Number.isFinite(value)) throw new Error(`“${name}” is no number.`);
    return { value, color: parseColor(name, color) };
  });
  if (list.length > MOST_COLORS) throw new Error(`No more than ${MOST_COLORS} values can have a colour.`);
  const twice = list.find(({ value }, i) => list.findIndex((entry) => entry.value === value) < i);
  if (twice) throw new Error(`${twice.value} has two colours.`);
  return list;
}

/**
 * @param {string} name of its value
 * @param {unknown} color
 */
function parseColor(name, color) {
  if (typeof color === "string" && /^#?[0-9a-f]{6}$/i.test(color)) return `#${color.replace("#", "").toLowerCase()}`;
  const isByte = (/** @type {unknown} */ part) => Number.isInteger(part) && Number(part) >= 0 && Number(part) <= 255;
  if (Array.isArray(color) && (color.length === 3 || color.length === 4) && color.every(isByte)) {
    if (color.length === 4 && color[3] !== 255) throw new Error(`The colour of ${name} is half transparent; leave the value out to hide it.`);
    return `#${color.slice(0, 3).map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  }
  throw new Error(`The colour of ${name} is neither "rrggbb" nor [r,g,b].`);
}

/**
 * The list as a part of the address.
 *
 * @param {ValueColor[]} list
 */
export function writeColors(list) {
  return list.map(({ value, color }) => `${encodeURIComponent(value)}~${color.slice(1)}`).join("!");
}

/**
 * Reads what {@link writeColors} writes, and leaves out whatever is nothing of the kind.
 *
 * @param {string} text
 * @returns {ValueColor[]}
 */
export function readColors(text) {
  /** @type {Map<number, string>} */
  const found = new Map();
  for (const part of text.split("!")) {
    const [, value, color] = /^([-\d.e]+(?:%2B\d+)?)~([0-9a-f]{6})$/.exec(part) ?? [];
    const number = value === undefined ? NaN : Number(value.replace("%2B", "+"));
    if (Number.isFinite(number) && found.size < MOST_COLORS) found.set(number, `#${color}`);
  }
  return [...found].map(([value, color]) => ({ value, color }));
}
