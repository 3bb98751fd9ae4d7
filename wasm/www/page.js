/** The page: an address, a few choices, a map. All words for the user are here. */

import { TileError, createPlain } from "./map-plain.js";
import { viewOfBounds } from "./mercator.js";
import { open } from "./smalti.js";

/** One for heights, one for vegetation, and such that the colour blind can read. */
const COLORMAPS = ["gray", "viridis", "magma", "cividis", "terrain", "rdylgn"];
const KERNELS = ["nearest", "bilinear", "cubic", "average"];

/** Zooms beyond the full resolution that are stretched rather than asked for. */
const OVERZOOM = 1;

const element = (id) => document.getElementById(id);
const [map, message, statusLine, values, traffic] = ["map", "message", "status", "values", "traffic"].map(element);
const [bands, colormap, low, high, resampling] = ["bands", "colormap", "low", "high", "resampling"].map(element);
const choices = [bands, colormap, low, high, resampling];

/** @type {import("./smalti.js").Cog | null} */
let cog = null;
let opening = new AbortController();
let pointing = new AbortController();
let opened = 0;
let tiles = 0;

const engine = createPlain(
  map,
  {
    drawn() {},
    hover: (at) => void show(at),
    leave() {
      values.textContent = "";
    },
    click: (at) => void show(at),
    busy(busy) {
      map.dataset.busy = String(busy);
      if (cog) statusLine.textContent = busy ? "Reading tiles …" : describe();
      if (!busy) void count();
    },
    tileLoaded() {
      tiles += 1;
      map.dataset.tiles = String(tiles);
    },
    async tileFailed(_layer, _status, body) {
      say(`A tile cannot be drawn: ${(await body) || "no reason is told"}`);
    },
  },
  async (address, signal) => {
    // `#file/z/x/y/view`: an address, so that the map keeps tiles by it.
    const [, z, x, y, view] = address.split("/");
    try {
      return await cog.bitmap(Number(z), Number(x), Number(y), JSON.parse(decodeURIComponent(view)), signal);
    } catch (error) {
      if (error.kind === "outside") return null;
      throw new TileError(500, error.message);
    }
  },
);

function say(text) {
  message.textContent = text;
  message.hidden = !text;
}

const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const size = (bytes) => (bytes < 1e6 ? `${format.format(Math.round(bytes / 1e3))} kB` : `${format.format(Math.round(bytes / 1e5) / 10)} MB`);

function describe() {
  const { width, height, dtype, bands: all, crs, overviews, bytes } = cog.info;
  const parts = [`${format.format(width)} × ${format.format(height)} pixels of ${dtype}`];
  parts.push(all.length === 1 ? "one band" : `${all.length} bands`, crs ?? "no CRS");
  parts.push(overviews.length === 0 ? "no overviews" : `${overviews.length} overviews`);
  if (bytes) parts.push(size(bytes));
  return parts.join(", ");
}

async function count() {
  if (!cog) return;
  const { requests, bytes } = await cog.traffic();
  traffic.textContent = `${format.format(requests)} requests, ${size(bytes)} read`;
}

/** Shows the values under the pointer. */
async function show({ x, y }) {
  if (!cog?.info.bounds) return;
  pointing.abort();
  pointing = new AbortController();
  const { signal } = pointing;
  const [lon, lat] = engine.unproject(x, y);
  try {
    const point = await cog.point(lon, lat, {}, signal);
    const shown = point.values.map((value) => (value === null ? "–" : format.format(value)));
    values.textContent = `${lat.toFixed(5)}, ${lon.toFixed(5)}: ${shown.join("  ")}`;
  } catch (error) {
    if (!signal.aborted) values.textContent = error.kind === "outside" ? "" : error.message;
  }
}

/** The choices as what `tile` takes. */
function view() {
  const bidx = bands.value ? bands.value.split(",").map(Number) : undefined;
  const range = [low.valueAsNumber, high.valueAsNumber];
  return {
    bidx,
    rescale: range.every(Number.isFinite) && range[0] !== range[1] ? [range] : [],
    colormap_name: colormap.value || undefined,
    resampling: resampling.value || undefined,
    reproject: resampling.value || undefined,
  };
}

