// The address after `#` says which view is open, so a reload, a bookmark and the back key work, and
// no path reaches the server.
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
addEventListener("hashchange", () => route.set(read()));

export const link = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");
export function go(address, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", address);
    route.set(read());
  } else location.hash = address;
}
