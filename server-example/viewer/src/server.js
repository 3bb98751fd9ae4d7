/**
 * Which server the page asks: the one it came from, or the one that `?server=` names, so that one
 * viewer shows any server (`smalti connect`).
 */

/**
 * @param {string} search the query of the page's address
 * @returns {URL | null} the other server's address, ending in a slash; null without a usable one
 */
export function otherServer(search) {
  const said = new URLSearchParams(search).get("server")?.trim();
  if (!said) return null;
  let url;
  try {
    url = new URL(said.includes("://") ? said : `http://${said}`);
  } catch {
    return null;
  }
  if (!["http:", "https:"].includes(url.protocol) || url.hostname === "" || url.username !== "" || url.password !== "") return null;
  return new URL(url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`, url.origin);
}

const other = otherServer(location.search);

/** Whether the page's address names another server, be it a usable one or not. */
export const askedAnother = new URLSearchParams(location.search).has("server");

/** Where every path of the server's interface starts. */
export const serverAddress = (other ?? new URL(".", document.baseURI)).href;

/** The name of the server if it is not the page's own; empty otherwise. */
export const serverName = other === null ? "" : other.host;

/**
 * Forbids the page to talk to anybody but itself and the server it asks. The policy in `index.html`
 * cannot know that server; a second one only ever narrows the first.
 */
export function narrowPolicy() {
  const hosts = ["'self'", ...(other === null ? [] : [other.origin])].join(" ");
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = `connect-src ${hosts}; img-src ${hosts} blob: data:`;
  document.head.append(meta);
}
