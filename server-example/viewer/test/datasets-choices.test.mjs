/** What a person chooses among, in a real browser: a colour for each value, and values of keys that have very many. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { andTiles, idle, lookSteady } from "./browser.mjs";
import { PLACES, PLAIN, addressOf, compare, open, part } from "./datasets.mjs";
import { CATEGORIES, CLASSES, beside, startTerracotta, valueOf } from "./terracotta-mock.mjs";

/** So many bands that they are not offered at once. */
const MANY = 1200;

/** @type {Awaited<ReturnType<typeof startTerracotta>>[]} as Smalti answers, and as Terracotta does */
let servers = [];

before(async () => {
  servers = await Promise.all([true, false].map((extended) => startTerracotta(0, { extended, more: beside(MANY) })));
});

after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const show = (dataset, query = PLAIN, server = servers[0]) =>
  open([`d=${dataset.join("!")}`, "n=50"], {}, query, addressOf(server));

/** The colours that the editor says, by value. */
const chosen = async (page) => {
  const rows = await page.locator(".value-colors li").evaluateAll((items) =>
    items.map((item) => [item.querySelector(".number").value, item.querySelector("[type=color]").value]),
  );
  return new Map(rows.map(([value, color]) => [Number(value), [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))]));
};

/** The colours that the map should have; places without one are left out. */
const ofClasses = (colors) => (lon, lat) => colors.get(valueOf(CLASSES, lon, lat)) ?? null;

describe("a colour for each value", () => {
  it("is offered for the classes of the data, named in the legend, and drawn", async () => {
    const { page, context, complaints } = await show(CLASSES, "");
    await idle(page);
    await andTiles(page, () => page.getByLabel("By value", { exact: true }).check({ force: true }));
    const colors = await chosen(page);
    assert.deepEqual([...colors.keys()], Object.values(CATEGORIES));
    compare(await lookSteady(page, "values", PLACES), PLACES, ofClasses(colors));
    assert.deepEqual(await page.locator(".legend-classes span").allTextContents(), Object.keys(CATEGORIES));
    assert.deepEqual(await page.locator(".value-name:visible").allTextContents(), Object.keys(CATEGORIES));
    // There is nothing to stretch.
    for (const name of ["from", "Gamma", "Colormap"]) assert.equal(await page.getByLabel(name, { exact: true }).count(), 0, name);

    await andTiles(page, () => page.getByLabel("Colour of 3", { exact: true }).fill("#ff0000"));
    await andTiles(page, () => page.getByRole("button", { name: "Take 1 away" }).click());
    const fewer = await chosen(page);
    assert.deepEqual([...fewer.keys()], [2, 3, 4, 5]);
    assert.deepEqual(fewer.get(3), [255, 0, 0]);
    const picture = await lookSteady(page, "values-fewer", PLACES);
    compare(picture, PLACES, ofClasses(fewer), 10);
    assert.match(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? ""), /^Take 2 away/);

    // The request that is shown for copying is the map's.
    const template = await page.locator(".api-call code").first().textContent();
    const query = new URL(template).searchParams;
    assert.equal(query.get("colormap"), "explicit");
    assert.equal(JSON.parse(query.get("explicit_color_map"))["3"], "ff0000");
    assert.deepEqual([query.get("stretch_range"), query.get("color_transform")], [null, null]);

    await page.waitForFunction(() => /vc=2~.*!3~ff0000!/.test(location.hash));
    await page.reload();
    await idle(page);
    assert.deepEqual(await chosen(page), fewer);
    compare(await lookSteady(page, "values-again", PLACES), PLACES, ofClasses(fewer), 10);
    await andTiles(page, () => page.getByLabel("By a range", { exact: true }).check({ force: true }));
    await page.waitForFunction(() => !/vc=/.test(location.hash));
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("is added by keys, refused with words, and pasted as Terracotta's JSON", async () => {
    const { page, context } = await show(["33VVE", "20180101", "B04"]);
    await idle(page);
    await page.getByLabel("By value", { exact: true }).check({ force: true });
    // Measurements are no classes.
    await page.getByText("Without a value that has a colour, nothing is drawn.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Values of the data" }).isVisible(), false);
    await page.getByRole("button", { name: "Add a value" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Value 1");
    await page.keyboard.type("2700,5");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Add a value" }).click();
    await page.getByLabel("Value 2", { exact: true }).fill("2700.5");
    await page.keyboard.press("Enter");
    await page.getByText("2700.5 has a colour already.").waitFor();
    await page.getByLabel("Value 2", { exact: true }).fill("many");
    await page.keyboard.press("Enter");
    await page.getByText("A value is a number.").waitFor();
    await page.getByLabel("Value 2", { exact: true }).fill("-1e21");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /vc=2700\.5~[0-9a-f]{6}!-1e%2B21~/.test(location.hash));

    await page.getByText("As JSON").click();
    const json = page.getByLabel("Values and colours as JSON");
    for (const [text, words] of [
      ["{", "That is no JSON."],
      ["[1]", "An object of values and colours is needed."],
      ['{"x":"ff0000"}', "“x” is no number."],
      ['{"1":"red"}', 'The colour of 1 is neither "rrggbb" nor [r,g,b].'],
      ['{"1":[0,0,256]}', 'The colour of 1 is neither "rrggbb" nor [r,g,b].'],
      ['{"1":[0,0,0,9]}', "The colour of 1 is half transparent; leave the value out to hide it."],
      ['{"1":"ff0000","1.0":"00ff00"}', "1 has two colours."],
      [JSON.stringify(Object.fromEntries(Array.from({ length: 256 }, (_, i) => [i, "ff0000"]))), "No more than 255 values can have a colour."],
    ]) {
      await json.fill(text);
      await json.blur();
      await page.locator(".chosen .field-error", { hasText: words }).waitFor();
    }
    await json.fill('{"2700":[1,2,3],"2701":"#FFfe00","-3.5":[9,8,7,255]}');
    await andTiles(page, () => json.blur());
    assert.equal(await page.locator(".value-colors li").count(), 3);
    // The members of an object come in the order of JavaScript's.
    await page.waitForFunction(() => location.hash.includes("-3.5~090807"));
    assert.equal(await part(page, "vc"), "2700~010203!2701~fffe00!-3.5~090807");
    await context.close();
  });

  it("in a link is read with care", async () => {
    const many = Array.from({ length: 400 }, (_, i) => `${i}~00ff00`).join("!");
    const { page, context, complaints } = await show(CLASSES);
    for (const [text, count] of [["", 0], ["x~ff0000!1~red!--~000000!<b>~ff0000!7~ff0000!7~00ff00!1e999~00ff00", 1], [many, 255]]) {
      await page.goto(`${addressOf(servers[0])}${PLAIN}#d=${CLASSES.join("!")}&vc=${text}`);
      await page.reload();
      await page.getByText("Colours of values; others are transparent").waitFor();
      assert.equal(await page.locator(".value-colors li").count(), count, text.slice(0, 40));
    }
    assert.ok(await page.getByRole("button", { name: "Add a value" }).isDisabled());
    await page.getByText("No more than 255 values can have a colour.").waitFor();
    await page.getByText("and 243 more").waitFor();
    assert.deepEqual(complaints(), []);
    await context.close();
  });
});

