/**
 * A stand-in for the server, for working on the viewer without building it: the routes that the
 * viewer uses, over formulas instead of files.
 *
 * `node test/mock.mjs [PORT]` serves `dist/` (run `npm run build` first), and `/plain/` the sources
 * as a build without npm has them.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { encodePng } from "./png.mjs";

const viewer = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** Colormaps as a few stops from low to high. */
const COLORMAPS = {
  viridis: [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]],
  magma: [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]],
  terrain: [[51, 51, 153], [0, 153, 255], [0, 204, 102], [255, 255, 153], [128, 92, 84], [255, 255, 255]],
};

/** The region of the synthetic world, in degrees. */
const BOUNDS = [6.8, 45.7, 8.1, 46.6];

const wave = (lon, lat, k) =>
  Math.sin(lon * 7 * k + 1.3 * k) * Math.cos(lat * 9 * k - 0.4) +
  0.5 * Math.sin((lon + lat) * 23 * k) +
  0.25 * Math.cos((lon - 2 * lat) * 61 * k);

const height = (lon, lat) => 1500 + 800 * wave(lon, lat, 1);
const byte = (value) => Math.max(0, Math.min(255, Math.round(value)));

/** Values of each band, by the layer's `url`. */
const DATA = {
  "dem.tif": (lon, lat) => [height(lon, lat)],
  "imagery.tif": (lon, lat) => [0.9, 1.1, 1.3].map((k) => byte(110 + 60 * wave(lon, lat, k))),
  ...Object.fromEntries(
    [0, 1, 2].map((season) => [
      `scene-${season}.tif`,
      (lon, lat) => [1, 1.2, 0.8, 1.5].map((k) => 3000 + 900 * wave(lon + season, lat, k)),
    ]),
  ),
};

const band = (index, description, min, max, color = "undefined") => ({
  index,
  name: `b${index}`,
  description,
  min,
  max,
  color_interpretation: color,
});

const scene = (season, time) => ({
  id: `scene-${season}`,
  name: `Scene of ${time}`,
  url: `scene-${season}.tif`,
  bounds: [BOUNDS[0] + 0.2, BOUNDS[1] + 0.1, BOUNDS[2] - 0.1, BOUNDS[3] - 0.2],
  minzoom: 7,
  maxzoom: 13,
  bands: ["blue", "green", "red", "nir"].map((name, i) => band(i + 1, name, null, null, "gray")),
  dtype: "uint16",
  nodata: 0,
  colormap: false,
  group: "Multispectral",
  time: `${time}T00:00:00Z`,
});

const LAYERS = [
  {
    id: "dem",
    name: "Elevation",
    url: "dem.tif",
    bounds: BOUNDS,
    minzoom: 6,
    maxzoom: 12,
    bands: [band(1, "Height above the geoid", 400, 2600)],
    dtype: "float32",
    nodata: -9999,
    colormap: false,
    group: "Terrain",
  },
  {
    id: "imagery",
    name: "Imagery",
    url: "imagery.tif",
    bounds: BOUNDS,
    minzoom: 6,
    maxzoom: 15,
    bands: ["red", "green", "blue"].map((name, i) => band(i + 1, "", 20, 220, name)),
    dtype: "uint8",
    nodata: null,
    colormap: false,
    group: "Imagery",
  },
  scene(0, "2025-04-12"),
  scene(1, "2025-07-20"),
  scene(2, "2025-10-02"),
  {
    id: "x!&=#<script>",
    name: '<img src=x onerror="document.title=\'owned\'"> a very long and hostile name 🦀',
    url: "missing.tif",
    bounds: BOUNDS,
    minzoom: 0,
    maxzoom: 12,
    bands: [band(1, "<b>bold</b>", 0, 1)],
    dtype: "float64",
    nodata: null,
    colormap: false,
    group: "<i>Hostile</i>",
  },
];

function colorAt(name, share) {
  const stops = name ? COLORMAPS[name] : [[0, 0, 0], [255, 255, 255]];
  const position = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(position));
  return [0, 1, 2].map((i) => byte(stops[low][i] + (stops[low + 1][i] - stops[low][i]) * (position - low)));
}

