/** The list of datasets in a real browser: filtered, sorted, paged, outlined on the map. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { andTiles, lookSteady } from "./browser.mjs";
import { PLAIN, asked, base, open, row, rowOf, smalti } from "./datasets.mjs";
import { difference } from "./expect.mjs";
import { DATASETS } from "./terracotta-mock.mjs";

describe("the list of datasets", () => {
  it("pages, counts, sorts, and asks for a page's outlines at once", async () => {
    smalti.asked.length = 0;
    const { page, context, complaints } = await open([], {}, PLAIN);
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
    const { page, context } = await open([], {}, PLAIN);
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
    const { page, context } = await open([], {}, PLAIN);
    await page.goto(`${base}${PLAIN}#v=12.00/55.75000/15.10000`);
    await page.reload();
    await page.getByLabel("Only in this map’s view").check();
    await page.getByText("1–15 of 16").waitFor();
    assert.ok(asked(smalti, "bbox=").length > 0);
    await page.evaluate(() => (location.hash = "#v=12.00/55.75000/14.10000&in=1"));
    await page.getByText("1–15 of 18").waitFor();
    await context.close();
  });

  it("outlines the page on the map, and lights up the row that is pointed at", async () => {
    const { page, context } = await open([], {}, PLAIN);
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
