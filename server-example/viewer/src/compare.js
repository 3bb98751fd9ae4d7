/**
 * A second map over the first, to the right of a handle that can be dragged or moved by keys. The
 * first map keeps the pointer; the second one follows its view.
 */

import { h } from "./dom.js";

/** What an arrow key moves the handle, as a share of the width. */
const KEY_STEP = 0.02;

/** Half of the handle's width, in CSS pixels. */
const REACH = 24;

/**
 * @param {HTMLElement} map the map's element
 * @param {HTMLElement} stage of the first map
 * @param {(container: HTMLElement) => import("./engine.js").Engine} createEngine
 * @param {() => number} covered how many CSS pixels from the left the handle would be under something
 * @param {(split: number) => void} moved the handle is elsewhere now
 */
export function createCompare(map, stage, createEngine, covered, moved) {
  const second = h("div", { class: "stage compared", "aria-hidden": "true", inert: true });
  const left = h("span", { class: "compare-label left" });
  const right = h("span", { class: "compare-label right" });
  const handle = h("div", {
    class: "compare-handle",
    role: "slider",
    tabindex: 0,
    "aria-label": "Boundary between the compared datasets",
    "aria-orientation": "horizontal",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  });
  /** @type {import("./engine.js").Engine | null} */
  let engine = null;
  let split = 0.5;
  let shown = false;

  function place() {
    const percent = Math.round(split * 100);
    handle.setAttribute("aria-valuenow", String(percent));
    handle.setAttribute("aria-valuetext", `${left.textContent} left, ${right.textContent} right, at ${percent} %`);
    map.style.setProperty("--split", `${split * 100}%`);
  }

  /** @param {number} share of the map's width */
  function moveTo(share) {
    split = reachable(share);
    place();
    moved(split);
  }

  /**
   * The nearest place where a pointer can take the handle again.
   *
   * @param {number} share of the map's width
   */
  function reachable(share) {
    const width = Math.max(1, map.clientWidth);
    const [low, high] = [(covered() + REACH) / width, 1 - REACH / width];
    return Math.max(low, Math.min(high, share));
  }

  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = map.getBoundingClientRect();
    moveTo((event.clientX - box.left) / box.width);
  });
  handle.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: split - KEY_STEP,
      ArrowDown: split - KEY_STEP,
      ArrowRight: split + KEY_STEP,
      ArrowUp: split + KEY_STEP,
      PageDown: split - 5 * KEY_STEP,
      PageUp: split + 5 * KEY_STEP,
      Home: 0,
      End: 1,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    moveTo(places[event.key]);
  });

  return {
    /**
     * Shows layers to the right of the handle; null takes the second map away.
     *
     * @param {import("./engine.js").RasterLayer[] | null} layers
     * @param {[string, string]} labels what lies left and right
     * @param {number} share where the handle is, 0 to 1
     */
    show(layers, labels, share) {
      if (layers === null) {
        engine?.setLayers([]);
        shown = false;
        for (const part of [second, left, right, handle]) part.remove();
        stage.classList.remove("split");
        return;
      }
      if (!shown) {
        stage.after(second);
        map.append(left, right, handle);
        stage.classList.add("split");
        shown = true;
      }
      engine ??= createEngine(second);
      left.textContent = labels[0];
      right.textContent = labels[1];
      split = reachable(share);
      place();
      engine.setLayers(layers);
    },
    /** @param {import("./engine.js").View} view the first map's */
    follow(view) {
      if (shown) engine?.setView(view, false);
    },
    /** Whether a place, in CSS pixels from the left, belongs to the second map. */
    covers: (/** @type {number} */ x) => shown && x > split * map.clientWidth,
    retry() {
      if (shown) engine?.retry();
    },
  };
}
