/** Messages about what went wrong, one for each cause, gone when the cause is. */

import { fill, h, icon } from "./dom.js";

/** More than these at once would cover the map. */
const SHOWN = 3;

/**
 * @param {HTMLElement} host
 */
export function createNotices(host) {
  /** @type {Map<string, {title: string, text: string, action?: {label: string, run: () => void}}>} */
  const notices = new Map();

  function draw() {
    const shown = [...notices].slice(-SHOWN);
    fill(
      host,
      ...shown.map(([key, { title, text, action }]) =>
        h(
          "div",
          { class: "notice", "data-notice": key },
          icon("warning"),
          h("div", { class: "notice-text" }, h("strong", {}, title), h("span", {}, text)),
          action && h("button", { type: "button", class: "text-button", onclick: action.run }, action.label),
          h(
            "button",
            { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => clear(key) },
            icon("close"),
          ),
        ),
      ),
    );
  }

  /**
   * @param {string} key
   */
  function clear(key) {
    if (notices.delete(key)) draw();
  }

  return {
    /**
     * @param {string} key what it is about; replaces an earlier notice about the same
     * @param {{title: string, text: string, action?: {label: string, run: () => void}}} notice
     */
    show(key, notice) {
      const old = notices.get(key);
      if (old && old.title === notice.title && old.text === notice.text) return;
      notices.delete(key);
      notices.set(key, notice);
      draw();
    },
    clear,
    /** @param {string} key */
    has: (key) => notices.has(key),
  };
}
