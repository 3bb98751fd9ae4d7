/**
 * The tab of keyed datasets in front of a real server, Terracotta or Smalti, at `SMALTI_CATALOG`: its answers have the shapes
 * that the stand-in's have, and the page shows the very pixels of its tiles. Whatever the server holds; it has to let the
 * page's origin (another port of this machine) read its tiles.
 */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { andTiles, idle, launch, lookSteady, openPage } from "./browser.mjs";
import { difference, grid, viewOf } from "./expect.mjs";
import { decodePng } from "./png.mjs";
import { startTerracotta } from "./terracotta-mock.mjs";

const server = process.env.SMALTI_CATALOG?.replace(/\/*$/, "/");
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startTerracotta>>} */
let standIn;
let page = "";
/** @type {any} */
let metadata;
/** @type {string[]} */
let values;

const ask = async (base, path, options) => {
  const answer = await fetch(new URL(path, base), options);
  return { status: answer.status, json: answer.headers.get("content-type")?.includes("json") ? await answer.json() : null };
};

before(async () => {
  assert.ok(server, "SMALTI_CATALOG names the server");
  standIn = await startTerracotta(0, { extended: false });
  page = `http://127.0.0.1:${standIn.address().port}/`;
  browser = await launch();
  const { keys } = (await ask(server, "keys")).json;
  const [first] = (await ask(server, "datasets?limit=1")).json.datasets;
  values = keys.map(({ key }) => first[key]);
  metadata = (await ask(server, `metadata/${values.map(encodeURIComponent).join("/")}`)).json;
});

after(async () => {
  await browser?.close();
  standIn?.closeAllConnections();
  standIn?.close();
});

/** Names and kinds of what is in an answer; lists by their first entry, values of keys and free metadata as any. */
function shape(json) {
  if (Array.isArray(json)) return json.length === 0 ? [] : [shape(json[0])];
  if (json === null || typeof json !== "object") return typeof json;
  return Object.fromEntries(
    Object.entries(json)
      .sort()
      .map(([name, value]) => [name, name === "metadata" ? "any" : name === "keys" && !Array.isArray(value) ? "keys" : shape(value)]),
  );
}

describe(`the server at ${server}`, () => {
  it("answers in the shapes that the stand-in has", async () => {
    const mine = ["33VVE", "20180101", "B04"];
    const path = (names) => names.map(encodeURIComponent).join("/");
    const post = (names) => ({
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ keys: [names] }),
    });
    const columns = encodeURIComponent('["bounds","convex_hull"]');
    const asked = [
      ["metadata", (names) => [`metadata/${path(names)}`]],
      ["outlines", (names) => [`metadata?columns=${columns}`, post(names)]],
      ["colours", () => ["colormap?stretch_range=[0,1]&num_values=8&colormap=viridis"]],
      ["a dataset that is not there", (names) => [`metadata/${path(names.map(() => "nowhere"))}`]],
      ["an unknown filter", () => ["datasets?nonsense=1"]],
    ];
    for (const [what, request] of asked) {
      const [theirs, ours] = await Promise.all([ask(server, ...request(values)), ask(page, ...request(mine))]);
      assert.equal(theirs.status, ours.status, what);
      assert.deepEqual(shape(theirs.json), shape(ours.json), what);
    }
    const list = (await ask(server, "datasets?limit=2")).json;
    assert.deepEqual(Object.keys(list).sort(), ["datasets", "limit", "page"]);
  });

  it("is shown as it draws", async () => {
    const { page: tab, context, requests } = await openPage(browser);
    // Whole, so that tiles are drawn at their own size, and wide enough for the free part of the page.
    const [west, , east] = metadata.bounds;
    const zoom = Math.ceil(Math.log2((800 * 360) / (256 * (east - west))));
    const view = viewOf({ bounds: metadata.bounds }, zoom);
    // Our own map, which a machine without a GPU draws far quicker; other tests compare both.
    await tab.goto(`${page}?map=plain&server=${encodeURIComponent(server)}#${view.hash}&t=datasets&d=${values.map(encodeURIComponent).join("!")}`);
    await idle(tab);
    await tab.waitForFunction(() => /&r=/.test(location.hash));
    const places = grid(6, 5);
    const picture = await lookSteady(tab, "catalog", places);

    const template = await tab.locator(".api-call code").first().textContent();
    const tiles = new Map();
    let [compared, right] = [0, 0];
    for (const place of places) {
      const [lon, lat] = view.place(place);
      const [x, y] = [
        (lon / 360 + 0.5) * 2 ** zoom,
        (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** zoom,
      ];
      const [column, row] = [Math.floor(x), Math.floor(y)];
      const address = template.replace("{z}", String(zoom)).replace("{x}", String(column)).replace("{y}", String(row));
      if (!tiles.has(address)) {
        const answer = await fetch(address);
        assert.equal(answer.status, 200, address);
        assert.ok(requests.includes(address), `the page did not ask for ${address}`);
        tiles.set(address, decodePng(Buffer.from(await answer.arrayBuffer())));
      }
      const [r, g, b, alpha] = tiles.get(address).rgba(Math.floor((x - column) * 256), Math.floor((y - row) * 256));
      if (alpha !== 255) continue;
      compared += 1;
      if (difference([r, g, b], picture.at(place.x, place.y)) <= 3) right += 1;
    }
    console.log(`${right} of ${compared} pixels as in the tiles`);
    assert.ok(compared >= 10, `only ${compared} places have data`);
    assert.ok(right >= 0.9 * compared, `${right} of ${compared}`);

    // Another dataset, three of them, colours for values: nothing of it is refused.
    await tab.locator(".row-button:enabled").last().click();
    await andTiles(tab, () => tab.getByLabel("RGB", { exact: true }).check({ force: true }));
    await tab.getByLabel("One band", { exact: true }).check({ force: true });
    await tab.getByLabel("By value", { exact: true }).check({ force: true });
    await tab.getByText("As JSON").click();
    await tab.getByLabel("Values and colours as JSON").fill('{"1":"#ff0000","2.5":[0,255,0]}');
    await andTiles(tab, () => tab.getByLabel("Values and colours as JSON").blur());
    assert.ok(requests.some((address) => address.includes("explicit_color_map=")));
    assert.equal(await tab.locator(".notice").count(), 0, (await tab.locator(".notices").textContent()) ?? "");
    await context.close();
  });
});
