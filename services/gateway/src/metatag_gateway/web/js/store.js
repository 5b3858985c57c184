// A value that components can watch. Small on purpose: session, language, theme, toasts and the
// live job use it.
import { useEffect, useState } from "preact/hooks";

export class Store {
  #value;
  #watchers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher(value);
  }

  /** Call `watcher` at each change; the answer ends that. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** The store's value, drawn again at each change. */
export function useStore(store) {
  const [, draw] = useState({});
  const drawn = store.value;
  useEffect(() => {
    // An effect runs after the paint: the value may have changed since it was drawn.
    if (!Object.is(store.value, drawn)) draw({});
    return store.watch(() => draw({}));
  }, [store]);
  return drawn;
}
