/**
 * What lies under and over the tiles: a graticule for orientation, the outline of the chosen layer,
 * and a mark where a value was read by touch. Drawn on two canvases of our own, so it is the same
 * for every engine and needs no fonts or sprites from elsewhere.
 */

import { MAX_LATITUDE, toWorld, unwrapBounds, wrapLongitude } from "./mercator.js";

/** Distances between graticule lines, in degrees. */
const STEPS = [
  90, 45, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002,
  0.0001, 0.00005, 0.00002, 0.00001,
];

/** The least distance between graticule lines, in CSS pixels. */
const LEAST_SPACING = 110;

/**
 * @typedef {object} Footprint
 * @property {[number, number][][]} rings longitudes and latitudes
 * @property {"listed" | "pointed" | "outlined" | "chosen"} kind
 */

/**
 * @param {HTMLElement} container the map's element
 */
export function createOverlay(container) {
  const under = canvas("under");
  const over = canvas("over");
  container.prepend(under);
  container.append(over);
  /** @type {{bounds: import("./mercator.js").Bounds | null, footprints: Footprint[], mark: [number, number] | null}} */
  const state = { bounds: null, footprints: [], mark: null };

  /**
   * @param {import("./engine.js").Engine} engine
   */
  function draw(engine) {
    const styles = getComputedStyle(document.documentElement);
    const color = (/** @type {string} */ name) => styles.getPropertyValue(name).trim();
    const graticule = begin(under, container);
    if (graticule) drawGraticule(graticule, container, engine, color("--grid"), color("--grid-text"));
    const context = begin(over, container);
    if (!context) return;
    for (const footprint of state.footprints) drawFootprint(context, engine, footprint, color("--accent"));
    if (state.bounds) drawOutline(context, engine, state.bounds, color("--accent"));
    if (state.mark) drawMark(context, engine, state.mark);
  }

  return { draw, state };
}

/** @param {string} name */
function canvas(name) {
  const element = document.createElement("canvas");
  element.className = `overlay ${name}`;
  element.setAttribute("aria-hidden", "true");
  return element;
}

/**
 * Clears a canvas and fits it to its container, in CSS pixels.
 *
 * @param {HTMLCanvasElement} element
 * @param {HTMLElement} container
 */
function begin(element, container) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(container.clientWidth * ratio);
  const height = Math.round(container.clientHeight * ratio);
  if (element.width !== width || element.height !== height) {
    element.width = width;
    element.height = height;
  }
  const context = element.getContext("2d");
  if (!context) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, container.clientWidth, container.clientHeight);
  return context;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLElement} container
 * @param {import("./engine.js").Engine} engine
 * @param {string} line
 * @param {string} text
 */
function drawGraticule(context, container, engine, line, text) {
  const [width, height] = [container.clientWidth, container.clientHeight];
  const { zoom, lon } = engine.view();
  const pixelsPerDegree = (256 * 2 ** zoom) / 360;
  const step = STEPS.findLast((candidate) => candidate * pixelsPerDegree >= LEAST_SPACING) ?? 90;
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const across = width / 2 / pixelsPerDegree;
  const [west, east] = [Math.max(lon - across, lon - 360), Math.min(lon + across, lon + 360)];
  const [, north] = engine.unproject(width / 2, 0);
  const [, south] = engine.unproject(width / 2, height);
  context.strokeStyle = line;
  context.fillStyle = text;
  context.lineWidth = 1;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";

  const top = Math.max(0, engine.project(lon, MAX_LATITUDE)[1]);
  const bottom = Math.min(height, engine.project(lon, -MAX_LATITUDE)[1]);
  context.beginPath();
  for (let i = Math.ceil(west / step); i * step <= east; i += 1) {
    // From the middle outwards, since an engine may wrap longitudes.
    const x = Math.round(width / 2 + (i * step - lon) * pixelsPerDegree) + 0.5;
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    const label = degrees(wrapLongitude(i * step), digits, "E", "W");
    context.fillText(label, x + 5, Math.max(top, 0) + 12);
  }
  context.textAlign = "right";
  for (let i = Math.ceil(south / step); i * step <= Math.min(north, MAX_LATITUDE); i += 1) {
    const y = Math.round(engine.project(lon, i * step)[1]) + 0.5;
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.fillText(degrees(i * step, digits, "N", "S"), width - 8, y - 9);
  }
  context.textAlign = "left";
  context.stroke();
}

