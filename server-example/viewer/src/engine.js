/**
 * The contract between the viewer and what draws its map. Two implementations: MapLibre
 * (`map-maplibre.js`), and one of our own that needs neither WebGL nor a bundle (`map-plain.js`).
 *
 * @typedef {import("./mercator.js").Bounds} Bounds
 * @typedef {import("./mercator.js").View} View
 *
 * @typedef {object} RasterLayer
 * @property {string} id
 * @property {string} tiles address with `{z}`, `{x}`, `{y}`
 * @property {Bounds | null} bounds no tile outside is asked for
 * @property {number} maxzoom the deepest zoom asked for; beyond it tiles are stretched
 * @property {number} opacity 0 to 1
 * @property {boolean} crisp stretched pixels keep their edges
 *
 * @typedef {object} Handlers
 * @property {() => void} drawn after every frame that moved the map
 * @property {(at: {x: number, y: number}) => void} hover the pointer is over the map, in CSS pixels
 * @property {() => void} leave the pointer left the map
 * @property {(at: {x: number, y: number}) => void} click
 * @property {(busy: boolean) => void} busy whether tiles are on their way
 * @property {(id: string) => void} tileLoaded
 * @property {(id: string, status: number, body: Promise<string>) => void} tileFailed status 0: no answer
 *
 * @typedef {object} Engine
 * @property {string} name
 * @property {(layers: RasterLayer[]) => void} setLayers the lowest first
 * @property {() => View} view
 * @property {(view: View, animate: boolean) => void} setView
 * @property {(lon: number, lat: number) => [number, number]} project degrees to CSS pixels
 * @property {(x: number, y: number) => [number, number]} unproject CSS pixels to degrees
 * @property {(levels: number) => void} zoomBy
 * @property {() => void} retry asks again for the tiles that failed
 */
export {};
