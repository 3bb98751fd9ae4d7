/**
 * Bundles the viewer into one folder of files that need nothing else.
 *
 * `node build.mjs [FOLDER]` (default `dist`). The folder then holds `index.html` and `assets/`.
 */

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "dist"));
const assets = path.join(out, "assets");

await rm(out, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: [
    { in: "src/entry-full.js", out: "viewer" },
    { in: "src/viewer-full.css", out: "viewer" },
    { in: "src/map-page.js", out: "map-page" },
    { in: "src/page.css", out: "page" },
  ],
  outdir: assets,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  loader: { ".svg": "dataurl" },
  logLevel: "warning",
});
await cp(path.join(here, "index.html"), path.join(out, "index.html"));
await cp(path.join(here, "src/favicon.svg"), path.join(assets, "favicon.svg"));
await cp(
  path.join(here, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"),
  path.join(assets, "maplibre-worker.js"),
);
await writeFile(path.join(assets, "licences.txt"), await licences());

/** The licence texts of everything that ends up in the bundle, which their terms ask to go along. */
async function licences() {
  const lock = JSON.parse(await readFile(path.join(here, "package-lock.json"), "utf8"));
  const parts = ["The viewer's bundle holds these packages, unchanged but for being minified.\n"];
  for (const [folder, { version, license, dev, optional }] of Object.entries(lock.packages)) {
    const tool = folder === "" || dev || optional || folder.endsWith("/esbuild") || folder.includes("/@types/");
    if (tool) continue;
    const name = folder.replace(/^.*node_modules\//, "");
    parts.push(`${"=".repeat(78)}\n${name} ${version} (${license})\n\n${await licenceText(folder)}`);
  }
  return parts.join("\n");
}

/** @param {string} folder of the package, relative to the project */
async function licenceText(folder) {
  for (const file of ["LICENSE.txt", "LICENSE", "LICENSE.md", "LICENCE", "license"]) {
    try {
      return await readFile(path.join(here, folder, file), "utf8");
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  return "The package comes without a licence text.\n";
}
