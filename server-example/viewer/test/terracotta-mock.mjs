/**
 * A stand-in for a server of keyed datasets: Terracotta's routes over formulas, as Terracotta 0.10 answers
 * them, or as Smalti does, which goes beyond.
 *
 * `node test/terracotta-mock.mjs [PORT] [terracotta]` serves `dist/` with it.
 */

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { viewerFile } from "./mock.mjs";
import { encodePng } from "./png.mjs";

/** Where the two scenes lie, in degrees. */
const SCENES = { "33VVE": [14.0, 55.5, 14.6, 56.0], "33VWE": [14.6, 55.5, 15.2, 56.0] };
const DATES = ["20180101", "20180415", "20180730", "20181012"];
const BANDS = ["B02", "B03", "B04", "B08"];

/** A value that is markup, and one that no path can name. */
export const HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
export const SLASHED = "a/b";

const KEYS = [
  { key: "tile", description: "Where: <b>MGRS</b> tile" },
  { key: "date", description: "When" },
  { key: "band" },
];

const wave = (lon, lat, k) => Math.sin(lon * 23 * k) * Math.cos(lat * 31 * k) + 0.3 * Math.sin((lon + 2 * lat) * 71);

/** What the values of the dataset of classes mean. */
export const CATEGORIES = { water: 1, forest: 2, field: 3, town: 4, rock: 5 };
export const CLASSES = ["33VVE", "20190101", "classes"];

/** The dataset of classes, and as many beside it that differ in their band. */
export const beside = (count) => [
  CLASSES,
  ...Array.from({ length: count }, (_, i) => [...CLASSES.slice(0, 2), `N${String(i + 1).padStart(4, "0")}`]),
];

/** What tells the value of a dataset at a place; null where it has none. */
function fieldOf([tile, date, band]) {
  const [west, south, east, north] = SCENES[tile] ?? SCENES["33VVE"];
  const [season, number] = [DATES.indexOf(date) + 1, BANDS.indexOf(band) + 1];
  return (lon, lat) => {
    if (lon < west || lon > east || lat < south || lat > north) return null;
    // A corner without data, so that the outline is no rectangle.
    if (lon - west + (lat - south) < 0.1) return null;
    if (band === CLASSES[2]) return Math.max(1, Math.min(5, Math.floor(3.5 + 2 * wave(lon, lat, 1))));
    return Math.round(1500 + 400 * number + 250 * wave(lon, lat, 1 + 0.1 * number) + 60 * season);
  };
}

/** The value of a dataset at a place; null where it has none. */
export const valueOf = (dataset, lon, lat) => fieldOf(dataset)(lon, lat);

/** Every dataset, in the order of the keys. */
export const DATASETS = [
  ...Object.keys(SCENES).flatMap((tile) => DATES.flatMap((date) => BANDS.map((band) => [tile, date, band]))),
  ["33VVE", "20180101", HOSTILE],
  ["33VVE", "20180101", SLASHED],
];

const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
const outlineOf = ([w, s, e, n]) => [[[w + 0.1, s], [e, s], [e, n], [w, n], [w, s + 0.1], [w + 0.1, s]]];
const boundsOf = ([tile]) => SCENES[tile];

/** What a function of one argument answers, worked out once for each. */
function once(answer) {
  const known = new Map();
  return (argument) => {
    const id = typeof argument === "number" ? argument : JSON.stringify(argument);
    if (!known.has(id)) known.set(id, answer(argument));
    return known.get(id);
  };
}

/** What `/metadata` says of a dataset. */
export const metadataOf = once((dataset) => {
  const [west, south, east, north] = boundsOf(dataset);
  const values = [];
  for (let i = 0; i < 2500; i += 1) {
    const lon = west + ((east - west) * ((i % 50) + 0.5)) / 50;
    const lat = south + ((north - south) * (Math.floor(i / 50) + 0.5)) / 50;
    const value = valueOf(dataset, lon, lat);
    if (value !== null) values.push(value);
  }
  values.sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    bounds: boundsOf(dataset),
    convex_hull: { type: "Polygon", coordinates: outlineOf(boundsOf(dataset)) },
    keys: Object.fromEntries(KEYS.map(({ key }, i) => [key, dataset[i]])),
    mean,
    metadata: { sensor: HOSTILE, ...(same(dataset, CLASSES) ? { categories: CATEGORIES } : {}) },
    percentiles: Array.from({ length: 99 }, (_, i) => values[Math.round(((i + 1) / 100) * (values.length - 1))]),
    range: [values[0], values.at(-1)],
    stdev: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
    valid_percentage: (values.length / 2500) * 100,
  };
});

