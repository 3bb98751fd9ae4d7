/** How datasets are drawn, in a real browser: the map shows the pixels that the data promise, by either engine. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { andTiles, idle, lookSteady } from "./browser.mjs";
import { PLACES, PLAIN, TOLERANCE, VIEW, asked, button, compare, ofOne, open, part, share, smalti } from "./datasets.mjs";
import { difference } from "./expect.mjs";
import { colorOf, metadataOf, valueOf } from "./terracotta-mock.mjs";

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
    const { page, context, complaints } = await open([`d=${dataset.join("!")}`, "r=2300~3100"], {}, PLAIN);
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
    for (let i = 0; i < 5; i += 1) await page.keyboard.press("ArrowLeft");
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
    const { page, context } = await open([`d=${dataset.join("!")}`], {}, PLAIN);
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
    const { page, context } = await open([`d=${dataset.join("!")}`], { permissions: ["clipboard-read", "clipboard-write"] }, PLAIN);
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
