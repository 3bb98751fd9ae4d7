/** Whose datasets the page shows, in a real browser: servers of Terracotta's, names and links that mean harm, both tabs. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { andTiles, idle, lookSteady, openPage } from "./browser.mjs";
import { PLACES, PLAIN, VIEW, base, browser, button, compare, ofOne, open, part, row, rowOf, terracotta } from "./datasets.mjs";
import { startMock } from "./mock.mjs";
import { HOSTILE, SLASHED, startTerracotta } from "./terracotta-mock.mjs";

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
    const { page, context, complaints } = await open(["n=50"], {}, PLAIN);
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
    const { page, context, complaints } = await open([junk], {}, PLAIN);
    assert.equal(await page.locator(".datasets tbody tr").count(), 15);
    assert.deepEqual(complaints(), []);
    await page.goto(`${base}?server=ftp://user:secret@example.org/#${VIEW.hash}`);
    await page.getByText("That is no server").waitFor();
    await row(page, 0).waitFor({ state: "attached" });
    assert.equal(await page.title(), "Smalti");
    await context.close();
  });

  it("a dataset that is not there is an error in words", async () => {
    const { page, context } = await open(["d=33VVE!19990101!B04"], {}, PLAIN);
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
