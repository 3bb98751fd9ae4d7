/**
 * The browser's build in a real browser: the pixels are the server's, and what is wrong is said.
 *
 * `SMALTI_WWW` is the folder that `cargo xtask wasm` makes, `SMALTI_BIN` the server, `SMALTI_FIXTURES`
 * the program that makes the files, `SMALTI_CHROMIUM` the browser, `SMALTI_SCREENSHOTS` a folder for
 * what it saw. `cargo xtask test` sets them.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";

import { fromWorld, toWorld, viewOfBounds } from "../../server-example/viewer/src/mercator.js";
import { andTiles, idle, launch, look, openPage } from "../../server-example/viewer/test/browser.mjs";
import { ask } from "../../server-example/viewer/test/expect.mjs";
import { decodePng } from "../../server-example/viewer/test/png.mjs";
import { startHost } from "./host.mjs";

const need = (name) => process.env[name] ?? assert.fail(`${name} is not set; cargo xtask test sets it`);
const WWW = need("SMALTI_WWW");

let folder = "";
let browser;
let server;
let base = "";
/** The page and the files, on one origin. */
let host;
/** A page that has our module. */
let page;
let opened;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smalti-wasm-"));
  execFileSync(need("SMALTI_FIXTURES"), [folder]);
  server = spawn(need("SMALTI_BIN"), ["serve", folder, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: server.stdout })) {
    base = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0] ?? "";
    if (base) break;
  }
  server.stdout.resume();
  assert.ok(base, "the server says where it listens");
  host = await startHost([WWW, folder]);
  browser = await launch();
  opened = await openPage(browser);
  page = opened.page;
  await page.goto(host.url);
});

after(async () => {
  await browser?.close();
  server?.kill();
  host?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Calls a method of an open file in the page; bytes come as a Buffer. */
async function call(url, method, ...args) {
  const answer = await page.evaluate(
    async ({ url, method, args }) => {
      const { open } = await import("/smalti.js");
      let cog;
      try {
        cog = await open(url);
        const result = method === "info" ? cog.info : await cog[method](...args);
        const traffic = await cog.traffic();
        const bytes = result instanceof ImageData ? result.data : result instanceof Uint8Array ? result : null;
        if (!bytes) return { result, traffic };
        let text = "";
        for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
        return { bytes: btoa(text), width: result.width, traffic };
      } catch (error) {
        return { error: { message: error.message, kind: error.kind, name: error.name } };
      } finally {
        cog?.close();
      }
    },
    { url, method, args },
  );
  if (answer.bytes) answer.bytes = Buffer.from(answer.bytes, "base64");
  return answer;
}

/** What the server draws with the same parameters. */
async function served(name, [z, x, y], options) {
  const query = new URLSearchParams({ url: name.replace(/\.tif$/, "") });
  for (const [key, value] of Object.entries(options)) {
    if (key === "rescale") for (const range of value) query.append("rescale", range.join());
    else query.append(key, String(value));
  }
  const answer = await fetch(new URL(`cog/tiles/WebMercatorQuad/${z}/${x}/${y}.png?${query}`, base));
  assert.equal(answer.status, 200, await answer.clone().text());
  return Buffer.from(await answer.arrayBuffer());
}

/** The tile over the middle of a file, `zooms` above its full resolution. */
function middle({ bounds: [west, south, east, north], maxzoom }, zooms = 0) {
  const [x, y] = toWorld((west + east) / 2, (south + north) / 2);
  const z = maxzoom - zooms;
  return [z, Math.floor(x * 2 ** z), Math.floor(y * 2 ** z)];
}

/** How many pixels differ, and by how much of 255 at most. */
function compare(rgba, picture) {
  let [different, most] = [0, 0];
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      const at = 4 * (y * picture.width + x);
      const expected = picture.rgba(x, y);
      // What nothing is known of may have any colour.
      if (expected[3] === 0 && rgba[at + 3] === 0) continue;
      const off = Math.max(...expected.map((value, channel) => Math.abs(value - rgba[at + channel])));
      if (off > 0) different += 1;
      most = Math.max(most, off);
    }
  }
  return { different, most };
}