/** The columns of the metadata that a request names; all without. */
function columnsOf(dataset, query) {
  const wanted = ["keys", ...JSON.parse(query.get("columns") ?? "[]")];
  return Object.fromEntries(
    Object.entries(metadataOf(dataset)).filter(([name]) => !query.has("columns") || wanted.includes(name)),
  );
}

/** Colormaps as a few stops; the names are Terracotta's. */
const STOPS = {
  viridis: [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]],
  magma: [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]],
  rdylgn: [[165, 0, 38], [255, 255, 191], [0, 104, 55]],
};

const byte = (value) => Math.max(0, Math.min(255, Math.round(value)));

/** The colour of a share of a colormap; greys without one. Maps without stops of their own have made-up colours. */
export function colorOf(name, share) {
  const made = () => [...name].slice(0, 3).map((letter) => [letter.charCodeAt(0) * 2 % 256, 90, 200]);
  const stops = name ? (STOPS[name] ?? [...made(), [250, 240, 230]]) : [[0, 0, 0], [255, 255, 255]];
  const place = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return [0, 1, 2].map((i) => byte(stops[low][i] + (stops[low + 1][i] - stops[low][i]) * (place - low)));
}

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const missing = () => new Refusal(404, "No dataset found");

function find(values) {
  const dataset = DATASETS.find((candidate) => same(candidate, values));
  if (dataset) return dataset;
  if (!beside(0).some((candidate) => same(candidate, values)) && !/^N\d{4}$/.test(values[2] ?? "")) throw missing();
  return values;
}

function listOf(text) {
  return text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1).split(",") : [text];
}

function datasets(query, extended, more) {
  let found = [...DATASETS, ...more];
  let [limit, page, order, ascending, count] = [100, 0, [], true, false];
  const at = (name) => KEYS.findIndex(({ key }) => key === name);
  for (const [name, text] of query) {
    const [key, operation] = name.split("__");
    if (name === "limit") limit = Number(text);
    else if (name === "page") page = Number(text);
    else if (name === "order_by") order = listOf(text);
    else if (name === "ascending") ascending = text === "true";
    else if (at(name) >= 0) found = found.filter((dataset) => listOf(text).includes(dataset[at(name)]));
    else if (extended && name === "count") count = text === "true";
    else if (extended && name === "bbox") {
      const [w, s, e, n] = text.split(",").map(Number);
      found = found.filter((dataset) => {
        const [west, south, east, north] = boundsOf(dataset);
        return west <= e && east >= w && south <= n && north >= s;
      });
    } else if (extended && at(key) >= 0 && ["prefix", "gte", "lte"].includes(operation)) {
      found = found.filter((dataset) => {
        const value = dataset[at(key)];
        return operation === "prefix" ? value.startsWith(text) : operation === "gte" ? value >= text : value <= text;
      });
    } else throw new Refusal(400, `Encountered unrecognized keys {'${name}'} (available keys: ('tile', 'date', 'band'))`);
  }
  const rank = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const columns = order.length > 0 ? order.map(at) : KEYS.map((_, i) => i);
  found.sort((a, b) => columns.reduce((sum, i) => sum || rank(a[i], b[i]), 0) * (ascending ? 1 : -1));
  const answer = {
    datasets: found
      .slice(page * limit, (page + 1) * limit)
      .map((dataset) => Object.fromEntries(KEYS.map(({ key }, i) => [key, dataset[i]]).sort())),
    limit,
    page,
  };
  if (count) answer.total = found.length;
  return answer;
}

function rangeOf(text, dataset) {
  const range = JSON.parse(text ?? "null") ?? metadataOf(dataset).range;
  if (!Array.isArray(range) || range.length !== 2) throw new Refusal(400, "{'stretch_range': ['Not a valid range.']}");
  return range;
}

/** `n ↦ n` with gamma and the sigmoid of `color_transform`. */
function transformOf(text) {
  const words = (text ?? "").split(" ").filter((word) => word !== "");
  const steps = [];
  while (words.length > 0) {
    const operation = words.shift();
    if (operation === "saturation") {
      words.shift();
      continue;
    }
    words.shift();
    if (operation === "gamma") {
      const gamma = Number(words.shift());
      steps.push((n) => n ** (1 / gamma));
    } else if (operation === "sigmoidal") {
      const [contrast, bias] = [Number(words.shift()), Number(words.shift())];
      const s = (u) => 1 / (1 + Math.exp(contrast * (bias - u)));
      steps.push((n) => (s(n) - s(0)) / (s(1) - s(0)));
    } else throw new Refusal(400, `unknown operation ${operation}`);
  }
  return (n) => steps.reduce((value, step) => step(value), n);
}

