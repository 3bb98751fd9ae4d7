/** Where the pointer is, and what the chosen layer's pixels are there. */

import { ApiError, point } from "./api.js";
import { debounce, fill, formatNumber, h } from "./dom.js";
import { dataBands, shownBands } from "./layers.js";
import { contains, wrapLongitude } from "./mercator.js";

/** A pointer that rests this long, in milliseconds, asks for values. */
const REST = 80;

/** Layers with more bands than this show only the bands that are drawn. */
const ALL_BANDS = 6;

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
    async (
      /** @type {import("./layers.js").Layer} */ layer,
      /** @type {number} */ lon,
      /** @type {number} */ lat,
    ) => {
      request.abort();
      request = new AbortController();
      const { signal } = request;
      const all = dataBands(layer.info);
      const shown = shownBands(layer.style);
      const bands = all.length <= ALL_BANDS ? all : all.filter(({ index }) => shown.includes(index));
      try {
        const indices = bands.map((band) => band.index);
        const answer = await point(layer.info.url, lon, lat, indices, signal);
        fill(values, ...answer.map((value, i) => pair(bands[i].label, value)));
        values.dataset.state = "values";
      } catch (error) {
        if (signal.aborted) return;
        const outside = error instanceof ApiError && error.status === 404;
        say(outside ? "no data here" : error instanceof Error ? error.message : String(error));
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
     * @param {import("./layers.js").Layer | null} layer the chosen layer
     * @param {number} lon degrees
     * @param {number} lat degrees
     */
    at(layer, lon, lat) {
      const wrapped = wrapLongitude(lon);
      host.hidden = false;
      fill(place, coordinate(lat, "N", "S"), ", ", coordinate(wrapped, "E", "W"));
      ask.cancel();
      request.abort();
      if (!layer || !layer.visible) {
        say("no layer chosen");
      } else if (!contains(layer.info.bounds, wrapped, lat)) {
        say("outside the layer");
      } else {
        values.dataset.state = "waiting";
        ask(layer, wrapped, lat);
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
