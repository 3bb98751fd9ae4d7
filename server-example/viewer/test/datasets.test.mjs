/**
 * The tab of keyed datasets in a real browser: what it asks, and that it shows the pixels that the data promise.
 *
 * Runs against the stand-in of `terracotta-mock.mjs`, once as Smalti answers, once as Terracotta does, since the page can
 * be pointed at either.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { andTiles, idle, launch, look, lookSteady, openPage } from "./browser.mjs";
import { difference, grid, viewOf } from "./expect.mjs";
import { startMock } from "./mock.mjs";
import { DATASETS, HOSTILE, SLASHED, colorOf, metadataOf, startTerracotta, valueOf } from "./terracotta-mock.mjs";

/** Colours are compared to this many of 255: software rendering rounds, tiles are palettes of bytes. */
const TOLERANCE = 3;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startTerracotta>>} */
let smalti;
/** @type {Awaited<ReturnType<typeof startTerracotta>>} */
let terracotta;
let base = "";

const addressOf = (server) => `http://127.0.0.1:${server.address().port}/`;

before(async () => {
  [smalti, terracotta] = await Promise.all([startTerracotta(0), startTerracotta(0, { extended: false })]);
  base = addressOf(smalti);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  for (const server of [smalti, terracotta]) {
    server?.closeAllConnections();
    server?.close();
  }
});

/** The scene in the west, close enough that it fills the free part of the page. */
const ZOOM = 11;
const VIEW = viewOf({ bounds: [14.1, 55.6, 14.5, 55.95] }, ZOOM);
const PLACES = grid(6, 5);

/** The page as an address with these parts opens it. */
async function open(parts, options = {}, query = "", at = base) {
  const { page, context, complaints, requests } = await openPage(browser, options);
  await page.goto(`${at}${query}#${[VIEW.hash, ...parts].join("&")}`);
  await row(page, 0).waitFor({ state: "attached" });
  return { page, context, complaints: () => complaints.filter((text) => !/status of 404/.test(text)), requests };
}

const row = (page, at) => page.locator(".datasets tbody tr").nth(at);
const rowOf = (page, values) => page.locator(`tr[data-dataset=${JSON.stringify(JSON.stringify(values))}]`);
const button = (page, values) => rowOf(page, values).locator(".row-button");
const part = (page, name) =>
  page.evaluate((wanted) => new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get(wanted), name);
const asked = (server, what) => server.asked.filter((request) => request.includes(what));

/** Whether places have the colours that `color` makes of them; null for places that show no data. */
function compare(picture, places, color, least = 15) {
  let right = 0;
  let compared = 0;
  const wrong = [];
  for (const place of places) {
    const wanted = color(...VIEW.place(place));
    if (wanted === null) continue;
    compared += 1;
    const found = picture.at(place.x, place.y);
    if (difference(wanted, found) <= TOLERANCE) right += 1;
    else wrong.push(`${place.x},${place.y} should be ${wanted}, is ${found}`);
  }
  assert.ok(compared >= least, `only ${compared} places have data`);
  assert.ok(right >= 0.95 * compared, wrong.join("\n"));
}

const share = (value, [low, high]) => Math.max(0, Math.min(1, (value - low) / (high - low)));

/** The colour of one dataset stretched over a range. */
const ofOne = (dataset, range, colormap, curve = (n) => n) => (lon, lat) => {
  const value = valueOf(dataset, lon, lat);
  return value === null ? null : colorOf(colormap, curve(share(value, range)));
};

