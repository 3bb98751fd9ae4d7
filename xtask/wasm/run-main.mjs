// Calls `main` of a wasm32-unknown-unknown program in Node: `node run-main.mjs PROGRAM.wasm`.
//
// What the program imports from JavaScript is listed and stands in as a function that throws, so a
// program that needs its imports to work fails here.
import { readFileSync } from 'node:fs';

const module = await WebAssembly.compile(readFileSync(process.argv[2]));
const imports = {};
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
  if (kind !== 'function') throw new Error(`the program imports the ${kind} ${from}.${name}`);
  console.log(`import ${from}.${name}`);
  (imports[from] ??= {})[name] = () => {
    throw new Error(`the program called ${from}.${name}`);
  };
}
const { exports } = await WebAssembly.instantiate(module, imports);
process.exitCode = exports.main(0, 0);
