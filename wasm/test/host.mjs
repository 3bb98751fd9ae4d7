/**
 * A static file host with byte ranges: `node wasm/test/host.mjs PORT FOLDER...`.
 *
 * Each FOLDER is served under `/`, the first that has a file wins. What it can do beyond that is for
 * the tests: leaving out ranges or CORS, and counting.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".tif": "image/tiff",
};

/**
 * @param {string[]} folders
 * @param {{port?: number, ranges?: boolean, cors?: "none" | "plain" | "exposed", chunked?: boolean}} [how]
 *   `cors`: whether other origins may read, and may see the headers that tell the size and the version
 */
export async function startHost(folders, { port = 0, ranges = true, cors = "none", chunked = false } = {}) {
  /** @type {{method: string, path: string, range: string | undefined, condition: string | undefined, status: number, aborted: boolean}[]} */
  const log = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const entry = {
      method: request.method ?? "",
      path: pathname,
      range: request.headers.range,
      condition: request.headers["if-match"],
      status: 0,
      aborted: false,
    };
    log.push(entry);
    response.on("close", () => {
      entry.status = response.statusCode;
      entry.aborted = !response.writableFinished;
    });
    if (cors !== "none") response.setHeader("Access-Control-Allow-Origin", "*");
    if (cors === "exposed") response.setHeader("Access-Control-Expose-Headers", "Content-Range, ETag");
    const found = await find(folders, pathname);
    if (!found) {
      response.writeHead(404).end("not found");
      return;
    }
    const { file, size, changed } = found;
    const tag = `"${createHash("sha256").update(`${file} ${size} ${changed}`).digest("hex").slice(0, 16)}"`;
    response.setHeader("ETag", tag);
    response.setHeader("Content-Type", TYPES[path.extname(file)] ?? "application/octet-stream");
    if (ranges) response.setHeader("Accept-Ranges", "bytes");
    if (entry.condition && entry.condition !== tag) {
      response.writeHead(412).end();
      return;
    }
    const wanted = ranges && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    let [start, end] = [0, size];
    if (wanted) {
      start = Number(wanted[1]);
      end = Math.min(size, wanted[2] ? Number(wanted[2]) + 1 : size);
      if (start >= size) {
        response.writeHead(416, { "Content-Range": `bytes */${size}` }).end();
        return;
      }
      response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${size}`);
    }
    if (!chunked) response.setHeader("Content-Length", String(end - start));
    response.writeHead(wanted ? 206 : 200);
    if (request.method === "HEAD" || end === start) response.end();
    else createReadStream(file, { start, end: end - 1 }).on("error", () => response.destroy()).pipe(response);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    log,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The file of a path, in the first folder that has it; never outside of one. */
async function find(folders, pathname) {
  const relative = path.posix.normalize(decodeURIComponent(pathname)).replace(/^\/+/, "") || "index.html";
  if (relative.split("/").includes("..")) return null;
  for (const folder of folders) {
    const file = path.join(folder, relative);
    const found = await stat(file).catch(() => null);
    if (found?.isFile()) return { file, size: found.size, changed: found.mtimeMs };
  }
  return null;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [port, ...folders] = process.argv.slice(2);
  if (!/^\d+$/.test(port ?? "") || folders.length === 0) {
    console.error("usage: node host.mjs PORT FOLDER...");
    process.exit(2);
  }
  const host = await startHost(folders, { port: Number(port), cors: "exposed" });
  console.log(host.url);
}
