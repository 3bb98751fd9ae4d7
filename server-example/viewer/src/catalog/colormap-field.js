/** The control that chooses among the catalog's colormaps. */

import { createColormapPicker } from "../colormap-picker.js";
import { h } from "../dom.js";
import { field, words } from "../form.js";
import { COLORMAPS, catalogColors } from "./colormaps.js";

/**
 * A list of colormaps.
 *
 * @param {string} chosen
 * @param {(name: string) => void} choose
 */
export function colormapField(chosen, choose) {
  const message = h("p", { class: "field-error", hidden: true });
  const picker = createColormapPicker(COLORMAPS, "greys", chosen, choose, {
    colors: catalogColors,
    failed(error) {
      message.hidden = false;
      message.textContent = `Its colours could not be loaded: ${words(error)}`;
    },
  });
  return field("Colormap", picker, message);
}
