/**
 * Other people's map libraries in a real browser, in front of the server: each shows, pixel by pixel, what
 * a plain request for the same place answers.
 *
 * Runs against the server at `SMALTI_URL`. `SMALTI_CHROMIUM` is the browser, `SMALTI_SCREENSHOTS` a folder
 * for what it saw.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { launch, look, openPage } from "./browser.mjs";
import { ask, rangeOf } from "./expect.mjs";
import { decodePng } from "./png.mjs";

const MODULES = path.join(path.dirname(fileURLToPath(import.meta.url)), "../node_modules");
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css" };

/** Columns and rows of the map: two tiles by two. */
const SIDE = 512;

/** Half the circumference of the world in web mercator, in metres. */
const HALF = Math.PI * 6_378_137;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let pages;
let site = "";
let base = process.env.SMALTI_URL ?? "";
/** @type {any} a layer with red, green and blue */
let rgb;
/** @type {any} a layer of heights */
let dem;

before(async () => {
  assert.ok(base, "SMALTI_URL says where the server is");
  if (!base.endsWith("/")) base += "/";
  pages = createServer(servePage);
  await new Promise((resolve) => pages.listen(0, "127.0.0.1", () => resolve(undefined)));
  site = `http://127.0.0.1:${/** @type {any} */ (pages.address()).port}/`;
  const { layers } = await ask(base, "layers");
  rgb = layers.find((layer) => layer.bands.length === 3 && layer.dtype === "uint8");
  dem = layers.find((layer) => layer.bands.length === 1 && layer.dtype === "float32");
  assert.ok(rgb && dem, "the server has heights and a picture");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  pages?.closeAllConnections();
  pages?.close();
});

/** An empty page, and the libraries beside it. */
async function servePage(request, answer) {
  if (request.url === "/") {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    const style = `body { margin: 0; background: #fff } #map { width: ${SIDE}px; height: ${SIDE}px }`;
    answer.end(`<!doctype html><title>Map</title><style>${style}</style><div id="map"></div>`);
    return;
  }
  if (request.url === "/favicon.ico") {
    answer.writeHead(204).end();
    return;
  }
  const file = path.join(MODULES, path.normalize(new URL(request.url, site).pathname));
  try {
    const body = await readFile(file);
    answer.setHeader("content-type", TYPES[path.extname(file)] ?? "application/octet-stream");
    answer.end(body);
  } catch {
    answer.writeHead(404).end();
  }
}

/** The tile around which a map of 2 × 2 tiles shows the middle of a layer: its upper left corner is the map's middle. */
function middle(layer, zoom) {
  const [west, south, east, north] = layer.bounds;
  const radians = (((south + north) / 2) * Math.PI) / 180;
  const count = 2 ** zoom;
  const x = Math.round(((west + east) / 720 + 0.5) * count);
  const y = Math.round((0.5 - Math.asinh(Math.tan(radians)) / (2 * Math.PI)) * count);
  const lon = (x / count - 0.5) * 360;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / count))) * 180) / Math.PI;
  const size = (2 * HALF) / count;
  return { zoom, x, y, lon, lat, metres: [x * size - HALF, HALF - y * size], resolution: size / 256 };
}

/** A page of a client. */
async function openClient(styles, scripts) {
  const opened = await openPage(browser, { viewport: { width: SIDE, height: SIDE } });
  await opened.page.goto(site);
  for (const href of styles) await opened.page.addStyleTag({ url: new URL(href, site).href });
  for (const href of scripts) await opened.page.addScriptTag({ url: new URL(href, site).href });
  return opened;
}

/** A picture that the server answers. */
async function fetchPng(address) {
  const answer = await fetch(new URL(address, base));
  assert.equal(answer.status, 200, `${address}: ${answer.status}`);
  return decodePng(Buffer.from(await answer.arrayBuffer()));
}

/** What the map of 2 × 2 tiles has to show: white where a tile has nothing. */
async function expected(view, address) {
  const tiles = [];
  for (const row of [view.y - 1, view.y]) {
    for (const col of [view.x - 1, view.x]) tiles.push(await fetchPng(address(view.zoom, col, row)));
  }
  return (x, y) => onWhite(tiles[(y < 256 ? 0 : 2) + (x < 256 ? 0 : 1)].rgba(x % 256, y % 256));
}

function onWhite([r, g, b, a]) {
  return [r, g, b].map((value) => Math.round((value * a + 255 * (255 - a)) / 255));
}

