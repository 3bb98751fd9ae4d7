/** Where the pointer is, and what the pixels are there. */

import { ApiError } from "./api.js";
import { debounce, fill, formatNumber, h } from "./dom.js";
import { words } from "./form.js";
import { contains, wrapLongitude } from "./mercator.js";

/** A pointer that rests this long, in milliseconds, asks for values. */
const REST = 80;

/**
 * @typedef {object} Target what can be read
 * @property {import("./mercator.js").Bounds} bounds where there is something to read
 * @property {string} outside what to say elsewhere
 * @property {(lon: number, lat: number, signal: AbortSignal) => Promise<{label: string, value: number | null}[]>} values
 */

/**
 * @param {HTMLElement} host
 */
export function createReadout(host) {
  const place = h("span", { class: "place" });
  const values = h("span", { class: "values" });
  fill(host, place, values);
  host.hidden = true;
  let request = new AbortController();

  const ask = debounce(
    async (/** @type {Target} */ target, /** @type {number} */ lon, /** @type {number} */ lat) => {
      request.abort();
      request = new AbortController();
      const { signal } = request;
      try {
        const answer = await target.values(lon, lat, signal);
        if (signal.aborted) return;
        fill(values, ...answer.map(({ label, value }) => pair(label, value)));
        values.dataset.state = "values";
      } catch (error) {
        if (signal.aborted) return;
        const outside = error instanceof ApiError && error.status === 404;
        say(outside ? "no data here" : words(error));
      }
    },
    REST,
  );

  /** @param {string} text */
  function say(text) {
    fill(values, h("span", { class: "muted" }, text));
    values.dataset.state = "said";
  }

  return {
    /**
     * @param {Target | string} target words if there is nothing to read; they may be empty
     * @param {number} lon degrees
     * @param {number} lat degrees
     */
    at(target, lon, lat) {
      const wrapped = wrapLongitude(lon);
      host.hidden = false;
      fill(place, coordinate(lat, "N", "S"), ", ", coordinate(wrapped, "E", "W"));
      ask.cancel();
      request.abort();
      if (typeof target === "string") {
        say(target);
      } else if (!contains(target.bounds, wrapped, lat)) {
        say(target.outside);
      } else {
        values.dataset.state = "waiting";
        ask(target, wrapped, lat);
      }
    },
    leave() {
      ask.cancel();
      request.abort();
      host.hidden = true;
    },
  };
}

/**
 * @param {string} label
 * @param {number | null} value
 */
function pair(label, value) {
  return h(
    "span",
    { class: "value" },
    h("span", { class: "muted" }, label),
    " ",
    h("b", {}, value === null ? "no data" : formatNumber(value)),
  );
}

/**
 * @param {number} value degrees
 * @param {string} positive
 * @param {string} negative
 */
function coordinate(value, positive, negative) {
  return `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
}