const dem = { rescale: [[700, 2300]], colormap_name: "viridis" };
const CASES = [
  ["dem.tif", 0, { ...dem, resampling: "bilinear" }],
  ["dem.tif", 2, { ...dem, reproject: "cubic" }],
  ["dem.tif", 1, { rescale: [[700, 2300]] }],
  ["photo.tif", 0, {}],
  ["photo.tif", 1, { resampling: "average" }],
  ["lossless.tif", 0, { resampling: "bilinear" }],
  ["lossless.tif", 0, { bidx: [2], colormap_name: "magma" }],
  ["scene.tif", 1, { bidx: [4, 3, 2], rescale: [[1000, 7000]], resampling: "cubic" }],
  ["classes.tif", 0, {}],
  ["classes.tif", 1, { tilesize: 512 }],
];

describe("tiles", () => {
  for (const [name, zooms, options] of CASES) {
    it(`are the server's: ${name}, ${zooms} above, ${JSON.stringify(options)}`, async () => {
      const { result: info } = await call(name, "info");
      const tile = middle(info, zooms);
      const expected = await served(name, tile, options);
      const picture = decodePng(expected);
      const painted = await call(name, "tile", ...tile, options);
      assert.equal(painted.error, undefined);
      assert.equal(painted.width, picture.width);
      assert.deepEqual(compare(painted.bytes, picture), { different: 0, most: 0 });
      const colors = new Set();
      for (let at = 0; at < painted.bytes.length; at += 4) colors.add(painted.bytes.readUInt32LE(at));
      assert.ok(colors.size > 2, `the tile has only ${colors.size} colours`);
      const { bytes: png } = await call(name, "png", ...tile, options);
      assert.ok(png.equals(expected), "the PNG has the same bytes");
    });
  }

  it("cost a few requests, of ranges, and never the whole file", async () => {
    const { result: info } = await call("scene.tif", "info");
    const from = host.log.length;
    const { traffic } = await call("scene.tif", "tile", ...middle(info), { bidx: [1], rescale: [[1000, 7000]] });
    const requests = host.log.slice(from).filter((entry) => entry.path === "/scene.tif");
    assert.ok(requests.length <= 3, JSON.stringify(requests));
    assert.equal(traffic.requests, requests.length);
    assert.ok(traffic.bytes < info.bytes, `${traffic.bytes} of ${info.bytes} bytes`);
    for (const { method, range, status } of requests) {
      assert.deepEqual([method, status], ["GET", 206]);
      assert.match(range, /^bytes=\d+-\d+$/);
    }
    assert.equal(requests[0].condition, undefined);
    assert.match(requests[1].condition, /^".+"$/, "later requests are for the same version");
  });

  it("outside the file are no failure, and a mistake names itself", async () => {
    const outside = await call("dem.tif", "tile", 9, 0, 0);
    assert.equal(outside.error.kind, "outside", outside.error.message);
    const mistake = await call("dem.tif", "tile", 9, 0, 0, { colour: "red" });
    assert.equal(mistake.error.kind, "parameter");
    assert.match(mistake.error.message, /colour/);
  });
});

describe("points", () => {
  it("have the server's values", async () => {
    const { result: info } = await call("dem.tif", "info");
    const [west, south, east, north] = info.bounds;
    for (const share of [0.3, 0.5, 0.62]) {
      const [lon, lat] = [west + share * (east - west), south + share * (north - south)];
      const expected = await ask(base, `cog/point/${lon},${lat}?url=dem`);
      const { result } = await call("dem.tif", "point", lon, lat);
      assert.deepEqual(result.values, expected.values);
      assert.ok(Math.abs(result.values[0] - 1500) < 800);
    }
  });
});

