/** The panel of the chosen dataset: how it is drawn, what it is compared with, what is known of it. */

import { withToken } from "../api.js";
import { debounce, fill, h, icon } from "../dom.js";
import { chip, dropdown, rebuildKeepingFocus, words } from "../form.js";
import { createControls } from "./controls.js";
import { apiCalls, createPreview, previewSize, statisticsTable } from "./facts.js";
import { dataPath, isAddressable, isSame, nameOf, withValue } from "./keys.js";
import { moreValues } from "./more-values.js";
import { datasetsQuery } from "./query.js";
import { previewAddress, tileTemplate } from "./view.js";

/** The picture is not asked for more often than this, in milliseconds. */
const SETTLE = 150;

/**
 * @typedef {import("./keys.js").Dataset} Dataset
 *
 * @typedef {object} ChosenActions
 * @property {() => void} changed the view is another now
 * @property {(dataset: Dataset | null, look: boolean) => Promise<void>} choose
 * @property {(dataset: Dataset | null) => void} compareWith
 * @property {(bounds: import("../mercator.js").Bounds, animate: boolean) => void} zoomTo
 * @property {(dataset: Dataset) => import("../mercator.js").Bounds | null} boundsOf as far as they have come
 * @property {(dataset: Dataset) => Promise<import("./api.js").Metadata>} metadata
 * @property {(dataset: Dataset, key: number) => Promise<import("./values.js").Values>} siblings
 * @property {(dataset: Dataset, key: number, next: Promise<import("./values.js").Values>) => Promise<void>} offer other siblings
 *   from now on
 */

/**
 * @param {import("./tab.js").State} state
 * @param {ChosenActions} actions
 */
export function createChosen(state, actions) {
  const { metadata, siblings, offer } = actions;
  const chosen = h("section", { class: "chosen", "aria-label": "Chosen dataset", hidden: true });
  const compare = h("div", { class: "field" });
  const preview = createPreview();
  const statistics = h("div", {});
  const calls = h("div", {});
  /** @type {ReturnType<typeof createControls> | null} */
  let controls = null;

  function showChosen() {
    const { dataset } = state.view;
    chosen.hidden = dataset === null;
    controls = null;
    if (!dataset) {
      preview.show(null, [1, 1], "");
      chosen.replaceChildren();
      return;
    }
    controls = createControls({ catalog: state.catalog, view: state.view, changed: actions.changed, metadata, siblings, offer });
    const name = nameOf(dataset);
    const zoom = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: "Zoom to the dataset",
        "aria-label": `Zoom to ${name}`,
        onclick: () => void metadata(dataset).then(({ bounds }) => bounds && actions.zoomTo(bounds, true), () => {}),
      },
      icon("target"),
    );
    const close = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: "Choose none",
        "aria-label": `Put ${name} away`,
        onclick: () => void actions.choose(null, false),
      },
      icon("close"),
    );
    fill(statistics, h("p", { class: "muted" }, "Loading…"));
    metadata(dataset).then(
      (answer) => {
        if (isSame(dataset, state.view.dataset)) fill(statistics, statisticsTable(dataset, answer));
      },
      (error) => {
        if (isSame(dataset, state.view.dataset)) fill(statistics, h("p", { class: "field-error" }, words(error)));
      },
    );
    const pairs = state.catalog.keys.map(({ name: key }, i) =>
      h("span", { class: "key-value" }, h("span", { class: "muted" }, key), " ", dataset[i]),
    );
    fill(
      chosen,
      h("div", { class: "chosen-head" }, h("h2", {}, ...pairs), zoom, close),
      controls.element,
      compare,
      h("details", { class: "fold", open: true }, h("summary", {}, "Statistics"), preview.element, statistics),
      h("details", { class: "fold" }, h("summary", {}, "Requests for copying"), calls),
    );
    showCompare();
  }

  /** The ways to compare: other values of one key, or any row of the table. */
  function showCompare() {
    const { dataset, compared } = state.view;
    if (!dataset) return;
    const candidates = state.catalog.keys
      .map(({ name }, key) => ({ name, key }))
      .filter(({ key }) => state.view.mode === "single" || key !== state.view.by);
    const differing = compared ? candidates.find(({ key }) => compared[key] !== dataset[key]) : null;
    const key = differing?.key ?? candidates.find(({ name }) => /date|time|year|day/i.test(name))?.key ?? candidates[0]?.key;
    if (key === undefined) {
      compare.replaceChildren();
      return;
    }
    const rest = h("div", { class: "row" });
    const further = h("div", {});
    const keys = candidates.map((entry) => /** @type {[string, string]} */ ([String(entry.key), entry.name]));
    const show = (/** @type {number} */ among) => {
      fill(rest, h("span", { class: "muted" }, "…"));
      siblings(dataset, among).then(
        (values) => {
          if (!isSame(dataset, state.view.dataset)) return;
          const others = values.offered.filter((value) => value !== dataset[among]);
          const now = compared && isSame(compared, withValue(dataset, among, compared[among])) ? compared[among] : "";
          const options = [/** @type {[string, string]} */ (["", others.length > 0 ? "nothing" : "no other value"])];
          options.push(...others.map((value) => /** @type {[string, string]} */ ([value, value])));
          fill(
            rest,
            dropdown("Compare with", "compare-value", options, now, (value) => {
              actions.compareWith(value === "" ? null : withValue(dataset, among, value));
            }),
          );
          const replace = (/** @type {Promise<import("./values.js").Values>} */ next) =>
            offer(dataset, among, next).then(() => show(among));
          rebuildKeepingFocus(further, () => fill(further, moreValues(values, state.catalog.extended, replace)));
        },
        (error) => fill(rest, h("span", { class: "field-error" }, words(error))),
      );
    };
    const byKey = dropdown("Key to compare by", "compare-key", keys, String(key), (value) => show(Number(value)));
    const other = compared && dataset.filter((value, i) => value !== compared[i]).length > 1;
    fill(
      compare,
      h("div", { class: "field-name" }, "Compare with another"),
      h("div", { class: "band-row" }, byKey, rest),
      further,
      compared &&
        h(
          "div",
          { class: "chips" },
          other && h("span", { class: "muted" }, nameOf(compared)),
          chip("Swap", "Exchange left and right", () => {
            state.view.compared = dataset;
            void actions.choose(compared, false);
          }),
          chip("End comparison", "Show one dataset only", () => actions.compareWith(null)),
        ),
    );
    show(key);
  }

  /** Brings picture and requests in line with the view. */
  function showRequests() {
    const { dataset } = state.view;
    if (!dataset) return;
    const template = tileTemplate(state.catalog, state.view, dataset, 256);
    const size = previewSize(actions.boundsOf(dataset));
    const picture = previewAddress(state.catalog, state.view, dataset, size);
    preview.show(picture, size, nameOf(dataset));
    const list = withToken(`datasets?${datasetsQuery(state.catalog, state.query)}`);
    fill(
      calls,
      apiCalls([
        ...(template ? [{ name: "Tiles", url: template }] : []),
        ...(picture ? [{ name: "Picture of the whole", url: picture }] : []),
        { name: "Metadata", url: withToken(`metadata/${dataPath(dataset)}`) },
        { name: "This list", url: list },
        {
          name: "Outlines of this list",
          url: withToken('metadata?columns=["bounds","convex_hull"]'),
          body: JSON.stringify({ keys: state.listed.filter(isAddressable) }),
        },
      ]),
    );
  }

  return {
    element: chosen,
    showChosen,
    showCompare,
    showRequests: debounce(showRequests, SETTLE),
    rebuildControls: () => controls?.rebuild(),
  };
}
