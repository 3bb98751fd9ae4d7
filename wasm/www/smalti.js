/**
 * COGs in a browser: `const cog = await open("dem.tif"); const image = await cog.tile(9, 268, 179);`
 *
 * Every file has a worker of its own, in which the program runs.
 *
 * @typedef {object} View how a tile is to look, all optional
 * @property {number[]} [bidx] bands, counted from 1
 * @property {number | string} [nodata]
 * @property {boolean} [unscale]
 * @property {string} [resampling] nearest, bilinear, cubic, average, where file and map have the same CRS
 * @property {string} [reproject] the same where they differ; nearest by default
 * @property {[number, number][]} [rescale] values that become 0 and 255
 * @property {string} [colormap_name]
 * @property {boolean} [return_mask]
 * @property {number} [tilesize]
 */

/** Why something could not be had; `kind` is a word for programs, the message one for people. */
export class CogError extends Error {
  /**
   * @param {string} message
   * @param {string} kind not-found, denied, unavailable, malformed, unsupported, over-limit, changed,
   *   outside, parameter, aborted, failed
   */
  constructor(message, kind) {
    super(message);
    this.name = kind === "aborted" ? "AbortError" : "CogError";
    this.kind = kind;
  }
}

/** An open file. */
export class Cog {
  #worker;
  #jobs = new Map();
  #last = 0;

  /** Use `open`. */
  constructor() {
    this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data: { id, result, error, fatal } }) => {
      const job = this.#jobs.get(id);
      this.#jobs.delete(id);
      if (error) job?.reject(new CogError(error.message, error.kind));
      else job?.resolve(result);
      if (fatal) this.#end(new CogError(error.message, error.kind));
    });
    this.#worker.addEventListener("error", (event) => {
      // A script that is not there, or a program that cannot go on.
      event.preventDefault();
      this.#end(new CogError(`The worker failed: ${event.message || "it could not be loaded"}`, "failed"));
    });
    /** What the file says of itself: size, bands, CRS, bounds, zooms. */
    this.info = null;
  }

  /**
   * @param {string} name
   * @param {object} job
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  #ask(name, job, signal) {
    if (signal?.aborted) return Promise.reject(new CogError("no longer wanted", "aborted"));
    if (!this.#worker) return Promise.reject(new CogError("the file is closed", "failed"));
    const id = (this.#last += 1);
    const cancel = () => this.#worker?.postMessage({ cancel: id });
    signal?.addEventListener("abort", cancel);
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, file: 1, ...job });
    }).finally(() => signal?.removeEventListener("abort", cancel));
  }

  #end(error) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }

  /** @param {string} url @param {AbortSignal} [signal] */
  async _open(url, signal) {
    this.info = await this.#ask("open", { url }, signal);
  }

  /**
   * A tile of the web's usual map (256 pixel tiles in web mercator, row 0 in the north).
   *
   * @param {number} z @param {number} x @param {number} y
   * @param {View} [options]
   * @param {AbortSignal} [signal]
   * @returns {Promise<ImageData>}
   */
  tile(z, x, y, options, signal) {
    return this.#ask("tile", { z, x, y, options }, signal);
  }

  /** The same as an `ImageBitmap`, which canvases draw fastest. @returns {Promise<ImageBitmap>} */
  bitmap(z, x, y, options, signal) {
    return this.#ask("bitmap", { z, x, y, options }, signal);
  }

  /** The same as the bytes of a PNG. @returns {Promise<Uint8Array>} */
  png(z, x, y, options, signal) {
    return this.#ask("png", { z, x, y, options }, signal);
  }

  /**
   * The values of the pixel at a point, in degrees.
   *
   * @returns {Promise<{coordinates: [number, number], band_names: string[], values: (number | null)[]}>}
   */
  point(lon, lat, options, signal) {
    return this.#ask("point", { lon, lat, options }, signal);
  }

  /** For each band two values that suit `rescale`. @returns {Promise<[number, number][]>} */
  stretch(options, signal) {
    return this.#ask("stretch", { options }, signal);
  }

  /** What reading has cost so far. @returns {Promise<{requests: number, bytes: number}>} */
  traffic() {
    return this.#ask("traffic", {});
  }

  /** Ends the worker; what is under way fails. */
  close() {
    this.#end(new CogError("the file was closed", "aborted"));
  }
}

/**
 * Opens the file at `url`, relative to the page.
 *
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<Cog>}
 * @throws {CogError}
 */
export async function open(url, signal) {
  const cog = new Cog();
  try {
    // The worker's script may lie elsewhere than the page.
    await cog._open(new URL(url, document.baseURI).href, signal);
    return cog;
  } catch (error) {
    cog.close();
    throw error instanceof TypeError ? new CogError(`${url}: this is no URL`, "unsupported") : error;
  }
}
