/**
 * The viewer in a real browser: it shows the pixels that the server's other answers promise.
 *
 * Runs against the server at `SMALTI_URL`, or against the stand-in of `mock.mjs` if that is not set.
 * `SMALTI_CHROMIUM` is the browser, `SMALTI_SCREENSHOTS` a folder for what it saw.
 */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { andTiles, idle, launch, look, lookSteady, openPage } from "./browser.mjs";
import { ask, difference, grid, level, rangeOf, valuesAt, viewOf } from "./expect.mjs";
import { startMock } from "./mock.mjs";

/** Colours are compared to this many of 255: a source pixel's edge may lie within a screen pixel. */
const TOLERANCE = 3;

/** The share of places whose colour must be right; the others lie on such edges. */
const MOST = 0.9;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server | undefined} */
let mock;
let base = process.env.SMALTI_URL ?? "";
/** @type {any[]} */
let layers;
/** @type {any} a layer with one band of measurements */
let single;
/** @type {any} a layer with red, green and blue */
let rgb;
let full = true;

before(async () => {
  if (!base) {
    mock = await startMock(0);
    base = `http://127.0.0.1:${/** @type {any} */ (mock.address()).port}/`;
  }
  if (!base.endsWith("/")) base += "/";
  ({ layers } = await ask(base, "layers"));
  single = layers.find((layer) => layer.bands.length === 1 && !layer.colormap);
  rgb = layers.find((layer) => layer.bands.length >= 3 && layer.dtype === "uint8");
  assert.ok(single && rgb, "the server has a one-band and an RGB layer");
  full = (await fetch(new URL("assets/licences.txt", base))).ok;
  if (process.env.SMALTI_VIEWER === "require") assert.ok(full, "the bundle holds MapLibre");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  mock?.closeAllConnections();
  mock?.close();
});

const id = (layer) => encodeURIComponent(layer.id).replaceAll("!", "%21");
const row = (page, layer) => page.locator(`li[data-layer=${JSON.stringify(layer.id)}]`);
/** Zoomed in until source pixels are squares of several screen pixels. */
const close = (layer) => layer.maxzoom + 2;

/** Opens the page on a layer drawn with known colours, and waits for its tiles. */
async function open(page, query, layer, mode, bands, ranges, colormap) {
  const view = viewOf(layer, close(layer));
  const style = [1, mode, bands.join(), ranges.map((range) => range.join("~")).join(), colormap, "nearest"];
  await page.goto(`${base}${query}#${view.hash}&a=${id(layer)}&l=${id(layer)}!${style.join("!")}`);
  await idle(page);
  return view;
}

/** Compares a grid of pixels with what `color` makes of the values there. */
async function comparePixels(picture, places, view, layer, bands, color) {
  let [compared, right] = [0, 0];
  const wrong = [];
  for (const place of places) {
    const values = await valuesAt(base, layer, bands, view.place(place));
    if (values.some((value) => value === null)) continue;
    compared += 1;
    const [expected, found] = [color(values), picture.at(place.x, place.y)];
    if (difference(expected, found) <= TOLERANCE) right += 1;
    else wrong.push(`${place.x},${place.y}: ${values} should be ${expected.map(Math.round)}, is ${found}`);
  }
  console.log(`${layer.name}: ${right} of ${compared} pixels as the values say`);
  assert.ok(compared >= 20, `only ${compared} places have data`);
  assert.ok(right >= MOST * compared, wrong.join("\n"));
}

/** What every engine must show. */
function showsTheTruth(query) {
  it("draws one band through its colormap", async () => {
    const { page, context } = await openPage(browser);
    const range = await rangeOf(base, single, 1);
    const ramp = await ask(base, "colorMaps/viridis");
    const view = await open(page, query, single, "single", [1], [range], "viridis");
    const places = grid(7, 6);
    const picture = await lookSteady(page, `single${query.replace(/\W+/g, "-")}`, places);
    // The entry that the server's truncating cast chooses.
    await comparePixels(picture, places, view, single, [1], ([value]) => ramp[Math.floor(level(value, range))]);
    await context.close();
  });

  it("draws red, green and blue", async () => {
    const { page, context } = await openPage(browser);
    const bands = [1, 2, 3];
    const range = [10, 240];
    const view = await open(page, query, rgb, "rgb", bands, [range, range, range], "");
    const places = grid(7, 6);
    const picture = await lookSteady(page, `rgb${query.replace(/\W+/g, "-")}`, places);
    await comparePixels(picture, places, view, rgb, bands, (values) => values.map((value) => level(value, range)));
    await context.close();
  });
}

