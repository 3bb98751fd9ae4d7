/**
 * Runs the program off the page's thread. One job a message, in both directions; jobs overlap where
 * they wait for the network.
 */

import initialize, { open } from "./smalti_wasm.js";

const ready = initialize();

/** Open files by number. */
const files = new Map();

/** What ends a job, by number. */
const running = new Map();

const jobs = {
  async open({ file, url }, signal) {
    const cog = await open(url, signal);
    files.set(file, cog);
    return cog.info();
  },
  async tile({ file, z, x, y, options }, signal) {
    return files.get(file).tile(z, x, y, options, signal);
  },
  async bitmap(job, signal) {
    // As they are: colours under transparency survive being drawn and read back.
    return createImageBitmap(await jobs.tile(job, signal), { premultiplyAlpha: "none" });
  },
  async png({ file, z, x, y, options }, signal) {
    return files.get(file).png(z, x, y, options, signal);
  },
  async point({ file, lon, lat, options }, signal) {
    return files.get(file).point(lon, lat, options, signal);
  },
  async stretch({ file, options }, signal) {
    return files.get(file).stretch(options, signal);
  },
  async traffic({ file }) {
    return files.get(file).traffic();
  },
};

addEventListener("message", async ({ data: { id, name, cancel, ...job } }) => {
  if (cancel) {
    running.get(cancel)?.abort();
    return;
  }
  const abort = new AbortController();
  running.set(id, abort);
  try {
    await ready;
    const result = await jobs[name](job, abort.signal);
    const transfer = [];
    if (result instanceof ImageBitmap) transfer.push(result);
    if (result instanceof ImageData) transfer.push(result.data.buffer);
    if (result instanceof Uint8Array) transfer.push(result.buffer);
    postMessage({ id, result }, transfer);
  } catch (error) {
    const { message, kind = "failed" } = error instanceof Error ? error : { message: String(error) };
    // A program that trapped, for want of memory for instance, is in no state to go on.
    const fatal = error instanceof WebAssembly.RuntimeError;
    postMessage({ id, fatal, error: { message: fatal ? `the program failed: ${message}` : message, kind } });
  } finally {
    running.delete(id);
  }
});