describe("the list of datasets", () => {
  it("pages, counts, sorts, and asks for a page's outlines at once", async () => {
    smalti.asked.length = 0;
    const { page, context, complaints } = await open([]);
    assert.equal(await page.locator(".datasets tbody tr").count(), 15);
    assert.equal(await page.locator(".pager > span").textContent(), `1–15 of ${DATASETS.length}`);
    await page.waitForFunction(() => document.querySelectorAll("tr").length > 15);
    await page.waitForLoadState("networkidle");
    const outlines = smalti.asked.filter((request) => request.startsWith("POST /metadata"));
    assert.equal(outlines.length, 1);
    assert.equal(decodeURIComponent(outlines[0].split("columns=")[1]), '["bounds","convex_hull"]');
    assert.deepEqual(asked(smalti, "GET /metadata"), []);

    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText(`16–30 of ${DATASETS.length}`).waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText(`31–34 of ${DATASETS.length}`).waitFor();
    assert.ok(await page.getByRole("button", { name: "Next page" }).isDisabled());
    await page.getByLabel("Rows of a page").selectOption("50");
    await page.getByText(`1–34 of ${DATASETS.length}`).waitFor();

    const values = () => page.locator(".datasets tbody td:nth-of-type(1)").allTextContents();
    await page.getByRole("button", { name: "date", exact: true }).click();
    await page.waitForSelector('th[aria-sort="ascending"]');
    await page.getByRole("button", { name: "date", exact: true }).click();
    await page.waitForSelector('th[aria-sort="descending"]');
    await page.waitForFunction(() => document.querySelector(".datasets tbody td")?.textContent === "20181012");
    const sorted = await values();
    assert.deepEqual(sorted, [...sorted].sort().reverse());
    await page.waitForFunction(() => location.hash.includes("o=date!down"));
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("narrows by values, alternatives, prefixes and ranges, each a chip that can be taken away", async () => {
    const { page, context } = await open([]);
    const filter = async (key, value, how) => {
      if (how) await page.getByLabel(`How ${key} is compared`).selectOption({ label: how });
      await page.getByLabel(`Value of ${key}`).fill(value);
      await page.getByLabel(`Value of ${key}`).press("Enter");
      await page.locator(".filter-chips").getByText(value, { exact: false }).first().waitFor();
    };
    const count = (number) => page.locator(".pager > span", { hasText: new RegExp(`of ${number}$`) }).waitFor();
    await filter("band", "B04");
    await count(8);
    await filter("band", "B08");
    await count(16);
    assert.ok(asked(smalti, "band=%5BB04%2CB08%5D").length > 0, "alternatives are a list");
    await filter("date", "20180301", "from");
    await count(12);
    await filter("date", "20180801", "up to");
    await count(8);
    await filter("tile", "33VW", "starts with");
    await count(4);
    assert.ok(asked(smalti, "tile__prefix=33VW").length > 0 && asked(smalti, "date__gte=20180301").length > 0);
    await page.getByRole("button", { name: "Remove filter: tile starts with 33VW" }).click();
    await count(8);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Value of tile");

    await page.waitForFunction(() => location.hash.includes("lte") && !location.hash.includes("prefix"));
    // What the address says after a reload is searched again.
    await page.reload();
    await count(8);
    assert.equal(await page.locator(".filter-chips li").count(), 4);

    await filter("band", "nothing like this", "is");
    await page.getByRole("button", { name: "Remove filter: band is B04" }).click();
    await page.getByRole("button", { name: "Remove filter: band is B08" }).click();
    await page.getByText("No dataset is like this.").waitFor();
    await page.getByLabel("Value of band").fill("a,b");
    await page.getByLabel("Value of band").press("Enter");
    await page.getByText("A value with a comma can only be searched for alone: a,b").waitFor();
    await context.close();
  });

  it("shows only what lies in the map's view, and follows it", async () => {
    const { page, context } = await open([]);
    await page.goto(`${base}#v=12.00/55.75000/15.10000`);
    await page.reload();
    await page.getByLabel("Only in this map’s view").check();
    await page.getByText("1–15 of 16").waitFor();
    assert.ok(asked(smalti, "bbox=").length > 0);
    await page.evaluate(() => (location.hash = "#v=12.00/55.75000/14.10000&in=1"));
    await page.getByText("1–15 of 18").waitFor();
    await context.close();
  });

  it("outlines the page on the map, and lights up the row that is pointed at", async () => {
    const { page, context } = await open([]);
    await page.waitForLoadState("networkidle");
    const inside = { x: 700, y: 300 };
    const before = (await lookSteady(page, "outlines", [inside])).at(inside.x, inside.y);
    await rowOf(page, ["33VVE", "20180101", "B04"]).hover();
    const lit = (await lookSteady(page, "outlines-hover", [inside])).at(inside.x, inside.y);
    assert.ok(difference(before, lit) > 10, `the outline stays ${lit}`);
    await page.mouse.move(1200, 400);
    assert.deepEqual((await lookSteady(page, "outlines-left", [inside])).at(inside.x, inside.y), before);
    // A click on an outline chooses the first dataset there.
    await andTiles(page, () => page.mouse.click(inside.x, inside.y));
    assert.equal(await row(page, 0).locator(".row-button").getAttribute("aria-pressed"), "true");
    await context.close();
  });
});

/** What every engine must show. */
function showsTheTruth(query) {
  it("draws one band between its 2nd and 98th percentile", async () => {
    const dataset = ["33VVE", "20180101", "B04"];
    // From a neighbour in time: the map stays where it is.
    const { page, context, complaints } = await open(["d=33VVE!20180415!B04"], {}, query);
    await idle(page);
    await andTiles(page, () => button(page, dataset).click());
    await page.waitForFunction(() => /d=33VVE!20180101.*&r=/.test(location.hash));
    const range = (await part(page, "r")).split("~").map(Number);
    const { percentiles } = metadataOf(dataset);
    assert.ok(Math.abs(range[0] - percentiles[1]) <= 2 && Math.abs(range[1] - percentiles[97]) <= 2, String(range));
    compare(await lookSteady(page, `datasets-single${query.replace(/\W+/g, "-")}`, PLACES), PLACES, ofOne(dataset, range, "viridis"));
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("draws red, green and blue of three datasets", async () => {
    const dataset = ["33VVE", "20180415", "B02"];
    const [low, high] = [1800, 3300];
    const ranges = [low, high].join("~");
    const { page, context } = await open(
      [`d=${dataset.join("!")}`, "m=rgb", "rgb=B04!B03!B02", `r=${ranges}!${ranges}!${ranges}`],
      {},
      query,
    );
    await idle(page);
    const channels = ["B04", "B03", "B02"].map((band) => ["33VVE", "20180415", band]);
    compare(await lookSteady(page, `datasets-rgb${query.replace(/\W+/g, "-")}`, PLACES), PLACES, (lon, lat) => {
      const values = channels.map((channel) => valueOf(channel, lon, lat));
      return values.includes(null) ? null : values.map((value) => Math.round(255 * share(value, [low, high])));
    });
    await context.close();
  });
}

describe("datasets on the bundled map", () => showsTheTruth(""));
describe("datasets on our own map", () => showsTheTruth("?map=plain"));

describe("how a dataset is drawn", () => {
  it("follows colormap, stretch, and transform; the address shows the same again", async () => {
    const dataset = ["33VVE", "20180101", "B04"];
    const { page, context, complaints } = await open([`d=${dataset.join("!")}`, "r=2300~3100"]);
    await idle(page);
    compare(await lookSteady(page, "ds-before", PLACES), PLACES, ofOne(dataset, [2300, 3100], "viridis"));

    await page.locator(".chosen .picker summary").click();
    await andTiles(page, () => page.locator(".chosen .picker input[value=magma]").check());
    compare(await lookSteady(page, "ds-magma", PLACES), PLACES, ofOne(dataset, [2300, 3100], "magma"));

    const lower = page.getByLabel("from", { exact: true });
    await andTiles(page, async () => {
      await lower.fill("2500");
      await lower.press("Enter");
    });
    compare(await lookSteady(page, "ds-range", PLACES), PLACES, ofOne(dataset, [2500, 3100], "magma"));
    await lower.fill("99999");
    await lower.press("Enter");
    await page.getByText("The lower end must be below the upper one.").waitFor();

    await page.getByRole("button", { name: "Min–max" }).click();
    await page.waitForFunction(() => /&r=/.test(location.hash) && !/&r=2500/.test(location.hash));
    const full = metadataOf(dataset).range;
    const range = (await part(page, "r")).split("~").map(Number);
    assert.ok(Math.abs(range[0] - full[0]) <= 1 && Math.abs(range[1] - full[1]) <= 1);

    // The thumb moves by keys, and with it the number and the tiles.
    const thumb = page.getByLabel("slider to", { exact: true });
    await thumb.focus();
    for (let i = 0; i < 20; i += 1) await page.keyboard.press("ArrowLeft");
    const upper = Number(await page.getByLabel("to", { exact: true }).inputValue());
    assert.ok(upper < full[1] && upper > full[0], `${upper}`);

    await page.getByText("Colour transform").click();
    await andTiles(page, () => page.getByRole("slider", { name: "Gamma" }).fill("2"));
    const curve = (n) => Math.sqrt(n);
    const now = [range[0], upper];
    const transformed = await lookSteady(page, "ds-gamma", PLACES);
    compare(transformed, PLACES, ofOne(dataset, now, "magma", curve));

    await page.waitForFunction(() => location.hash.includes("ct=2"));
    const link = page.url();
    await page.reload();
    await idle(page);
    const again = await lookSteady(page, "ds-again", PLACES);
    assert.ok(PLACES.every(({ x, y }) => difference(again.at(x, y), transformed.at(x, y)) <= TOLERANCE));
    await page.waitForTimeout(400);
    assert.equal(page.url(), link, "the address of the same map is the same");
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("composes over any key", async () => {
    const dataset = ["33VVE", "20180101", "B04"];
    const { page, context } = await open([`d=${dataset.join("!")}`]);
    await idle(page);
    await page.getByLabel("RGB", { exact: true }).check({ force: true });
    await page.waitForFunction(() => location.hash.includes("rgb=B04!B03!B02"));
    await andTiles(page, () => page.getByLabel("Key that the bands are values of").selectOption("date"));
    await page.waitForFunction(() => location.hash.includes("by=date") && /&r=/.test(location.hash));
    await idle(page);
    assert.ok(asked(smalti, "/rgb/33VVE/B04/").some((request) => request.includes("key=date")));
    const dates = (await part(page, "rgb")).split("!");
    assert.deepEqual(dates, ["20180101", "20180415", "20180730"]);
    const ranges = (await part(page, "r")).split("!").map((range) => range.split("~").map(Number));
    compare(await lookSteady(page, "ds-rgb-dates", PLACES), PLACES, (lon, lat) => {
      const values = dates.map((date) => valueOf(["33VVE", date, "B04"], lon, lat));
      return values.includes(null) ? null : values.map((value, i) => Math.round(255 * share(value, ranges[i])));
    });
    await context.close();
  });

  it("computes NDVI of the bands that look like it, and an expression of one's own", async () => {
    const dataset = ["33VVE", "20180730", "B02"];
    const { page, context } = await open([`d=${dataset.join("!")}`]);
    await idle(page);
    await andTiles(page, () => page.getByLabel("Compute", { exact: true }).check({ force: true }));
    assert.equal(await page.getByLabel("Well-known expressions").inputValue(), "ndvi");
    assert.equal(await page.getByLabel("v1: value of band").inputValue(), "B08");
    assert.equal(await page.getByLabel("v2: value of band").inputValue(), "B04");
    const value = (band) => (lon, lat) => valueOf(["33VVE", "20180730", band], lon, lat);
    const [nir, red] = [value("B08"), value("B04")];
    compare(await lookSteady(page, "ds-ndvi", PLACES), PLACES, (lon, lat) => {
      const [a, b] = [nir(lon, lat), red(lon, lat)];
      return a === null ? null : colorOf("rdylgn", share((a - b) / (a + b), [-0.2, 0.9]));
    });

    const expression = page.getByLabel("Expression over v1 to v5");
    await andTiles(page, async () => {
      await expression.fill("v1 - 2 * v2");
      await expression.press("Enter");
    });
    const limits = [page.getByLabel("Result from", { exact: true }), page.getByLabel("Result to", { exact: true })];
    await limits[0].fill("-4000");
    await andTiles(page, async () => {
      await limits[1].fill("-1000");
      await limits[1].press("Enter");
      await limits[0].press("Enter");
    });
    compare(await lookSteady(page, "ds-own", PLACES), PLACES, (lon, lat) => {
      const [a, b] = [nir(lon, lat), red(lon, lat)];
      return a === null ? null : colorOf("rdylgn", share(a - 2 * b, [-4000, -1000]));
    });

    await expression.fill("1 + 1");
    await expression.press("Enter");
    await page.getByText("It uses none of v1 to v5.").waitFor();
    await expression.fill("nonsense(v1)");
    await expression.press("Enter");
    await page.locator(".notice", { hasText: "unrecognized name in nonsense(v1)" }).waitFor();
    await context.close();
  });

  it("compares two dates on one map", async () => {
    const dataset = ["33VVE", "20180101", "B04"];
    const other = ["33VVE", "20180730", "B04"];
    const { page, context, complaints } = await open([`d=${dataset.join("!")}`, "r=2300~3100"]);
    await idle(page);
    await andTiles(page, () => page.getByLabel("Compare with", { exact: true }).selectOption("20180730"));
    const handle = page.getByRole("slider", { name: "Boundary between the compared datasets" });
    assert.equal(await handle.getAttribute("aria-valuenow"), "50");
    const picture = await lookSteady(page, "ds-compare", PLACES);
    // Handle and labels lie over the middle.
    const bare = PLACES.filter(({ y }) => Math.abs(y - 400) > 30);
    const [left, right] = [bare.filter(({ x }) => x < 600), bare.filter(({ x }) => x > 680)];
    compare(picture, left, ofOne(dataset, [2300, 3100], "viridis"), 6);
    compare(picture, right, ofOne(other, [2300, 3100], "viridis"), 6);

    // All of it is left once the handle is at the end; the keyboard takes it there. At the other end it stays beside
    // the panel, where a pointer finds it.
    await handle.focus();
    await page.keyboard.press("End");
    assert.equal(await handle.getAttribute("aria-valuenow"), "98");
    compare(await lookSteady(page, "ds-compare-left", bare), bare, ofOne(dataset, [2300, 3100], "viridis"));
    await page.keyboard.press("Home");
    const panel = await page.locator(".panel").boundingBox();
    const start = (panel.x + panel.width + 24) / 1280;
    assert.equal(await handle.getAttribute("aria-valuenow"), String(Math.round(start * 100)));
    await page.keyboard.press("ArrowRight");
    assert.equal(await handle.getAttribute("aria-valuenow"), String(Math.round((start + 0.02) * 100)));
    compare(await lookSteady(page, "ds-compare-right", bare), bare, ofOne(other, [2300, 3100], "viridis"));
    await page.waitForFunction((split) => location.hash.includes(`c=33VVE!20180730!B04&s=${split}`), String(Number((start + 0.02).toFixed(3))));
    await page.reload();
    await idle(page);
    compare(await lookSteady(page, "ds-compare-reloaded", bare), bare, ofOne(other, [2300, 3100], "viridis"));

    // The pointer drags it, and the map under it stays.
    const box = await page.locator(".compare-handle").boundingBox();
    await page.mouse.move(box.x + box.width / 2, 400);
    await page.mouse.down();
    await page.mouse.move(900, 400, { steps: 4 });
    await page.mouse.up();
    assert.equal(await page.locator(".compare-handle").getAttribute("aria-valuenow"), String(Math.round((900 / 1280) * 100)));
    await page.getByRole("button", { name: "End comparison" }).click();
    assert.equal(await page.locator(".compare-handle").count(), 0);
    compare(await lookSteady(page, "ds-compare-end", PLACES), PLACES, ofOne(dataset, [2300, 3100], "viridis"));
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("reads values, statistics, and writes requests that work elsewhere", async () => {
    const dataset = ["33VVE", "20180101", "B04"];
    const { page, context } = await open([`d=${dataset.join("!")}`], { permissions: ["clipboard-read", "clipboard-write"] });
    await idle(page);
    const place = { x: 700, y: 300 };
    await page.mouse.move(place.x - 5, place.y);
    await page.mouse.move(place.x, place.y);
    await page.waitForSelector(".readout .values[data-state=values]");
    const said = Number(await page.locator(".readout b").textContent());
    assert.equal(said, valueOf(dataset, ...VIEW.place({ x: place.x - 0.5, y: place.y - 0.5 })));

    const facts = metadataOf(dataset);
    const list = await page.locator(".facts-list").textContent();
    for (const wanted of [facts.range[0], facts.range[1], facts.mean.toFixed(1), facts.valid_percentage.toFixed(3)]) {
      assert.ok(list?.includes(String(Number(wanted))), `${wanted} is not in ${list}`);
    }
    const link = await page.getByRole("link", { name: "Full metadata" }).getAttribute("href");
    assert.deepEqual((await (await fetch(link)).json()).range, facts.range);
    const picture = page.locator(".preview img");
    await picture.waitFor();
    await page.waitForFunction(() => document.querySelector(".preview img")?.naturalWidth > 0);

    await page.getByText("Requests for copying").click();
    await page.getByRole("button", { name: "Copy the address: Tiles" }).click();
    const template = await page.evaluate(() => navigator.clipboard.readText());
    const tile = template.replace("{z}", "9").replace("{x}", "276").replace("{y}", "158");
    const answer = await fetch(tile);
    assert.equal(answer.headers.get("content-type"), "image/png");
    await page.getByRole("button", { name: "Copy as curl: Outlines of this list" }).click();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    const { stdout } = await promisify(execFile)("sh", ["-c", command.replace("curl", "curl -sS")]);
    assert.equal(JSON.parse(stdout).length, 14, "all of the page but the one that has no address");
    await context.close();
  });
});

describe("a server of Terracotta's", () => {
  it("is browsed and drawn by nothing but its own routes", async () => {
    terracotta.asked.length = 0;
    const host = `127.0.0.1:${terracotta.address().port}`;
    const { page, context, requests } = await open(["d=33VVE!20180415!B04"], {}, `?server=${host}`);
    await page.locator(".server", { hasText: host }).waitFor();
    await idle(page);
    await andTiles(page, () => button(page, ["33VVE", "20180101", "B04"]).click());
    await page.waitForFunction(() => /d=33VVE!20180101.*&r=/.test(location.hash));
    const range = (await part(page, "r")).split("~").map(Number);
    compare(await lookSteady(page, "tc-single", PLACES), PLACES, ofOne(["33VVE", "20180101", "B04"], range, "viridis"));

    await page.getByLabel("Value of band").fill("B08");
    await page.getByLabel("Value of band").press("Enter");
    await page.getByText("1–8", { exact: true }).waitFor();
    assert.equal(await page.getByLabel("How band is compared").count(), 0);
    await andTiles(page, () => page.getByLabel("Compute", { exact: true }).check({ force: true }));
    // Terracotta calculates in the raster's type, where a difference below zero would wrap around.
    assert.match(await page.getByLabel("Expression over v1 to v5").inputValue(), /1\.0 \* v1/);
    assert.equal(await page.getByLabel("Key that the bands are values of").count(), 0);

    const beyond = terracotta.asked.filter((request) => /__|bbox|count=|\/point|\/layers|colorMaps|[?&]key=/.test(request));
    assert.deepEqual(beyond, ["GET /datasets?limit=1&count=true"], "one question whether the server counts");
    const foreign = requests.filter((url) => !url.startsWith(base) && !url.startsWith(`http://${host}/`) && !/^(blob|data):/.test(url));
    assert.deepEqual(foreign, []);
    // The page still talks to nobody but itself and that server.
    const refused = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => "allowed", String));
    assert.match(refused, /TypeError/);
    await context.close();
  });

  it("that keeps its tiles from this page is told apart from one that is gone", async () => {
    const closed = await startTerracotta(0, { extended: false, origins: () => false });
    const { page, context } = await open([], {}, `?server=127.0.0.1:${closed.address().port}`);
    await button(page, ["33VVE", "20180101", "B04"]).click();
    await page.getByText("does not let this page read its tiles").waitFor();
    assert.equal(await page.getByText("The server does not answer").count(), 0);
    closed.closeAllConnections();
    closed.close();
    await context.close();
  });
});

describe("names and links that mean harm", () => {
  it("stay words", async () => {
    const { page, context, complaints } = await open(["n=50"]);
    await andTiles(page, () => button(page, ["33VVE", "20180101", HOSTILE]).click());
    await page.locator(".chosen h2", { hasText: HOSTILE }).waitFor();
    await page.locator(".legend-title", { hasText: HOSTILE }).waitFor();
    // The address is written a moment after the choice.
    await page.waitForFunction(() => location.hash.includes("d="));
    await page.reload();
    await idle(page);
    await page.locator(".chosen h2", { hasText: HOSTILE }).waitFor();
    assert.equal(await page.title(), "Smalti");
    assert.equal(await page.locator("#app img:not(.preview img):not(.panel-toggle img), #app b > img").count(), 0);
    // What no path can name cannot be chosen, and says why.
    const unreachable = rowOf(page, ["33VVE", "20180101", SLASHED]);
    assert.ok(await unreachable.locator(".row-button").isDisabled());
    assert.match((await unreachable.getAttribute("title")) ?? "", /no address/);
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("are read with care", async () => {
    const junk =
      "t=datasets&d=%E0%A4%A!..!/&d=a&m=evil&f=band!is&f=__proto__!is!x&f=band!drop!x&o=;!up&n=-3&p=1e99&r=9~1&ct=NaN~~&op=7&c=x&s=-1&x=%00&vs=";
    const { page, context, complaints } = await open([junk]);
    assert.equal(await page.locator(".datasets tbody tr").count(), 15);
    assert.deepEqual(complaints(), []);
    await page.goto(`${base}?server=ftp://user:secret@example.org/#${VIEW.hash}`);
    await page.getByText("That is no server").waitFor();
    await row(page, 0).waitFor({ state: "attached" });
    assert.equal(await page.title(), "Smalti");
    await context.close();
  });

  it("a dataset that is not there is an error in words", async () => {
    const { page, context } = await open(["d=33VVE!19990101!B04"]);
    await page.locator(".notice", { hasText: "No dataset found" }).waitFor();
    await context.close();
  });
});

describe("a server with layers and datasets", () => {
  it("has a tab for each, and the map shows what the tab does", async () => {
    const { page, context } = await openPage(browser);
    const world = await startMock(0);
    const layered = `http://127.0.0.1:${/** @type {any} */ (world.address()).port}`;
    // Both stand-ins at one address.
    await page.route(/\/(layers|colorMaps|cog)(\/|\?|$)/, (route) => {
      const { pathname, search } = new URL(route.request().url());
      return route.continue({ url: `${layered}${pathname}${search}` });
    });
    await page.goto(base);
    await idle(page);
    const tab = (name) => page.getByRole("tab", { name });
    assert.equal(await tab("Layers").getAttribute("aria-selected"), "true");
    assert.equal(await page.locator(".datasets").isVisible(), false);
    await tab("Layers").focus();
    await page.keyboard.press("ArrowRight");
    await row(page, 0).waitFor();
    assert.equal(await tab("Datasets").getAttribute("aria-selected"), "true");
    assert.equal(await page.locator("li.layer").first().isVisible(), false);
    assert.equal(await page.locator(".legend").isVisible(), false, "no layer is drawn here");
    await andTiles(page, () => button(page, ["33VVE", "20180101", "B04"]).click());
    await page.waitForFunction(() => /t=datasets&.*d=33VVE/.test(location.hash));
    await page.reload();
    await idle(page);
    assert.equal(await tab("Datasets").getAttribute("aria-selected"), "true");
    await page.locator(".legend-title", { hasText: "33VVE · 20180101 · B04" }).waitFor();
    await andTiles(page, () => tab("Layers").click());
    await page.locator(".legend-title", { hasText: "Elevation" }).waitFor();
    world.closeAllConnections();
    world.close();
    await context.close();
  });
});

describe("without a pointer", () => {
  it("everything is reached by keys", async () => {
    const { page, context } = await open([]);
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
    await page.locator(".panel-toggle").focus();
    const walk = [];
    for (let i = 0; i < 40 && !walk.includes("33VVE · 20180101 · B02"); i += 1) {
      await page.keyboard.press("Tab");
      walk.push(await focused());
      if (walk.at(-1)?.startsWith("33VVE")) break;
    }
    for (const name of ["Value of tile", "How date is compared", "Value of band", "tile"]) {
      assert.ok(walk.includes(name), `${name} is not among ${walk.join(" | ")}`);
    }
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "33VVE · 20180101 · B03");
    await andTiles(page, () => page.keyboard.press("Enter"));
    assert.equal(await button(page, ["33VVE", "20180101", "B03"]).getAttribute("aria-pressed"), "true");
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(), /^Compare 33VVE/);
    // The next stops are the pager, then the chosen dataset's controls.
    const stops = [];
    for (let i = 0; i < 30; i += 1) {
      await page.keyboard.press("Tab");
      stops.push(await focused());
    }
    for (const name of ["Rows of a page", "Next page", "slider from", "slider to", "from", "2–98 %", "Colormap", "Opacity"]) {
      assert.ok(stops.includes(name), `${name} is not among ${stops.join(" | ")}`);
    }
    // Whatever can be used has a name.
    const nameless = await page.locator("#app button:visible, #app input:visible, #app select:visible").evaluateAll((controls) =>
      controls
        .filter((control) => !control.ariaLabel && !control.textContent?.trim() && !control.closest("label"))
        .map((control) => control.outerHTML),
    );
    assert.deepEqual(nameless, []);
    await context.close();
  });
});

describe("datasets on a phone", () => {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    it(`fit, in the ${colorScheme}`, async () => {
      const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme };
      const { page, context, complaints } = await open(["n=25"], phone);
      await page.locator(".panel-toggle").tap();
      await andTiles(page, () => button(page, ["33VVE", "20180101", "B04"]).tap());
      await look(page, `phone-datasets-${colorScheme}`);
      await page.getByLabel("Compute", { exact: true }).check({ force: true });
      await page.getByLabel("Well-known expressions").waitFor();
      await page.getByLabel("Expression over v1 to v5").scrollIntoViewIfNeeded();
      await idle(page);
      await look(page, `phone-compute-${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
      const wide = await page.locator(".panel-content *:visible").evaluateAll((elements) =>
        elements
          .filter((element) => element.getBoundingClientRect().right > 391 && !element.closest(".table-frame"))
          .map((element) => element.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(wide, [], "wider than the screen");
      const small = await page.locator(".panel button:visible").evaluateAll((buttons) =>
        buttons.filter((control) => control.getBoundingClientRect().height < 28).map((control) => control.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(small, [], "buttons too small for a finger");
      assert.deepEqual(complaints(), []);
      await context.close();
    });
  }
});
