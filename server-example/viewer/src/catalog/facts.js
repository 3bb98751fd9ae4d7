/** What is known of the chosen dataset: a picture, its statistics, and the requests that give them. */

import { withToken } from "../api.js";
import { fill, formatNumber, h, icon } from "../dom.js";
import { toWorld } from "../mercator.js";
import { dataPath } from "./keys.js";

/** The longer side of the picture, in pixels. */
const PREVIEW = 192;

/**
 * The size of a picture that keeps the shape that bounds have on the map.
 *
 * @param {import("../mercator.js").Bounds | null} bounds
 * @returns {[number, number]} width and height in pixels
 */
export function previewSize(bounds) {
  if (!bounds) return [PREVIEW, PREVIEW];
  const [x0, y0] = toWorld(bounds[0], bounds[3]);
  const [x1, y1] = toWorld(bounds[2], bounds[1]);
  const shape = Math.max(0.1, Math.min(10, Math.abs(x1 - x0) / Math.max(1e-9, Math.abs(y1 - y0))));
  return shape >= 1
    ? [PREVIEW, Math.max(1, Math.round(PREVIEW / shape))]
    : [Math.max(1, Math.round(PREVIEW * shape)), PREVIEW];
}

/**
 * @param {import("./keys.js").Dataset} dataset
 * @param {import("./api.js").Metadata} metadata
 */
export function statisticsTable(dataset, { mean, stdev, range, valid }) {
  const row = (/** @type {string} */ name, /** @type {string | null} */ value) => [
    h("dt", {}, name),
    h("dd", {}, value ?? "not known"),
  ];
  const said = (/** @type {number | null} */ value) => (value === null ? null : formatNumber(value));
  return h(
    "div",
    {},
    h(
      "dl",
      { class: "facts-list" },
      ...row("Range", range && `${formatNumber(range[0])} to ${formatNumber(range[1])}`),
      ...row("Mean", said(mean)),
      ...row("Standard deviation", said(stdev)),
      ...row("Valid pixels", valid === null ? null : `${formatNumber(valid)} %`),
    ),
    h(
      "a",
      { href: withToken(`metadata/${dataPath(dataset)}`), target: "_blank", rel: "noreferrer" },
      "Full metadata",
    ),
  );
}

/** The picture of the whole dataset as it is drawn. */
export function createPreview() {
  const host = h("div", { class: "preview" });
  let shown = "";
  return {
    element: host,
    /**
     * @param {string | null} source
     * @param {[number, number]} size
     * @param {string} name
     */
    show(source, [width, height], name) {
      if (source === shown) return;
      shown = source ?? "";
      if (source === null) {
        host.replaceChildren();
        return;
      }
      const image = h("img", { src: source, width, height, alt: `All of ${name}, as it is drawn`, decoding: "async" });
      image.addEventListener("error", () => {
        if (shown === source) fill(host, h("p", { class: "muted" }, "There is no picture of the whole."));
      });
      fill(host, image);
    },
  };
}

/**
 * Requests for copying.
 *
 * @param {{name: string, url: string, body?: string}[]} calls
 */
export function apiCalls(calls) {
  return h(
    "div",
    { class: "api-calls" },
    ...calls.map(({ name, url, body }) => {
      const code = h("code", {}, url);
      const status = h("span", { class: "muted", role: "status" });
      const button = (/** @type {string} */ label, /** @type {string} */ spoken, /** @type {string} */ text) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-label": spoken,
            "data-control": spoken,
            onclick: async () => {
              status.textContent = (await copy(text, code)) ? "Copied" : "Press Ctrl+C";
            },
          },
          icon("copy"),
          label,
        );
      return h(
        "div",
        { class: "api-call" },
        h("div", { class: "field-name" }, name),
        code,
        h(
          "div",
          { class: "chips" },
          button("Address", `Copy the address: ${name}`, url),
          button("curl", `Copy as curl: ${name}`, curl(url, body)),
          status,
        ),
      );
    }),
  );
}

/**
 * A command that a POSIX shell takes as it is meant.
 *
 * @param {string} url
 * @param {string} [body]
 */
export function curl(url, body) {
  const quoted = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`;
  // Braces and brackets would be lists and ranges to curl.
  const parts = ["curl", /[[{]/.test(url) ? "--globoff" : "", quoted(url)];
  if (body !== undefined) parts.push("-H 'Content-Type: application/json' -d", quoted(body));
  return parts.filter((part) => part !== "").join(" ");
}

/**
 * @param {string} text
 * @param {HTMLElement} shown selected where the browser does not let a page copy
 */
async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const selection = getSelection();
    selection?.selectAllChildren(shown);
    return false;
  }
}