/** Compares every seventh pixel, and checks that there was something to compare. */
function compare(picture, wanted, tolerance = 1) {
  let [compared, colored] = [0, 0];
  const wrong = [];
  for (let y = 3; y < SIDE; y += 7) {
    for (let x = 3; x < SIDE; x += 7) {
      const [found, should] = [picture.at(x, y), wanted(x, y)];
      compared += 1;
      if (Math.max(...should) < 255) colored += 1;
      const off = Math.max(...should.map((value, i) => Math.abs(value - found[i])));
      if (off > tolerance) wrong.push(`${x},${y}: ${found} should be ${should}`);
    }
  }
  assert.ok(colored > compared / 4, `only ${colored} of ${compared} places have colours`);
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${compared} pixels differ`);
}

/** Waits for the client's word that all is drawn, and looks. */
async function shown(page, name) {
  await page.waitForFunction(() => /** @type {any} */ (window).shown === true);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return look(page, name);
}

const tileOf = (layer, rest = "") => (z, x, y) =>
  `cog/tiles/WebMercatorQuad/${z}/${x}/${y}.png?url=${encodeURIComponent(layer.id)}${rest}`;

describe("Leaflet", () => {
  it("shows XYZ tiles", async () => {
    const { page, context, complaints } = await openClient(["leaflet/dist/leaflet.css"], ["leaflet/dist/leaflet.js"]);
    const view = middle(rgb, rgb.maxzoom);
    await page.evaluate(
      ({ view, template }) => {
        const { L } = /** @type {any} */ (window);
        const options = { fadeAnimation: false, zoomAnimation: false, zoomControl: false, attributionControl: false };
        const map = L.map("map", options).setView([view.lat, view.lon], view.zoom);
        map.getContainer().style.background = "#fff";
        const layer = L.tileLayer(template);
        layer.on("load", () => (/** @type {any} */ (window).shown = true));
        layer.addTo(map);
      },
      { view, template: base + decodeURIComponent(tileOf(rgb)("{z}", "{x}", "{y}")) },
    );
    compare(await shown(page, "leaflet"), await expected(view, tileOf(rgb)));
    assert.deepEqual(complaints, []);
    await context.close();
  });
});

describe("OpenLayers", () => {
  for (const [name, document, layer] of [
    ["the service's document", "wmts?SERVICE=WMTS&REQUEST=GetCapabilities", () => rgb.id],
    ["a source's document", "cog/WMTSCapabilities.xml?url=imagery", () => "imagery_WebMercatorQuad_default"],
  ]) {
    it(`shows WMTS by ${name}`, async () => {
      const { page, context, complaints } = await openClient(["ol/ol.css"], ["ol/dist/ol.js"]);
      const view = middle(rgb, rgb.maxzoom);
      await page.evaluate(
        async ({ view, document, layer }) => {
          const { ol } = /** @type {any} */ (window);
          const text = await (await fetch(document)).text();
          const parsed = new ol.format.WMTSCapabilities().read(text);
          const options = ol.source.WMTS.optionsFromCapabilities(parsed, { layer, matrixSet: "WebMercatorQuad" });
          const source = new ol.source.WMTS({ ...options, crossOrigin: "anonymous", transition: 0 });
          const map = new ol.Map({
            target: "map",
            controls: [],
            pixelRatio: 1,
            layers: [new ol.layer.Tile({ source })],
            view: new ol.View({ center: view.metres, resolution: view.resolution }),
          });
          map.once("rendercomplete", () => (/** @type {any} */ (window).shown = true));
        },
        { view, document: base + document, layer: layer() },
      );
      const picture = await shown(page, `openlayers-wmts-${document.split("?")[0].replace(/\W/g, "-")}`);
      compare(picture, await expected(view, tileOf(rgb)));
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  for (const [version, projection] of [
    ["1.3.0", "EPSG:3857"],
    ["1.3.0", "EPSG:4326"],
    ["1.1.1", "EPSG:4326"],
  ]) {
    it(`shows WMS ${version} in ${projection}`, async () => {
      const { page, context, complaints } = await openClient(["ol/ol.css"], ["ol/dist/ol.js"]);
      const view = middle(rgb, rgb.maxzoom);
      const geographic = projection === "EPSG:4326";
      const center = geographic ? [view.lon, view.lat] : view.metres;
      const resolution = geographic ? (view.resolution / HALF) * 180 : view.resolution;
      await page.evaluate(
        ({ url, layer, version, projection, center, resolution }) => {
          const { ol } = /** @type {any} */ (window);
          const params = { LAYERS: layer, VERSION: version, TRANSPARENT: true };
          const source = new ol.source.ImageWMS({ url, params, ratio: 1, crossOrigin: "anonymous" });
          const map = new ol.Map({
            target: "map",
            controls: [],
            pixelRatio: 1,
            layers: [new ol.layer.Image({ source })],
            view: new ol.View({ projection, center, resolution }),
          });
          map.once("rendercomplete", () => (/** @type {any} */ (window).shown = true));
        },
        { url: `${base}wms`, layer: rgb.id, version, projection, center, resolution },
      );
      const half = (SIDE / 2) * resolution;
      const box = [center[0] - half, center[1] - half, center[0] + half, center[1] + half];
      // Asked for without the order of axes that the standard has for EPSG:4326.
      const crs = geographic ? "CRS:84" : projection;
      const own = await fetchPng(
        `wms?version=1.3.0&request=GetMap&layers=${rgb.id}&styles=&crs=${crs}&bbox=${box}&width=${SIDE}&height=${SIDE}&format=image/png&transparent=true`,
      );
      const picture = await shown(page, `openlayers-wms-${version}-${projection.replace(":", "")}`);
      compare(picture, (x, y) => onWhite(own.rgba(x, y)), 2);
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
});

describe("MapLibre GL", () => {
  /** A map that the page keeps as `window.map`, once its style is there. */
  async function openMap(view, style, options = {}) {
    const opened = await openClient(["maplibre-gl/dist/maplibre-gl.css"], []);
    await opened.page.evaluate(
      async ({ site, view, style, options }) => {
        const library = await import(`${site}maplibre-gl/dist/maplibre-gl.mjs`);
        library.setWorkerUrl(`${site}maplibre-gl/dist/maplibre-gl-worker.mjs`);
        const map = new library.Map({
          container: "map",
          style,
          center: [view.lon, view.lat],
          // MapLibre counts tiles of 512 pixels.
          zoom: view.zoom - 1,
          attributionControl: false,
          fadeDuration: 0,
          ...options,
        });
        /** @type {any} */ (window).map = map;
        map.once("idle", () => (/** @type {any} */ (window).shown = true));
      },
      { site, view, style, options },
    );
    return opened;
  }

  it("shows raster tiles", async () => {
    const view = middle(rgb, rgb.maxzoom);
    const tiles = [base + decodeURIComponent(tileOf(rgb)("{z}", "{x}", "{y}"))];
    const { page, context, complaints } = await openMap(view, {
      version: 8,
      sources: { pictures: { type: "raster", tiles, tileSize: 256, maxzoom: rgb.maxzoom } },
      layers: [
        { id: "white", type: "background", paint: { "background-color": "#fff" } },
        {
          id: "pictures",
          type: "raster",
          source: "pictures",
          paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 },
        },
      ],
    });
    compare(await shown(page, "maplibre-raster"), await expected(view, tileOf(rgb)), 2);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("takes a source from its TileJSON", async () => {
    const view = middle(rgb, rgb.maxzoom);
    const url = `${base}cog/WebMercatorQuad/tilejson.json?url=${rgb.id}&tilesize=256&tile_format=png`;
    const { page, context, complaints } = await openMap(view, {
      version: 8,
      sources: { pictures: { type: "raster", url, tileSize: 256 } },
      layers: [
        { id: "white", type: "background", paint: { "background-color": "#fff" } },
        {
          id: "pictures",
          type: "raster",
          source: "pictures",
          paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 },
        },
      ],
    });
    compare(await shown(page, "maplibre-tilejson"), await expected(view, tileOf(rgb)), 2);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("makes a terrain of terrarium tiles", async (test) => {
    const { paths } = await ask(base, "openapi.json");
    if (!paths["/algorithms"]) return test.skip("this server has no algorithms");
    const view = middle(dem, dem.maxzoom);
    const tiles = [base + decodeURIComponent(tileOf(dem, "&bidx=1&algorithm=terrarium")("{z}", "{x}", "{y}"))];
    const { bounds, maxzoom } = dem;
    const heights = { type: "raster-dem", encoding: "terrarium", tiles, tileSize: 256, maxzoom, bounds };
    const { page, context, complaints } = await openMap(view, {
      version: 8,
      sources: { heights, shade: heights },
      layers: [
        { id: "white", type: "background", paint: { "background-color": "#fff" } },
        { id: "hills", type: "hillshade", source: "shade", paint: { "hillshade-exaggeration": 1 } },
      ],
      terrain: { source: "heights", exaggeration: 1 },
    });
    const picture = await shown(page, "maplibre-terrain");
    const [low, high] = await rangeOf(base, dem, 1);
    const places = [-0.02, -0.01, 0, 0.01, 0.02].map((step) => [view.lon + step, view.lat + step / 2]);
    for (const [lon, lat] of places) {
      const found = await page.evaluate((place) => /** @type {any} */ (window).map.queryTerrainElevation(place), [lon, lat]);
      const { values } = await ask(base, `cog/point/${lon},${lat}?url=${dem.id}&bidx=1`);
      assert.ok(Math.abs(found - values[0]) < 0.1 * (high - low), `${found} m at ${lon},${lat}, where the file has ${values[0]} m`);
    }
    const colors = new Set();
    for (let at = 10; at < SIDE; at += 10) colors.add(String(picture.at(at, SIDE - at)));
    assert.ok(colors.size > 10, `the hills have only ${colors.size} shades`);
    // A tile beyond the heights is not there.
    assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
    await context.close();
  });
});

describe("the map page", () => {
  for (const set of ["WebMercatorQuad", "EuropeanETRS89_LAEAQuad"]) {
    it(`shows the tiles of ${set}, and values where it is clicked`, async () => {
      const { page, context, complaints, requests } = await openPage(browser, { viewport: { width: SIDE, height: SIDE } });
      const address = `${base}cog/${set}/map.html?url=${rgb.id}&tile_format=png`;
      await page.goto(address);
      await page.waitForSelector("#map[data-busy=false]", { state: "attached" });
      // The view that the page chose says where the data is; one step nearer, at the corner of a tile.
      const { cellSize, origin, id, x, y } = await page.evaluate(() => {
        const { matrices, bounds } = JSON.parse(document.getElementById("map")?.dataset.config ?? "");
        const matrix = matrices[11];
        const size = matrix.cellSize * 256;
        const x = Math.round(((bounds[0] + bounds[2]) / 2 - matrix.origin[0]) / size);
        const y = Math.round((matrix.origin[1] - (bounds[1] + bounds[3]) / 2) / size);
        return { ...matrix, x, y };
      });
      const corner = [origin[0] + x * 256 * cellSize, origin[1] - y * 256 * cellSize];
      await page.goto("about:blank");
      await page.goto(`${address}#${id}/${corner.join("/")}`);
      await page.waitForSelector("#map[data-busy=false]", { state: "attached" });
      const tiles = await expectedOf(set, id, x, y);
      const picture = await look(page, `map-page-${set}`);
      compareAway(picture, tiles);
      await page.mouse.click(200, 200);
      await page.waitForFunction(() => document.getElementById("readout")?.textContent?.startsWith("b1: "));
      const said = await page.textContent("#readout");
      const [atX, atY] = [corner[0] + (200 - SIDE / 2) * cellSize, corner[1] - (200 - SIDE / 2) * cellSize];
      const definition = await ask(base, `tileMatrixSets/${set}`);
      const point = await ask(base, `cog/point/${atX},${atY}?url=${rgb.id}&coord_crs=${encodeURIComponent(definition.crs)}`);
      assert.equal(said, point.values.map((value, i) => `b${i + 1}: ${value}`).join("  "));
      assert.deepEqual(requests.filter((url) => !url.startsWith(base) && url !== "about:blank"), []);
      assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
      await context.close();
    });
  }

  /** As {@link expected}, where a tile may be missing. */
  async function expectedOf(set, zoom, x, y) {
    const tiles = [];
    for (const row of [y - 1, y]) {
      for (const col of [x - 1, x]) tiles.push(await fetchPng(`cog/tiles/${set}/${zoom}/${col}/${row}.png?url=${rgb.id}`));
    }
    return (px, py) => onWhite(tiles[(py < 256 ? 0 : 2) + (px < 256 ? 0 : 1)].rgba(px % 256, py % 256));
  }

  /** Compares away from the buttons and the readout. */
  function compareAway(picture, wanted) {
    const covered = (x, y) => (x > 460 && y < 90) || y > 450;
    compare({ at: (x, y) => (covered(x, y) ? wanted(x, y) : picture.at(x, y)) }, wanted);
  }
});
