/** What the viewer asks of the server, and what can go wrong with it. */

import { serverAddress } from "./server.js";

/** The server answered with an error, or not at all. */
export class ApiError extends Error {
  /**
   * @param {string} message what a person should read
   * @param {number} status the HTTP status, 0 if there was no answer
   */
  constructor(message, status) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/**
 * Resolves a path against the server's address, so that the viewer works behind any prefix.
 *
 * @param {string} path relative, e.g. `cog/info`
 */
export function address(path) {
  return new URL(path, serverAddress).href;
}

/** The token that the page was opened with, which every request has to give again; null without one. */
export function accessToken() {
  return new URLSearchParams(location.search).get("access_token");
}

/**
 * A path's address as the server wants it, with the token where there is one.
 *
 * @param {string} path relative to the server's address
 */
export function withToken(path) {
  const url = new URL(address(path));
  const token = accessToken();
  if (token !== null) url.searchParams.set("access_token", token);
  return url.href;
}

/**
 * Asks for JSON.
 *
 * @param {string} path relative to the server's address
 * @param {AbortSignal} [signal]
 * @param {unknown} [body] sent as JSON by POST; without it the request is a GET
 * @returns {Promise<any>}
 * @throws {ApiError} if the server does not answer, or with an error; the abort's reason if aborted
 */
export async function getJson(path, signal, body) {
  /** @type {RequestInit} */
  const request = { signal, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    request.method = "POST";
    request.headers = { Accept: "application/json", "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(withToken(path), request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server does not answer.", 0);
  }
  if (!answer.ok) throw new ApiError(await errorText(answer), answer.status);
  try {
    return await answer.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(`The answer to ${path.split("?")[0]} is not JSON.`, answer.status);
  }
}

/**
 * The readable part of an error answer: TiTiler's `detail`, Terracotta's `message`, or the status.
 *
 * @param {{status: number, statusText?: string, text(): Promise<string>}} answer
 */
export async function errorText(answer) {
  const status = `${answer.status} ${answer.statusText ?? ""}`.trim();
  let body = "";
  try {
    body = await answer.text();
  } catch {
    return status;
  }
  try {
    const json = JSON.parse(body);
    const detail = json?.detail ?? json?.message;
    if (typeof detail === "string" && detail !== "") return clip(detail);
    if (Array.isArray(detail)) {
      const messages = detail.map((entry) => entry?.msg).filter((msg) => typeof msg === "string");
      if (messages.length > 0) return clip(messages.join("; "));
    }
  } catch {
    // Not JSON: a proxy's HTML page says less than the status does.
  }
  return status;
}

/** @param {string} text */
function clip(text) {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

/**
 * @param {string} url the layer's `url=`
 * @param {number[]} bands indices, from 1
 * @param {AbortSignal} [signal]
 * @returns {Promise<BandStatistics[]>} one a band, in the order asked
 *
 * @typedef {{min: number, max: number, low: number, high: number, counts: number[], edges: number[]}} BandStatistics
 * `low` and `high` are the 2nd and 98th percentile; `counts` and `edges` the histogram.
 */
export async function statistics(url, bands, signal) {
  const query = new URLSearchParams({ url, max_size: "512", histogram_bins: "64" });
  for (const band of bands) query.append("bidx", String(band));
  const json = await getJson(`cog/statistics?${query}`, signal);
  const entries = Object.values(json ?? {});
  if (entries.length < bands.length) {
    throw new ApiError("The server's statistics lack a band.", 200);
  }
  return bands.map((_, i) => {
    const entry = /** @type {any} */ (entries[i]);
    const min = number(entry?.min, NaN);
    const max = number(entry?.max, NaN);
    const [counts, edges] = Array.isArray(entry?.histogram) ? entry.histogram : [[], []];
    return {
      min,
      max,
      low: number(entry?.percentile_2, min),
      high: number(entry?.percentile_98, max),
      counts: Array.isArray(counts) ? counts.map((count) => number(count, 0)) : [],
      edges: Array.isArray(edges) ? edges.map((edge) => number(edge, 0)) : [],
    };
  });
}

/**
 * @param {unknown} value
 * @param {number} otherwise
 */
function number(value, otherwise) {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/**
 * Pixel values at a place.
 *
 * @param {string} url the layer's `url=`
 * @param {number} lon degrees
 * @param {number} lat degrees
 * @param {number[]} bands indices, from 1
 * @param {AbortSignal} [signal]
 * @returns {Promise<(number | null)[]>} one a band; null where there is no data
 */
export async function point(url, lon, lat, bands, signal) {
  const query = new URLSearchParams({ url });
  for (const band of bands) query.append("bidx", String(band));
  const json = await getJson(`cog/point/${lon.toFixed(7)},${lat.toFixed(7)}?${query}`, signal);
  const values = Array.isArray(json?.values) ? json.values : [];
  return bands.map((_, i) => (Number.isFinite(values[i]) ? values[i] : null));
}