function tile(z, x, y, query) {
  const size = Number(query.get("tilesize") ?? 256);
  const read = DATA[query.get("url")];
  const { bounds } = LAYERS.find(({ url }) => url === query.get("url"));
  const bands = query.getAll("bidx").map(Number);
  const ranges = query.getAll("rescale").map((range) => range.split(",").map(Number));
  const rgba = new Uint8Array(size * size * 4);
  for (let row = 0; row < size; row += 1) {
    const v = (y + (row + 0.5) / size) / 2 ** z;
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * v))) * 180) / Math.PI;
    for (let column = 0; column < size; column += 1) {
      const lon = ((x + (column + 0.5) / size) / 2 ** z) * 360 - 180;
      if (lon < bounds[0] || lon > bounds[2] || lat < bounds[1] || lat > bounds[3]) continue;
      const values = read(lon, lat);
      const shares = bands.map((index, i) => {
        const [min, max] = ranges[i] ?? ranges[0] ?? [0, 255];
        return (values[index - 1] - min) / (max - min);
      });
      const color =
        bands.length === 3 ? shares.map((share) => byte(share * 255)) : colorAt(query.get("colormap_name"), shares[0]);
      rgba.set([...color, 255], 4 * (row * size + column));
    }
  }
  return encodePng(size, rgba);
}

function statisticsOf(query) {
  const read = DATA[query.get("url")];
  const entries = query.getAll("bidx").map((index) => {
    const values = [];
    for (let i = 0; i < 4096; i += 1) {
      const lon = BOUNDS[0] + ((BOUNDS[2] - BOUNDS[0]) * (i % 64)) / 64;
      const lat = BOUNDS[1] + ((BOUNDS[3] - BOUNDS[1]) * Math.floor(i / 64)) / 64;
      values.push(read(lon, lat)[Number(index) - 1]);
    }
    values.sort((a, b) => a - b);
    const [min, max] = [values[0], values.at(-1)];
    const bins = Number(query.get("histogram_bins") ?? 10);
    const counts = new Array(bins).fill(0);
    for (const value of values) counts[Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins))] += 1;
    const edges = Array.from({ length: bins + 1 }, (_, i) => min + ((max - min) * i) / bins);
    const percentile = (p) => values[Math.floor((values.length - 1) * p)];
    const entry = { min, max, percentile_2: percentile(0.02), percentile_98: percentile(0.98), histogram: [counts, edges] };
    return [`b${index}`, entry];
  });
  return Object.fromEntries(entries);
}

class HttpError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function answer(pathname, query) {
  if (pathname === "/layers") return { layers: LAYERS };
  if (pathname === "/colorMaps") return { colormaps: Object.keys(COLORMAPS).map((id) => ({ id, links: [] })) };
  const parts = pathname.split("/").slice(1).map(decodeURIComponent);
  if (parts[0] === "colorMaps" && COLORMAPS[parts[1]]) {
    const entries = Array.from({ length: 256 }, (_, i) => [i, [...colorAt(parts[1], i / 255), 255]]);
    return Object.fromEntries(entries);
  }
  if (parts[0] === "cog") {
    if (!DATA[query.get("url")]) throw new HttpError(424, `cannot open ${query.get("url")}: no such file`);
    if (parts[1] === "layers") return { layers: LAYERS.filter(({ url }) => url === query.get("url")) };
    if (parts[1] === "statistics") return statisticsOf(query);
    if (parts[1] === "point") {
      const [lon, lat] = parts[2].split(",").map(Number);
      const values = DATA[query.get("url")](lon, lat);
      const bands = query.getAll("bidx").map(Number);
      return { coordinates: [lon, lat], values: bands.map((index) => values[index - 1]) };
    }
    if (parts[1] === "tiles") return tile(Number(parts[3]), Number(parts[4]), parseInt(parts[5], 10), query);
  }
  return null;
}

/**
 * A file of the viewer, bundled, or below `/plain/` as it is.
 *
 * @param {string} pathname
 */
export async function viewerFile(pathname) {
  let name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
  let folder = path.join(viewer, "dist");
  if (name.startsWith("/plain/")) {
    name = name.slice("/plain".length);
    folder = name.startsWith("/assets/") ? path.join(viewer, "src") : viewer;
    name = name.replace("/assets/viewer.js", "/entry-plain.js").replace("/assets/", "/");
  }
  const target = path.join(folder, name);
  if (!target.startsWith(folder)) throw new HttpError(404, "not found");
  return [await readFile(target), TYPES[path.extname(target)] ?? "application/octet-stream"];
}

/**
 * @param {number} port 0 for any free one
 * @returns {Promise<import("node:http").Server>}
 */
export function startMock(port) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    try {
      const api = url.pathname.replace(/^\/plain\//, "/");
      const body = await answer(api, url.searchParams);
      if (Buffer.isBuffer(body)) {
        response.writeHead(200, { "content-type": "image/png" }).end(body);
      } else if (body) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      } else {
        const [bytes, type] = await viewerFile(url.pathname);
        response.writeHead(200, { "content-type": type }).end(bytes);
      }
    } catch (error) {
      const status = error.status ?? (error.code === "ENOENT" ? 404 : 500);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ detail: error.message }));
    }
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startMock(Number(process.argv[2] ?? 8090));
  console.log(`http://127.0.0.1:${server.address().port}/`);
}
