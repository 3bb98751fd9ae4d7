/** What the tests of the datasets share: a browser, the stand-ins it looks at, and the colours that the data promise. */

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { launch, openPage } from "./browser.mjs";
import { difference, grid, viewOf } from "./expect.mjs";
import { colorOf, startTerracotta, valueOf } from "./terracotta-mock.mjs";

/** Colours are compared to this many of 255: software rendering rounds, tiles are palettes of bytes. */
export const TOLERANCE = 3;

/** @type {import("playwright-core").Browser} */
export let browser;
/** @type {Awaited<ReturnType<typeof startTerracotta>>} answers as Smalti does */
export let smalti;
/** @type {Awaited<ReturnType<typeof startTerracotta>>} answers as Terracotta does */
export let terracotta;
/** The address of the page, beside Smalti's stand-in. */
export let base = "";

export const addressOf = (server) => `http://127.0.0.1:${server.address().port}/`;

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
export const VIEW = viewOf({ bounds: [14.1, 55.6, 14.5, 55.95] }, ZOOM);
export const PLACES = grid(6, 5);

/** The query that asks for our own map: it costs a machine without a GPU far less, where only the panel is looked at. */
export const PLAIN = "?map=plain";

/** The page as an address with these parts opens it. */
export async function open(parts, options = {}, query = "", at = base) {
  const { page, context, complaints, requests } = await openPage(browser, options);
  await page.goto(`${at}${query}#${[VIEW.hash, ...parts].join("&")}`);
  await row(page, 0).waitFor({ state: "attached" });
  return { page, context, complaints: () => complaints.filter((text) => !/status of 404/.test(text)), requests };
}

export const row = (page, at) => page.locator(".datasets tbody tr").nth(at);
export const rowOf = (page, values) => page.locator(`tr[data-dataset=${JSON.stringify(JSON.stringify(values))}]`);
export const button = (page, values) => rowOf(page, values).locator(".row-button");
export const part = (page, name) =>
  page.evaluate((wanted) => new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get(wanted), name);
export const asked = (server, what) => server.asked.filter((request) => request.includes(what));

/** Whether places have the colours that `color` makes of them; null for places that show no data. */
export function compare(picture, places, color, least = 15) {
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

export const share = (value, [low, high]) => Math.max(0, Math.min(1, (value - low) / (high - low)));

/** The colour of one dataset stretched over a range. */
export const ofOne = (dataset, range, colormap, curve = (n) => n) => (lon, lat) => {
  const value = valueOf(dataset, lon, lat);
  return value === null ? null : colorOf(colormap, curve(share(value, range)));
};
