/** Chromium, and the page as the tests look at it. */

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { chromium } from "playwright-core";

import { decodePng } from "./png.mjs";

/** How long anything may take, in milliseconds; a loaded machine renders in software. */
const PATIENCE = 60_000;

/** The first wait for tiles also waits for a busy machine's cold caches. */
export async function launch() {
  return chromium.launch({
    executablePath: process.env.SMALTI_CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      // WebGL without a GPU.
      "--enable-unsafe-swiftshader",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens a page that notes what it asks for and what it complains about.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  /** @type {string[]} */
  const requests = [];
  /** @type {string[]} */
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    // Chromium's own notes on reading pixels back, which the tests do.
    const reading = /GL Driver Message|Multiple readback operations/.test(message.text());
    // The page asks whether there is a catalog; Chromium notes that there is none.
    const looking = /404/.test(message.text()) && /\/keys(\?|$)/.test(message.location().url);
    if (["error", "warning"].includes(message.type()) && !reading && !looking) complaints.push(message.text());
  });
  return { page, context, requests, complaints };
}

/**
 * Waits until tiles have come and none is on its way.
 *
 * @param {import("playwright-core").Page} page
 */
export async function idle(page) {
  await page.waitForSelector("#map[data-tiles][data-busy=false]", { state: "attached" });
  // Two frames: what has been decoded has then been drawn.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/**
 * Does something that changes tiles, and waits for them.
 *
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<unknown>} action
 */
export async function andTiles(page, action) {
  const before = await page.getAttribute("#map", "data-tiles");
  await action();
  await page.waitForFunction(
    (count) => document.getElementById("map")?.dataset.tiles !== count,
    before,
  );
  await idle(page);
}

/**
 * What the page shows, as pixels. Also kept as a file where `SMALTI_SCREENSHOTS` says.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export async function look(page, name) {
  // CSS transitions and MapLibre's cross-fading end at the wished-for picture.
  const file = await page.screenshot({ animations: "disabled" });
  if (process.env.SMALTI_SCREENSHOTS) {
    await mkdir(process.env.SMALTI_SCREENSHOTS, { recursive: true });
    await writeFile(path.join(process.env.SMALTI_SCREENSHOTS, `${name}.png`), file);
  }
  return decodePng(file);
}

/**
 * Looks until two pictures in a row are the same at the given places.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {{x: number, y: number}[]} places
 */
export async function lookSteady(page, name, places) {
  let last = "";
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const picture = await look(page, name);
    const now = JSON.stringify(places.map(({ x, y }) => picture.at(x, y)));
    if (now === last) return picture;
    last = now;
  }
  throw new Error("the map keeps changing");
}
