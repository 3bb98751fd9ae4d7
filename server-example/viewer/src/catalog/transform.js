/** Colour transforms, in the words of Terracotta's `color_transform`. */

/**
 * @typedef {object} Transform
 * @property {number} gamma above 1 brightens
 * @property {number} contrast of a sigmoid; 0 for none, below 0 flattens
 * @property {number} bias where the sigmoid is steepest, 0 to 1
 * @property {number} saturation of the colours; 1 leaves them
 */

/** @type {Readonly<Transform>} */
export const NO_TRANSFORM = { gamma: 1, contrast: 0, bias: 0.5, saturation: 1 };

/** What each part may be. */
export const TRANSFORM_LIMITS = /** @type {const} */ ({
  gamma: { min: 0.2, max: 4, step: 0.05 },
  contrast: { min: -10, max: 20, step: 0.5 },
  bias: { min: 0.05, max: 0.95, step: 0.05 },
  saturation: { min: 0, max: 3, step: 0.05 },
});

/**
 * @param {Transform} transform
 * @param {"single" | "rgb"} mode one band has no saturation
 * @returns {string} empty if nothing is to be transformed
 */
export function transformText({ gamma, contrast, bias, saturation }, mode) {
  const bands = mode === "rgb" ? "rgb" : "r";
  const parts = [];
  if (gamma !== 1) parts.push(`gamma ${bands} ${gamma}`);
  if (contrast !== 0) parts.push(`sigmoidal ${bands} ${contrast} ${bias}`);
  if (mode === "rgb" && saturation !== 1) parts.push(`saturation ${saturation}`);
  return parts.join(" ");
}
