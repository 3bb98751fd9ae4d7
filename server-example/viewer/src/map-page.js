/**
 * The map of one tileset, in any tile matrix set: tiles laid out in the coordinates of the set itself, so that
 * no projection is needed. Dragged, wheeled, moved by keys; a click asks for the values there.
 *
 * `#ZOOM/X/Y` in the address is the view: a tile matrix, and its middle in the set's coordinates.
 */

/**
 * @typedef {object} Matrix
 * @property {number} id
 * @property {number} cellSize
 * @property {[number, number]} origin x and y of the upper left corner
 * @property {[number, number]} tile pixels of a tile
 * @property {[number, number]} count tiles in width and height
 */

/** How far a press may move, in CSS pixels, and still be a click. */
const CLICK_SLOP = 4;

/** What an arrow key moves, in CSS pixels. */
const KEY_STEP = 100;

const map = /** @type {HTMLElement} */ (document.getElementById("map"));
const readout = /** @type {HTMLElement} */ (document.getElementById("readout"));
/** @type {{tiles: string, point: string, bounds: number[], matrices: Matrix[]}} */
const config = JSON.parse(map.dataset.config ?? "{}");
const { matrices } = config;

/** @type {Map<string, HTMLImageElement>} */
const shown = new Map();
let waiting = 0;
let view = viewOfAddress() ?? viewOfBounds();

/** The view that the address names. */
function viewOfAddress() {
  const [zoom, x, y] = location.hash.slice(1).split("/").map(Number);
  const level = matrices.findIndex((matrix) => matrix.id === zoom);
  return level >= 0 && Number.isFinite(x) && Number.isFinite(y) ? { level, x, y } : null;
}

/** All of the bounds, as large as they fit. */
function viewOfBounds() {
  const [left, bottom, right, top] = config.bounds;
  const fits = (/** @type {Matrix} */ { cellSize }) =>
    (right - left) / cellSize <= map.clientWidth && (top - bottom) / cellSize <= map.clientHeight;
  const level = Math.max(0, matrices.findLastIndex(fits));
  return { level, x: (left + right) / 2, y: (bottom + top) / 2 };
}

/** Puts the tiles of the view where they belong, and fetches those that are new. */
function draw() {
  const matrix = matrices[view.level];
  const { cellSize, origin, tile, count } = matrix;
  // Pixels of the matrix at the map's upper left corner; whole, so that pixels stay pixels.
  const left = Math.round((view.x - origin[0]) / cellSize - map.clientWidth / 2);
  const top = Math.round((origin[1] - view.y) / cellSize - map.clientHeight / 2);
  const wanted = new Set();
  for (let row = Math.max(0, Math.floor(top / tile[1])); row < count[1] && row * tile[1] < top + map.clientHeight; row += 1) {
    for (let col = Math.max(0, Math.floor(left / tile[0])); col < count[0] && col * tile[0] < left + map.clientWidth; col += 1) {
      const key = `${matrix.id}/${col}/${row}`;
      wanted.add(key);
      const image = shown.get(key) ?? add(key, matrix, col, row);
      image.style.transform = `translate(${col * tile[0] - left}px, ${row * tile[1] - top}px)`;
    }
  }
  for (const [key, image] of shown) {
    if (wanted.has(key)) continue;
    if (!image.complete) waiting -= 1;
    image.onload = image.onerror = null;
    image.src = "";
    image.remove();
    shown.delete(key);
  }
  map.dataset.busy = String(waiting > 0);
}

/** A new tile; one that is not there stays invisible. */
function add(/** @type {string} */ key, /** @type {Matrix} */ matrix, /** @type {number} */ col, /** @type {number} */ row) {
  const image = new Image(matrix.tile[0], matrix.tile[1]);
  image.alt = "";
  image.draggable = false;
  waiting += 1;
  const ended = (/** @type {boolean} */ good) => () => {
    waiting -= 1;
    image.hidden = !good;
    map.dataset.busy = String(waiting > 0);
  };
  image.onload = ended(true);
  image.onerror = ended(false);
  image.src = config.tiles.replace("{z}", String(matrix.id)).replace("{x}", String(col)).replace("{y}", String(row));
  shown.set(key, image);
  map.append(image);
  return image;
}

/** The coordinates under a place on the map. */
function under(/** @type {number} */ x, /** @type {number} */ y) {
  const { cellSize } = matrices[view.level];
  return [view.x + (x - map.clientWidth / 2) * cellSize, view.y - (y - map.clientHeight / 2) * cellSize];
}

/** Moves by pixels of the screen. */
function pan(/** @type {number} */ right, /** @type {number} */ down) {
  const { cellSize } = matrices[view.level];
  show({ ...view, x: view.x + right * cellSize, y: view.y - down * cellSize });
}

/** Steps through the zooms; what is under the place stays there. */
function zoom(/** @type {number} */ steps, x = map.clientWidth / 2, y = map.clientHeight / 2) {
  const level = Math.min(matrices.length - 1, Math.max(0, view.level + steps));
  const [atX, atY] = under(x, y);
  const { cellSize } = matrices[level];
  show({ level, x: atX - (x - map.clientWidth / 2) * cellSize, y: atY + (y - map.clientHeight / 2) * cellSize });
}

function show(/** @type {typeof view} */ next) {
  view = next;
  history.replaceState(null, "", `#${matrices[view.level].id}/${view.x}/${view.y}`);
  draw();
}

/** Says what the source has at a place. */
async function ask(/** @type {number} */ x, /** @type {number} */ y) {
  const [atX, atY] = under(x, y);
  readout.textContent = "…";
  try {
    const answer = await fetch(config.point.replace("{x}", String(atX)).replace("{y}", String(atY)));
    const body = await answer.json();
    const values = answer.ok ? body.values.map((/** @type {number | null} */ v, /** @type {number} */ i) => `${body.band_names[i]}: ${v ?? "–"}`) : [body.detail];
    readout.textContent = values.join("  ");
  } catch (error) {
    readout.textContent = String(error);
  }
}

let pressed = { x: 0, y: 0, moved: 0 };
map.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  map.setPointerCapture(event.pointerId);
  pressed = { x: event.clientX, y: event.clientY, moved: 0 };
});
map.addEventListener("pointermove", (event) => {
  if (!map.hasPointerCapture(event.pointerId)) return;
  const [right, down] = [pressed.x - event.clientX, pressed.y - event.clientY];
  pressed = { x: event.clientX, y: event.clientY, moved: pressed.moved + Math.abs(right) + Math.abs(down) };
  pan(right, down);
});
map.addEventListener("click", (event) => {
  const place = map.getBoundingClientRect();
  if (pressed.moved <= CLICK_SLOP) void ask(event.clientX - place.left, event.clientY - place.top);
});
map.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const place = map.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1 : -1, event.clientX - place.left, event.clientY - place.top);
  },
  { passive: false },
);
map.addEventListener("keydown", (event) => {
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => pan(-KEY_STEP, 0),
    ArrowRight: () => pan(KEY_STEP, 0),
    ArrowUp: () => pan(0, -KEY_STEP),
    ArrowDown: () => pan(0, KEY_STEP),
    "+": () => zoom(1),
    "=": () => zoom(1),
    "-": () => zoom(-1),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
document.getElementById("nearer")?.addEventListener("click", () => zoom(1));
document.getElementById("farther")?.addEventListener("click", () => zoom(-1));
addEventListener("resize", draw);
draw();
