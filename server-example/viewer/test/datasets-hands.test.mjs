/** The datasets in a real browser, by keys alone and on a phone. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { andTiles, idle, look } from "./browser.mjs";
import { PLAIN, button, open } from "./datasets.mjs";

describe("without a pointer", () => {
  it("everything is reached by keys", async () => {
    const { page, context } = await open([], {}, PLAIN);
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