describe("the map as it opens", () => {
  it("shows tiles, asks nobody else, and complains about nothing", async () => {
    const { page, context, requests, complaints } = await openPage(browser);
    await page.goto(base);
    await idle(page);
    const picture = await lookSteady(page, "desktop", grid(7, 6));
    const colors = new Set(grid(40, 30).map(({ x, y }) => String(picture.at(x, y))));
    assert.ok(colors.size > 20, `the map has only ${colors.size} colours`);
    assert.equal(await page.getAttribute("#map", "data-engine"), full ? "MapLibre" : "plain");
    assert.equal(await page.locator("li.layer").count(), layers.length);
    const tiles = requests.filter((url) => url.includes("/cog/tiles/"));
    assert.ok(tiles.length > 0);
    const foreign = requests.filter((url) => !url.startsWith(base) && !/^(blob|data):/.test(url));
    assert.deepEqual(foreign, []);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("says that it talks to its own origin alone", async () => {
    const { page, context } = await openPage(browser);
    await page.goto(base);
    const refused = await page.evaluate(() =>
      fetch("http://127.0.0.1:9/").then(
        () => "allowed",
        (error) => String(error),
      ),
    );
    assert.match(refused, /TypeError/);
    const policy = await page.getAttribute("meta[http-equiv=Content-Security-Policy]", "content");
    assert.match(policy ?? "", /default-src 'self'/);
    await context.close();
  });
});

describe("the bundled map", () => showsTheTruth(""));
describe("our own map", () => showsTheTruth("?map=plain"));

describe("the controls", () => {
  it("change the colours, the legend and the link", async () => {
    const { page, context, complaints } = await openPage(browser);
    const range = await rangeOf(base, single, 1);
    const view = await open(page, "", single, "single", [1], [range], "viridis");
    const places = grid(5, 5);
    const before = await lookSteady(page, "colormap-before", places);
    assert.deepEqual(await legendColors(page), await ends("viridis"));

    await row(page, single).locator(".picker summary").click();
    await andTiles(page, () => row(page, single).locator(".picker input[value=magma]").check());
    const after = await lookSteady(page, "colormap-after", places);
    const ramp = await ask(base, "colorMaps/magma");
    await comparePixels(after, places, view, single, [1], ([value]) => ramp[Math.floor(level(value, range))]);
    const changed = places.filter(({ x, y }) => difference(before.at(x, y), after.at(x, y)) > TOLERANCE);
    assert.ok(changed.length > places.length / 2);
    assert.deepEqual(await legendColors(page), await ends("magma"));
    await page.waitForFunction(() => location.hash.includes("!magma!"));

    // The stretch: a range of one's own is in the legend and in the tiles.
    const middle = (range[0] + range[1]) / 2;
    const upper = Number((middle + (range[1] - range[0]) / 4).toPrecision(4));
    const input = row(page, single).getByLabel("to", { exact: true });
    await andTiles(page, async () => {
      await input.fill(String(upper));
      await input.press("Enter");
    });
    const narrow = await lookSteady(page, "stretched", places);
    const stretched = [range[0], upper];
    await comparePixels(narrow, places, view, single, [1], ([value]) => ramp[Math.floor(level(value, stretched))]);
    const ticks = await page.locator(".legend-ticks span").allTextContents();
    assert.equal(Number(ticks[2]), upper);

    // A range the wrong way round is refused with a reason, and nothing is asked.
    await input.fill("-1e30");
    await input.press("Enter");
    await page.getByText("The lower end must be below the upper one.").waitFor();
    assert.equal(await input.getAttribute("aria-invalid"), "true");

    // The link shows the same again.
    await page.reload();
    await idle(page);
    const again = await lookSteady(page, "reloaded", places);
    const same = places.filter(({ x, y }) => difference(narrow.at(x, y), again.at(x, y)) <= TOLERANCE);
    assert.ok(same.length >= MOST * places.length, "a reload shows another map");
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("hide, fade and find a layer", async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${base}#v=2.00/-40.00000/-120.00000`);
    await row(page, layers[0]).getByRole("checkbox").waitFor();
    const places = grid(6, 6);
    const empty = (await lookSteady(page, "empty", places)).at(places[0].x, places[0].y);
    const filled = (picture) =>
      places.filter(({ x, y }) => difference(picture.at(x, y), empty) > 40).length;
    await andTiles(page, () =>
      row(page, layers[0]).getByRole("button", { name: `Zoom to ${layers[0].name}` }).click(),
    );
    const shown = filled(await lookSteady(page, "zoomed", places));
    assert.ok(shown > 4, `only ${shown} places of ${places.length} show the layer`);

    const slider = row(page, layers[0]).getByRole("slider");
    await slider.fill("0");
    await page.waitForFunction(() => location.hash.includes("!0!"));
    assert.equal(filled(await lookSteady(page, "faded", places)), 0);
    await slider.fill("100");
    await page.waitForFunction(() => !location.hash.includes("!0!"));
    assert.ok(filled(await lookSteady(page, "opaque", places)) >= shown - 1);
    await row(page, layers[0]).getByRole("checkbox").uncheck();
    await page.waitForFunction(() => !location.hash.includes("l="));
    assert.equal(filled(await lookSteady(page, "hidden", places)), 0);
    await context.close();
  });

  it("work from the keyboard", async () => {
    const { page, context } = await openPage(browser);
    await page.goto(base);
    await idle(page);
    const button = row(page, rgb).locator(".layer-name");
    await button.focus();
    await andTiles(page, () => page.keyboard.press("Enter"));
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    await row(page, rgb).getByLabel("Red, green, blue").focus();
    await andTiles(page, () => page.keyboard.press("ArrowLeft"));
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("data-control"));
    assert.equal(focused, "mode-single", "the focus stays on the control that was used");
    assert.equal(await row(page, rgb).getByLabel("Band", { exact: true }).count(), 1);
    await context.close();
  });

  it("show the values under the pointer", async () => {
    const { page, context } = await openPage(browser);
    const view = await open(page, "", single, "single", [1], [[0, 1]], "");
    let read = 0;
    for (const place of grid(3, 2)) {
      const [value] = await valuesAt(base, single, [1], view.place(place));
      if (value === null) continue;
      await page.mouse.move(place.x - 9, place.y - 9);
      await page.mouse.move(place.x, place.y);
      await page.waitForSelector(".readout .values[data-state=values]");
      const said = Number(await page.locator(".readout b").first().textContent());
      const close = Math.abs(said - value) <= 1e-3 * Math.max(1, Math.abs(value));
      assert.ok(close, `${value} is read as ${said}`);
      const [lon, lat] = view.place(place);
      const words = (await page.locator(".readout .place").textContent()) ?? "";
      const [north, east] = words.split(",").map((part) => Math.abs(parseFloat(part)));
      assert.ok(Math.abs(north - Math.abs(lat)) < 1e-4 && Math.abs(east - Math.abs(lon)) < 1e-4, words);
      read += 1;
    }
    assert.ok(read >= 3, `only ${read} places have data`);
    await context.close();
  });
});

describe("a phone", () => {
  it("shows the map first, and the layers as a sheet", async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page, context, complaints } = await openPage(browser, phone);
    await page.goto(base);
    await idle(page);
    const places = [120, 195, 270].flatMap((x) => [350, 400, 450].map((y) => ({ x, y })));
    const picture = await lookSteady(page, "phone", places);
    assert.equal(picture.width, 390);
    assert.ok(new Set(places.map(({ x, y }) => String(picture.at(x, y)))).size > 3, "no tiles to be seen");
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    assert.equal(await page.locator(".panel-content").isVisible(), false);

    await page.touchscreen.tap(195, 400);
    await page.waitForSelector(".readout .values[data-state=values]");
    await look(page, "phone-value");

    await page.locator(".panel-toggle").tap();
    await row(page, layers[0]).getByRole("slider").waitFor();
    const box = await page.locator(".panel").boundingBox();
    assert.ok(box && box.x >= 0 && box.width <= 390 && box.y > 150, "the sheet leaves some map");
    const small = await page.locator(".panel button:visible, .map-buttons button").evaluateAll((buttons) =>
      buttons.filter((button) => button.getBoundingClientRect().height < 28).map((button) => button.outerHTML),
    );
    assert.deepEqual(small, [], "buttons too small for a finger");
    await look(page, "phone-sheet");
    assert.deepEqual(complaints, []);
    await context.close();
  });
});

