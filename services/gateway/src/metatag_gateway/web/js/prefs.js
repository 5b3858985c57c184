// Language and theme: the only things kept in the browser's storage, and no secret.
import { Store } from "./store.js";

const read = (name) => {
  try {
    return localStorage.getItem(`metatag.${name}`);
  } catch {
    return null;
  }
};
const write = (name, value) => {
  try {
    localStorage.setItem(`metatag.${name}`, value);
  } catch {
    /* a private window: this page only */
  }
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const spoken = (navigator.languages ?? ["en"]).find((tag) => /^(hi|en)\b/i.test(tag)) ?? "en";

export const language = new Store(read("language") ?? (/^hi/i.test(spoken) ? "hi" : "en"));
/** "light", "dark" or "auto". */
export const theme = new Store(read("theme") ?? "auto");

function show() {
  const shown = theme.value === "auto" ? (dark.matches ? "dark" : "light") : theme.value;
  document.documentElement.dataset.theme = shown;
  document.documentElement.lang = language.value;
}

dark.addEventListener("change", show);
language.watch((value) => {
  write("language", value);
  show();
});
theme.watch((value) => {
  write("theme", value);
  show();
});
show();