/** Colours as `explicit_color_map` has them, by value. */
function explicitColors(query) {
  const text = query.get("explicit_color_map");
  const wanted = query.get("colormap") === "explicit";
  if (wanted !== (text !== null)) {
    throw new Refusal(400, wanted ? "explicit_color_map argument must be given for colormap=explicit" : "only for colormap=explicit");
  }
  if (!wanted) return null;
  const colors = new Map();
  for (const [value, color] of Object.entries(JSON.parse(text))) {
    const hex = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
    if (!hex && !Array.isArray(color)) throw new Refusal(400, `Could not decode value ${color} in explicit_color_map as hex string`);
    colors.set(Number(value), hex ? hex.slice(1).map((part) => parseInt(part, 16)) : color);
  }
  return colors;
}

/** The datasets of a picture, and what tells a pixel's colour by their values. */
function painter(kind, keys, query, extended) {
  const key = query.get("key");
  if (key !== null && !extended) throw new Refusal(400, "must specify all keys except last one");
  const by = key === null ? KEYS.length - 1 : KEYS.findIndex((entry) => entry.key === key);
  const wanted = kind === "singleband" ? KEYS.length : KEYS.length - 1;
  if (keys.length !== wanted) throw new Refusal(400, "must specify all keys except last one");
  const transform = transformOf(query.get("color_transform"));
  const level = (value, [low, high]) => transform(Math.max(0, Math.min(1, (value - low) / (high - low))));
  const full = (value) => find([...keys.slice(0, by), value, ...keys.slice(by)]);
  const colormap = query.get("colormap");
  if (kind === "singleband") {
    const dataset = find(keys);
    const explicit = explicitColors(query);
    if (explicit) return { sources: [dataset], color: ([value]) => explicit.get(value) ?? null };
    const range = rangeOf(query.get("stretch_range"), dataset);
    const shade = once((value) => colorOf(colormap, level(value, range)));
    return { sources: [dataset], color: ([value]) => shade(value) };
  }
  if (kind === "rgb") {
    const sources = ["r", "g", "b"].map((name) => full(query.get(name)));
    const shades = ["r", "g", "b"].map((name, i) => {
      const range = rangeOf(query.get(`${name}_range`), sources[i]);
      return once((value) => byte(255 * level(value, range)));
    });
    return { sources, color: (values) => values.map((value, i) => shades[i](value)) };
  }
  const expression = query.get("expression") ?? "";
  if (!/^[\sv1-5().+*/\-\d]+$/.test(expression)) {
    throw new Refusal(400, `error while executing expression: unrecognized name in ${expression}`);
  }
  const names = ["v1", "v2", "v3", "v4", "v5"].filter((name) => query.has(name));
  const [low, high] = JSON.parse(query.get("stretch_range"));
  const calculate = new Function(...names, `return ${expression}`);
  return {
    sources: names.map((name) => full(query.get(name))),
    color: (values) => colorOf(colormap, (calculate(...values) - low) / (high - low)),
  };
}

/** A value that no dataset has. */
const NOTHING = -32768;

/** Values of pictures; tests colour the same ones again and again. */
const grids = new Map();

/** A dataset's values, row by row. */
function gridOf(dataset, lons, lats) {
  const id = JSON.stringify([dataset, lons.length, lons[0], lats[0], lats.at(-1)]);
  if (grids.has(id)) return grids.get(id);
  const field = fieldOf(dataset);
  const grid = new Int16Array(lons.length * lats.length);
  lats.forEach((lat, row) => lons.forEach((lon, column) => (grid[row * lons.length + column] = field(lon, lat) ?? NOTHING)));
  // 128 KiB each of a tile.
  if (grids.size >= 1000) grids.clear();
  grids.set(id, grid);
  return grid;
}

function draw({ sources, color }, size, lonAt, latAt) {
  const steps = Array.from({ length: size }, (_, i) => (i + 0.5) / size);
  const [lons, lats] = [steps.map(lonAt), steps.map(latAt)];
  const values = sources.map((dataset) => gridOf(dataset, lons, lats));
  const rgba = new Uint8Array(size * size * 4);
  for (let i = 0; i < size * size; i += 1) {
    const here = values.map((grid) => grid[i]);
    const drawn = here.includes(NOTHING) ? null : color(here);
    if (drawn) rgba.set([drawn[0], drawn[1], drawn[2], 255], 4 * i);
  }
  return encodePng(size, rgba);
}