function draw() {
  const { bounds, maxzoom } = cog.info;
  const address = `#${opened}/{z}/{x}/{y}/${encodeURIComponent(JSON.stringify(view()))}`;
  engine.setLayers([
    { id: "cog", tiles: address, bounds, maxzoom: (maxzoom ?? 0) + OVERZOOM, opacity: 1, crisp: true },
  ]);
}

function options(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, text]) => new Option(text, value, false, value === chosen)));
}

/** Fills the choices for the file, with what is likely to show it well. */
function offer() {
  const { bands: all, dtype, has_palette } = cog.info;
  const shown = all.map((band, at) => ({ ...band, number: at + 1 })).filter((band) => band.colorinterp !== "alpha");
  const single = shown.map((band) => [String(band.number), band.description ?? `Band ${band.number}`]);
  const rgb = ["red", "green", "blue"].map((color) => shown.find((band) => band.colorinterp === color)?.number);
  const first = rgb.every(Boolean) ? rgb : shown.slice(0, 3).map((band) => band.number);
  const entries = first.length === 3 ? [[first.join(), `Bands ${first.join(", ")} as red, green, blue`], ...single] : single;
  options(bands, entries, entries[0]?.[0]);
  const maps = COLORMAPS.map((name) => [name, name]);
  if (has_palette) maps.unshift(["", "the file's own"]);
  options(colormap, [["", has_palette ? "the file's own" : "as they are"], ...COLORMAPS.map((name) => [name, name])], "");
  if (!has_palette && first.length !== 3) colormap.value = "viridis";
  options(resampling, KERNELS.map((name) => [name, name]), has_palette ? "nearest" : "bilinear");
  for (const choice of choices) choice.disabled = false;
  return dtype === "uint8" || has_palette;
}

/** Sets the range from the file's values, unless they are colours already. */
async function stretch(asTheyAre) {
  [low.value, high.value] = ["", ""];
  const several = bands.value.includes(",");
  colormap.disabled = several;
  if (several) colormap.value = "";
  if (asTheyAre && !colormap.value) return;
  const ranges = await cog.stretch({ bidx: bands.value.split(",").map(Number) }, opening.signal);
  // To a millionth of the range: digits that nobody can read are no help.
  const digits = (value) => String(Number(value.toPrecision(7)));
  low.value = digits(Math.min(...ranges.map(([least]) => least)));
  high.value = digits(Math.max(...ranges.map(([, most]) => most)));
}

/** @param {string} url */
async function start(url) {
  opening.abort();
  opening = new AbortController();
  const { signal } = opening;
  cog?.close();
  cog = null;
  engine.setLayers([]);
  say("");
  for (const output of [values, traffic]) output.textContent = "";
  for (const choice of choices) choice.disabled = true;
  statusLine.textContent = `Opening ${url} …`;
  try {
    const file = await open(url, signal);
    if (signal.aborted) {
      file.close();
      return;
    }
    cog = file;
    opened += 1;
    history.replaceState(null, "", `?url=${encodeURIComponent(url)}`);
    if (!cog.info.bounds) {
      statusLine.textContent = describe();
      say("The file says nowhere that it lies on the ground, so there is no map of it.");
      return;
    }
    await stretch(offer());
    const { clientWidth: width, clientHeight: height } = map;
    const padding = { top: 20, right: 20, bottom: 20, left: 20 };
    engine.setView(viewOfBounds(cog.info.bounds, { width, height }, padding), false);
    draw();
    if (cog.info.problems.length > 0) statusLine.textContent = cog.info.problems.join("; ");
  } catch (error) {
    if (signal.aborted) return;
    statusLine.textContent = "Nothing is open.";
    say(`The file cannot be shown: ${error.message}`);
  }
}

element("bar").addEventListener("submit", (event) => {
  event.preventDefault();
  void start(element("url").value.trim());
});
for (const choice of choices) {
  choice.addEventListener("change", async () => {
    if (!cog) return;
    say("");
    try {
      if (choice === bands || choice === colormap) {
        await stretch(cog.info.dtype === "uint8" || (cog.info.has_palette && !colormap.value));
      }
      draw();
    } catch (error) {
      if (!opening.signal.aborted) say(error.message);
    }
  });
}

const wanted = new URLSearchParams(location.search).get("url");
if (wanted) {
  element("url").value = wanted;
  void start(wanted);
}