describe("when something is wrong", () => {
  for (const query of ["", "?map=plain"]) {
    it(`says that the server is gone, and comes back with it ${query}`, async () => {
      const { page, context } = await openPage(browser);
      await page.goto(`${base}${query}`);
      await idle(page);
      await page.route(`${base}**`, (route) => route.abort("connectionrefused"));
      await page.getByRole("button", { name: "Zoom in" }).click();
      await page.getByText("The server does not answer", { exact: true }).waitFor();
      await look(page, `gone${query.replace(/\W+/g, "-")}`);
      await page.unroute(`${base}**`);
      await page.getByText("The server does not answer", { exact: true }).waitFor({ state: "detached" });
      const places = grid(5, 5);
      await idle(page);
      const picture = await lookSteady(page, `back${query.replace(/\W+/g, "-")}`, places);
      assert.ok(new Set(places.map(({ x, y }) => String(picture.at(x, y)))).size > 3, "tiles do not come back");
      await context.close();
    });

    it(`shows the server's own words, as words ${query}`, async () => {
      const { page, context } = await openPage(browser);
      const detail = "no such band <img src=x onerror=document.title='owned'>";
      await page.route("**/cog/tiles/**", (route) =>
        route.fulfill({ status: 400, contentType: "application/json", body: JSON.stringify({ detail }) }),
      );
      await page.goto(`${base}${query}`);
      await page.getByText(detail, { exact: true }).waitFor();
      assert.equal(await page.title(), "Smalti");
      assert.equal(await page.locator(".notice img").count(), 0);
      await context.close();
    });
  }

  it("treats names as words, not as HTML", async () => {
    const { page, context } = await openPage(browser);
    const name = "<img src=x onerror=\"document.title='owned'\">&amp;";
    await page.route("**/layers", (route) =>
      route.fulfill({ json: { layers: [{ ...layers[0], name, group: "<b>group</b>" }] } }),
    );
    await page.goto(base);
    await page.locator(".layer-name .name", { hasText: name }).waitFor();
    await page.locator(".legend-title", { hasText: name }).waitFor();
    assert.equal(await page.title(), "Smalti");
    assert.equal(await page.locator(".panel-list img, .panel-list b, .legend img").count(), 0);
    await context.close();
  });

  it("shows the source that the address names, and says why it cannot", async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${base}?url=${encodeURIComponent(rgb.url)}`);
    await idle(page);
    const first = page.locator("li.layer").first();
    assert.equal(await first.locator(".name").textContent(), rgb.name);
    assert.ok(await first.getByRole("checkbox").isChecked());
    assert.equal(await page.locator("li.layer").count(), layers.length, "it is not listed twice");
    await page.getByLabel("Address or path of a source").fill("nowhere.json");
    assert.equal(await page.getByLabel("Kind of source").inputValue(), "item");
    await page.getByLabel("Address or path of a source").fill("nowhere.tif");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.waitForURL(/url=.*&url=nowhere\.tif/);
    await page.locator(".notice", { hasText: "nowhere.tif" }).getByText("It cannot be shown").waitFor();
    assert.ok(await page.locator("li.layer").first().getByRole("checkbox").isChecked());
    await context.close();
  });

  it("survives a link that nobody wrote", async () => {
    const { page, context, complaints } = await openPage(browser);
    const junk = "v=99/abc&a=%E0%A4%A&l=!!!!!&l=%00!NaN!rgb!-1,2!~,~!../../x!<script>&&&=";
    await page.goto(`${base}#${junk}`);
    await idle(page);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("says so when there is no layer", async () => {
    const { page, context } = await openPage(browser);
    await page.route("**/layers", (route) => route.fulfill({ json: { layers: [] } }));
    await page.goto(base);
    await page.getByText("smalti serve PATH…").waitFor();
    await context.close();
  });

  it("offers another try when the layers cannot be loaded", async () => {
    const { page, context } = await openPage(browser);
    await page.route("**/layers", (route) => route.fulfill({ status: 503, json: { detail: "too busy" } }));
    await page.goto(base);
    await page.getByText("The layers could not be loaded: too busy").waitFor();
    await page.unroute("**/layers");
    await page.getByRole("button", { name: "Try again" }).click();
    await idle(page);
    await context.close();
  });
});

/** The first and the last colour of the legend's gradient, as drawn. */
async function legendColors(page) {
  await page.waitForFunction(() => {
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector(".legend .gradient"));
    const pixel = canvas?.getContext("2d")?.getImageData(0, 0, 1, 1).data;
    return pixel?.[3] === 255;
  });
  return page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(".legend .gradient"));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    return [0, canvas.width - 1].map((x) => [...context.getImageData(x, 0, 1, 1).data]);
  });
}

/** The first and the last colour of a colormap, as the server says. */
async function ends(name) {
  const ramp = await ask(base, `colorMaps/${name}`);
  return [ramp[0], ramp[255]];
}