function picture(parts, query, extended) {
  const kind = parts[0];
  const size = JSON.parse(query.get("tile_size") ?? "[256,256]");
  if (parts.at(-1) === "preview.png") {
    const keys = parts.slice(1, -1);
    const [w, s, e, n] = SCENES[keys[0]] ?? SCENES["33VVE"];
    const paint = painter(kind, keys, query, extended);
    return draw(paint, Math.max(...size), (u) => w + (e - w) * u, (v) => n - (n - s) * v);
  }
  const [z, x, y] = parts.slice(-3).map((part) => parseInt(part, 10));
  const lonAt = (u) => ((x + u) / 2 ** z) * 360 - 180;
  const latAt = (v) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + v)) / 2 ** z))) * 180) / Math.PI;
  return draw(painter(kind, parts.slice(1, -3), query, extended), size[0], lonAt, latAt);
}

function answer(method, pathname, query, body, extended, more) {
  const parts = pathname.split("/").slice(1).filter((part) => part !== "").map(decodeURIComponent);
  // A slash within a value is one more part, as it is to Terracotta.
  const keys = parts.flatMap((part) => part.split("/"));
  switch (parts[0]) {
    case "keys":
      return { keys: KEYS };
    case "datasets":
      return datasets(query, extended, more);
    case "metadata":
      if (method === "POST") return JSON.parse(body).keys.map((values) => columnsOf(find(values), query));
      return columnsOf(find(keys.slice(1)), query);
    case "colormap": {
      const [low, high] = JSON.parse(query.get("stretch_range"));
      const number = Number(query.get("num_values") ?? 255);
      const steps = Array.from({ length: number }, (_, i) => i / (number - 1));
      const color = (share) => [...colorOf(query.get("colormap"), share), 255];
      return { colormap: steps.map((share) => ({ rgba: color(share), value: low + (high - low) * share })) };
    }
    case "singleband":
    case "rgb":
    case "compute":
      return picture(keys, query, extended);
    case "point": {
      if (!extended) return null;
      const dataset = find(keys.slice(1));
      const value = valueOf(dataset, Number(query.get("lon")), Number(query.get("lat")));
      return { lon: Number(query.get("lon")), lat: Number(query.get("lat")), value };
    }
    default:
      return null;
  }
}

/**
 * @param {number} port 0 for any free one
 * @param {{extended?: boolean, origins?: (origin: string) => boolean, more?: string[][]}} [options] `extended`: as Smalti, not
 *   as Terracotta; `origins`: whose pages may read tiles; `more`: datasets of {@link beside} that are listed too
 * @returns {Promise<import("node:http").Server & {asked: string[]}>} `asked`: the requests so far
 */
export function startTerracotta(port, { extended = true, origins = () => true, more = [] } = {}) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push(`${request.method} ${request.url}`);
    const { origin } = request.headers;
    const isTile = /^\/(singleband|rgb|compute)\//.test(url.pathname);
    const api = isTile || /^\/(keys|datasets|metadata|colormap|point)(\/|$)/.test(url.pathname);
    if (origin && api && (!isTile || origins(origin))) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-allow-headers", "content-type");
    }
    if (request.method === "OPTIONS") {
      response.writeHead(200).end();
      return;
    }
    try {
      const body = Buffer.concat(chunks).toString();
      const found = answer(request.method, url.pathname, url.searchParams, body, extended, more);
      if (Buffer.isBuffer(found)) {
        response.writeHead(200, { "content-type": "image/png", "cache-control": "no-cache" }).end(found);
      } else if (found) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
      } else {
        const [bytes, type] = await viewerFile(url.pathname);
        response.writeHead(200, { "content-type": type }).end(bytes);
      }
    } catch (error) {
      if (error instanceof Refusal) {
        response.writeHead(error.status, { "content-type": "application/json" });
        response.end(JSON.stringify({ message: error.message }));
      } else {
        // What Flask answers to what it does not know.
        response.writeHead(error.code === "ENOENT" ? 404 : 500, { "content-type": "text/html" });
        response.end(`<!doctype html><h1>${error.message}</h1>`);
      }
    }
  });
  server.asked = asked;
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startTerracotta(Number(process.argv[2] ?? 8091), { extended: process.argv[3] !== "terracotta" });
  console.log(`http://127.0.0.1:${server.address().port}/`);
}