describe("other hosts", () => {
  const cases = [
    ["another origin that lets everybody read", { cors: "plain" }],
    ["another origin that shows its headers", { cors: "exposed" }],
    ["a host that serves files whole", { ranges: false }],
    ["a host that serves files whole and does not say how long they are", { ranges: false, chunked: true }],
  ];
  for (const [words, how] of cases) {
    it(`give the same tile: ${words}`, async () => {
      const other = await startHost([folder], { cors: "plain", ...how });
      try {
        const { result: info } = await call("dem.tif", "info");
        const expected = await call("dem.tif", "tile", ...middle(info), dem);
        const found = await call(`${other.url}dem.tif`, "tile", ...middle(info), dem);
        assert.equal(found.error, undefined);
        assert.ok(found.bytes.equals(expected.bytes));
        // No preflight: every host of the web would have to answer it.
        assert.ok(other.log.every((entry) => entry.method === "GET"), JSON.stringify(other.log));
        if (how.ranges === false) assert.equal(other.log.length, 1, "the file is fetched once");
      } finally {
        other.close();
      }
    });
  }

  it("that keep others out are named, with what they would have to do", async () => {
    const other = await startHost([folder]);
    const { error } = await call(`${other.url}dem.tif`, "info");
    other.close();
    assert.equal(error.kind, "denied");
    assert.match(error.message, /CORS.*Access-Control-Allow-Origin/);
  });

  it("that are not there are not blamed on CORS", async () => {
    const other = await startHost([folder]);
    other.close();
    const { error } = await call(`${other.url}dem.tif`, "info");
    assert.equal(error.kind, "unavailable");
    assert.match(error.message, /cannot be reached/);
    assert.doesNotMatch(error.message, /CORS/);
  });

  it("that serve long files whole are refused before the file has come", async () => {
    const long = path.join(folder, "long.tif");
    await copyFile(path.join(folder, "dem.tif"), long);
    await truncate(long, 400 << 20);
    for (const chunked of [false, true]) {
      const other = await startHost([folder], { cors: "plain", ranges: false, chunked });
      const { error } = await call(`${other.url}long.tif`, "info");
      assert.equal(error.kind, "unsupported", error.message);
      assert.match(error.message, /byte ranges/);
      await until(() => other.log[0].aborted);
      other.close();
    }
    await rm(long);
  });

  it("that lie about a range are found out", async () => {
    const bytes = await readFile(path.join(folder, "dem.tif"));
    for (const [headers, body] of [
      [{ "Content-Range": `bytes 7-99/${bytes.length}` }, bytes.subarray(7, 100)],
      [{ "Content-Range": `bytes 0-9/${bytes.length}` }, bytes.subarray(0, 10)],
      [{}, Buffer.alloc(40 << 10)],
    ]) {
      const liar = createServer((request, response) => {
        const cors = { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Content-Range" };
        response.writeHead(206, { ...cors, ...headers }).end(body);
      });
      await new Promise((resolve) => liar.listen(0, "127.0.0.1", () => resolve(undefined)));
      const { error } = await call(`http://127.0.0.1:${liar.address().port}/dem.tif`, "info");
      liar.close();
      liar.closeAllConnections();
      assert.equal(error?.kind, "unavailable", error?.message);
    }
  });
});

/** Waits for something that another process does. */
async function until(condition) {
  for (let attempt = 0; attempt < 600 && !condition(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(condition());
}

describe("files", () => {
  it("that are not there, broken, or no TIFF are told apart", async () => {
    const whole = await readFile(path.join(folder, "dem.tif"));
    await writeFile(path.join(folder, "cut.tif"), whole.subarray(0, 60_000));
    const garbled = Buffer.from(whole);
    garbled.fill(0x5a, 40_000);
    await writeFile(path.join(folder, "garbled.tif"), garbled);
    await writeFile(path.join(folder, "text.tif"), "this is not a TIFF");
    const { result: info } = await call("dem.tif", "info");
    for (const [name, kind, words] of [
      ["nowhere.tif", "not-found", /there is nothing at .*nowhere\.tif/],
      ["text.tif", "malformed", /text\.tif/],
      ["cut.tif", "malformed", /cut\.tif/],
      ["garbled.tif", "malformed", /garbled\.tif/],
      ["data:image/tiff;base64,AAAA", "unsupported", /http/],
    ]) {
      const { error } = await call(name, "tile", ...middle(info), dem);
      assert.equal(error?.kind, kind, `${name}: ${error?.message}`);
      assert.match(error.message, words);
      assert.equal(error.name, "CogError");
    }
  });

  it("that are replaced while they are read give an error, not mixed pixels", async () => {
    const name = path.join(folder, "changing.tif");
    await copyFile(path.join(folder, "dem.tif"), name);
    const other = await startHost([folder], { cors: "exposed" });
    for (const url of ["changing.tif", `${other.url}changing.tif`]) {
      const { result: info } = await call(url, "info");
      await page.evaluate(async (url) => {
        const { open } = await import("/smalti.js");
        globalThis.changing = await open(url);
      }, url);
      const later = new Date((await stat(name)).mtimeMs + 5000);
      await utimes(name, later, later);
      const kind = await page.evaluate(
        ([z, x, y]) => globalThis.changing.tile(z, x, y).then(() => "none", (error) => error.kind),
        middle(info),
      );
      assert.equal(kind, "changed", url);
      await page.evaluate(() => globalThis.changing.close());
    }
    other.close();
  });

  it("that nobody waits for any more are no longer read", async () => {
    let ended = false;
    let asked = false;
    const slow = createServer((request, response) => {
      asked = true;
      response.on("close", () => (ended = true));
      response.writeHead(206, { "Access-Control-Allow-Origin": "*", "Content-Length": "32768" });
      response.write("II");
    });
    await new Promise((resolve) => slow.listen(0, "127.0.0.1", () => resolve(undefined)));
    const url = `http://127.0.0.1:${slow.address().port}/slow.tif`;
    await page.evaluate(async (url) => {
      const { open } = await import("/smalti.js");
      globalThis.abort = new AbortController();
      globalThis.outcome = open(url, globalThis.abort.signal).then(() => "opened", (error) => error.name);
    }, url);
    await until(() => asked);
    assert.equal(ended, false);
    const outcome = await page.evaluate(() => {
      globalThis.abort.abort();
      return globalThis.outcome;
    });
    assert.equal(outcome, "AbortError");
    await until(() => ended);
    slow.close();
  });
});

describe("the page", () => {
  for (const [name, options] of [
    ["dem.tif", { colormap_name: "viridis", resampling: "bilinear", reproject: "bilinear" }],
    ["photo.tif", { bidx: "1,2,3", resampling: "bilinear", reproject: "bilinear" }],
    ["classes.tif", { resampling: "nearest", reproject: "nearest" }],
  ]) {
    it(`paints ${name} as the server does`, async () => {
      const { page, context, requests, complaints } = await openPage(browser, { viewport: { width: 1000, height: 700 } });
      await page.goto(`${host.url}?url=${name}`);
      await idle(page);
      const { result: info } = await call(name, "info");
      const [low, high] = await page.evaluate(() =>
        ["low", "high"].map((id) => /** @type {any} */ (document.getElementById(id)).value),
      );
      const style = { ...options, ...(low && { rescale: [[low, high]] }) };
      const box = await page.locator("#map canvas").boundingBox();
      const padding = { top: 20, right: 20, bottom: 20, left: 20 };
      const view = viewOfBounds(info.bounds, box, padding);
      const picture = await look(page, `wasm-${name}`);
      const tiles = new Map();
      let [compared, right] = [0, 0];
      for (let row = 1; row < 12; row += 1) {
        for (let column = 1; column < 12; column += 1) {
          const [x, y] = [Math.round((box.width * column) / 12), Math.round((box.height * row) / 12)];
          const place = await expectedAt(name, style, tiles, view, box, info, x, y);
          if (!place) continue;
          compared += 1;
          const found = picture.at(box.x + x, box.y + y).join();
          if (place.some((color) => color.join() === found)) right += 1;
        }
      }
      console.log(`${name}: ${right} of ${compared} places as the server draws them`);
      assert.ok(compared >= 40, `only ${compared} places have data`);
      assert.equal(right, compared);
      assert.match(await page.textContent("#status"), /900 × 900 pixels/);
      assert.match(await page.textContent("#traffic"), /\d+ requests/);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForFunction(() => /: .*\d/.test(document.getElementById("values").textContent));
      assert.deepEqual(complaints, []);
      const foreign = requests.filter((url) => !url.startsWith(host.url) && !url.startsWith("data:"));
      assert.deepEqual(foreign, [], "nobody but the static host is asked");
      await context.close();
    });
  }

  it("follows the pointer, the wheel and the choices", async () => {
    const { page, context } = await openPage(browser, { viewport: { width: 1000, height: 700 } });
    await page.goto(`${host.url}?url=dem.tif`);
    await idle(page);
    const shot = async (name) => (await look(page, name)).at(500, 350).join();
    const before = await shot("wasm-before");
    await andTiles(page, () => page.selectOption("#colormap", "magma"));
    assert.notEqual(await shot("wasm-magma"), before);
    await page.mouse.move(500, 350);
    await andTiles(page, async () => {
      await page.mouse.wheel(0, -500);
      await page.mouse.wheel(0, -500);
    });
    await context.close();
  });

  it("says in words what is wrong, and then opens the next file", async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${host.url}?url=nowhere.tif`);
    await page.waitForSelector("#message:not([hidden])");
    assert.match(await page.textContent("#message"), /cannot be shown: .*there is nothing at/);
    await look(page, "wasm-missing");
    await page.fill("#url", "dem.tif");
    await page.click("#open");
    await idle(page);
    assert.equal(await page.isVisible("#message"), false);
    await context.close();
  });
});

/**
 * The colours that the server's tiles have at and beside a place of the map; none where they are not
 * opaque. The map stretches tiles without smoothing, so a screen pixel is one of a tile's.
 */
async function expectedAt(name, style, tiles, view, box, info, x, y) {
  const z = Math.min(info.maxzoom + 1, Math.round(view.zoom));
  const world = 256 * 2 ** view.zoom;
  const [cx, cy] = toWorld(view.lon, view.lat);
  const [u, v] = [cx + (x + 0.5 - box.width / 2) / world, cy + (y + 0.5 - box.height / 2) / world];
  const [lon, lat] = fromWorld(u, v);
  const [west, south, east, north] = info.bounds;
  if (lon < west || lon > east || lat < south || lat > north) return null;
  const [column, row] = [u * 2 ** z, v * 2 ** z];
  const [tx, ty] = [Math.floor(column), Math.floor(row)];
  const key = `${tx}/${ty}`;
  if (!tiles.has(key)) tiles.set(key, decodePng(await served(name, [z, tx, ty], style)));
  const tile = tiles.get(key);
  const [px, py] = [Math.floor((column - tx) * 256), Math.floor((row - ty) * 256)];
  const colors = [];
  for (const [dx, dy] of [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]]) {
    const [i, j] = [px + dx, py + dy];
    // Beside it lies another tile: there is place enough elsewhere.
    if (i < 0 || j < 0 || i > 255 || j > 255) return null;
    const [r, g, b, a] = tile.rgba(i, j);
    if (a !== 255) return null;
    colors.push([r, g, b]);
  }
  return colors;
}
