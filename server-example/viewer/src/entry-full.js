/** The bundled viewer: MapLibre where WebGL is, our own map where it is not or `?map=plain` says so. */

import { start } from "./app.js";
import { canDraw, createMapLibre } from "./map-maplibre.js";
import { createPlain } from "./map-plain.js";

const plain = new URLSearchParams(location.search).get("map") === "plain" || !canDraw();
start(plain ? createPlain : createMapLibre, { notes: true });