/**
 * @param {number} value
 * @param {number} digits
 * @param {string} positive
 * @param {string} negative
 */
function degrees(value, digits, positive, negative) {
  const letter = value > 0 ? positive : value < 0 ? negative : "";
  return `${Math.abs(value).toFixed(digits)}°${letter}`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./engine.js").Engine} engine
 * @param {import("./mercator.js").Bounds} bounds
 * @param {string} color
 */
function drawOutline(context, engine, bounds, color) {
  const [west, south, east, north] = unwrapBounds(bounds);
  const { lon, lat, zoom } = engine.view();
  const world = 256 * 2 ** zoom;
  const [cx, cy] = toWorld(lon, lat);
  const [x0, y0] = toWorld(west, north);
  const [x1, y1] = toWorld(east, south);
  const canvasWidth = context.canvas.clientWidth;
  const canvasHeight = context.canvas.clientHeight;
  // The copy of the world nearest to the middle of the view.
  const copy = Math.round(cx - (x0 + x1) / 2);
  const left = (x0 + copy - cx) * world + canvasWidth / 2;
  const right = (x1 + copy - cx) * world + canvasWidth / 2;
  const top = (y0 - cy) * world + canvasHeight / 2;
  const bottom = (y1 - cy) * world + canvasHeight / 2;
  context.strokeStyle = color;
  context.globalAlpha = 0.8;
  context.lineWidth = 1.5;
  context.setLineDash([6, 4]);
  // Sides far outside would make the dashes expensive.
  const [l, r] = [Math.max(left, -10), Math.min(right, canvasWidth + 10)];
  const [t, b] = [Math.max(top, -10), Math.min(bottom, canvasHeight + 10)];
  if (l < r && t < b) context.strokeRect(l, t, r - l, b - t);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** How footprints are drawn: width and strength of the line, strength of what is inside. */
const LOOKS = {
  listed: { width: 1.5, line: 0.7, inside: 0 },
  pointed: { width: 2.5, line: 1, inside: 0.22 },
  // Nothing lies over a picture's colours.
  outlined: { width: 2.5, line: 1, inside: 0 },
  chosen: { width: 2, line: 0.9, inside: 0 },
};

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./engine.js").Engine} engine
 * @param {Footprint} footprint
 * @param {string} color
 */
function drawFootprint(context, engine, { rings, kind }, color) {
  const { lon, lat, zoom } = engine.view();
  const world = 256 * 2 ** zoom;
  const [cx, cy] = toWorld(lon, lat);
  const [halfWidth, halfHeight] = [context.canvas.clientWidth / 2, context.canvas.clientHeight / 2];
  const look = LOOKS[kind];
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = look.width;
  context.beginPath();
  for (const ring of rings) {
    const corners = ring.map(([x, y]) => toWorld(x, y));
    // The copy of the world nearest to the middle of the view.
    const copy = Math.round(cx - corners[0][0]);
    corners.forEach(([x, y], i) => {
      const [left, top] = [(x + copy - cx) * world + halfWidth, (y - cy) * world + halfHeight];
      if (i === 0) context.moveTo(left, top);
      else context.lineTo(left, top);
    });
    context.closePath();
  }
  if (look.inside > 0) {
    context.globalAlpha = look.inside;
    context.fill("evenodd");
  }
  context.globalAlpha = look.line;
  context.stroke();
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./engine.js").Engine} engine
 * @param {[number, number]} mark
 */
function drawMark(context, engine, [lon, lat]) {
  const [x, y] = engine.project(lon, lat);
  for (const [width, color] of /** @type {const} */ ([[4, "rgba(0, 0, 0, 0.55)"], [2, "#fff"]])) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    context.moveTo(x, y - 11);
    context.lineTo(x, y - 4);
    context.moveTo(x, y + 4);
    context.lineTo(x, y + 11);
    context.moveTo(x - 11, y);
    context.lineTo(x - 4, y);
    context.moveTo(x + 4, y);
    context.lineTo(x + 11, y);
    context.stroke();
  }
}
