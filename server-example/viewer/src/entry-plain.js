/** The viewer as a build without npm has it: these files as they are, and our own map. */

import { start } from "./app.js";
import { createPlain } from "./map-plain.js";

start(createPlain, { notes: false });
