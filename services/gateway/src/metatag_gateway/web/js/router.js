// The address after `#` says which view is open and how it is filtered, so a reload, a bookmark and
// the Back key work, and no path reaches the server.
import { Store } from "./store.js";

function read() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path
    .split("/")
    .filter(Boolean)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  return { name: parts[0] ?? "", id: parts[1] ?? "", query: new URLSearchParams(query), path };
}

export const route = new Store(read());

// Each entry of the browser's history gets a number when it is first seen, and keeps how far its
// view was scrolled. An entry that has a number already is one that Back or Forward came to.
const scrolled = new Map();
let last = 0;
let here = mark();
let wanted = 0;

function mark() {
  const number = history.state?.entry ?? `${Date.now()}-${++last}`;
  if (!history.state?.entry) history.replaceState({ entry: number }, "");
  return number;
}

history.scrollRestoration = "manual";
addEventListener("scroll", () => scrolled.set(here, scrollY), { passive: true });
addEventListener("hashchange", () => {
  here = mark();
  wanted = scrolled.get(here) ?? 0;
  route.set(read());
});

/** How far the view of this entry was scrolled when it was left, in pixels; 0 for a new one. */
export const scrolledBefore = () => wanted;

export const link = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");

/** A link with a query; empty values are left out. */
export function linkWith(parts, query) {
  const given = Object.entries(query).filter(([, value]) => value);
  const text = new URLSearchParams(given).toString();
  return link(...parts) + (text ? `?${text}` : "");
}

export function go(address, { replace = false } = {}) {
  if (replace) {
    history.replaceState({ entry: here }, "", address);
    route.set(read());
  } else location.hash = address;
}

/** Change parts of this address's query; an empty value takes its part away. */
export function setQuery(changes, options) {
  const query = new URLSearchParams(route.value.query);
  for (const [name, value] of Object.entries(changes))
    if (value) query.set(name, String(value));
    else query.delete(name);
  const text = query.toString();
  go(`#/${route.value.path}${text ? `?${text}` : ""}`, options);
}