describe("a key of very many values", () => {
  const offered = (page, name) => page.getByLabel(name, { exact: true }).locator("option").count();

  it("offers more, page by page, and those of a prefix", async () => {
    const { page, context, complaints } = await show([...CLASSES.slice(0, 2), "N0007"]);
    await page.getByLabel("RGB", { exact: true }).check({ force: true });
    const rgb = page.locator(".chosen .style-panel").first();
    await rgb.getByText("The first 500 of 1,201 values are offered.").waitFor();
    assert.equal(await offered(page, "Red: value of band"), 500);
    await rgb.getByRole("button", { name: "Offer more" }).click();
    await rgb.getByText("The first 1,000 of 1,201 values are offered.").waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute("data-control") === "Offer more");
    const prefix = rgb.getByLabel("Offer values that start with");
    await prefix.fill("N11");
    await prefix.press("Enter");
    await rgb.getByText("100 values that start with “N11”.").waitFor();
    await page.getByLabel("Green: value of band").focus();
    await page.getByLabel("Green: value of band").selectOption("N1142");
    // Whoever chooses by keys goes on from there.
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Green: value of band");
    await page.waitForFunction(() => /rgb=[^&]*!N1142!/.test(location.hash));
    await prefix.fill("nothing");
    await prefix.press("Enter");
    await rgb.getByText("0 values that start with “nothing”.").waitFor();
    // What is chosen stays chosen.
    assert.equal(await page.getByLabel("Green: value of band").inputValue(), "N1142");
    await prefix.fill("");
    await prefix.press("Enter");
    await rgb.getByText("The first 500 of 1,201 values are offered.").waitFor();
    assert.deepEqual(complaints(), []);
    await context.close();
  });

  it("offers more on a server that neither counts nor knows prefixes", async () => {
    const { page, context } = await show(CLASSES, PLAIN, servers[1]);
    await page.getByLabel("Key to compare by").selectOption("band");
    await page.getByText("The first 500 values are offered.").waitFor();
    assert.equal(await page.getByLabel("Offer values that start with").count(), 0);
    // Beside them stands "nothing".
    for (const [next, count] of [[1000, 1001], [MANY + 1, MANY + 1]]) {
      await page.getByRole("button", { name: "Offer more" }).click();
      const wanted = next === 1000 ? "The first 1,000 values are offered." : null;
      if (wanted) await page.getByText(wanted).waitFor();
      else await page.getByRole("button", { name: "Offer more" }).waitFor({ state: "detached" });
      assert.equal(await offered(page, "Compare with"), count);
    }
    await page.getByLabel("Compare with", { exact: true }).selectOption("N1200");
    await page.waitForFunction(() => /c=33VVE!20190101!N1200/.test(location.hash));
    await context.close();
  });
});
