// A place to drop files and folders on, which is a button for the keyboard too.
import { useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { notePath } from "../lib/folders.js";
import { Icon } from "./icons.js";
import { Button } from "./parts.js";

const MOST = 20_000; // files of one drop

async function walk(entry, found) {
  if (found.length >= MOST) return;
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    notePath(file, entry.fullPath);
    found.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return;
    for (const one of some) await walk(one, found);
  }
}

/** All files of a drop, those in folders too. */
async function dropped(transfer) {
  const roots = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (roots.length === 0) return [...transfer.files];
  const found = [];
  for (const root of roots) await walk(root, found);
  return found;
}

// A file dropped beside the field would make the browser leave the page for it.
for (const name of ["dragover", "drop"])
  addEventListener(name, (event) => {
    if (/** @type {any} */ (event).dataTransfer?.types.includes("Files")) event.preventDefault();
  });

export function Drop({ accept, multiple, folder, title, hint, onFiles }) {
  const [over, setOver] = useState(false);
  const file = useRef(/** @type {any} */ (null)),
    directory = useRef(/** @type {any} */ (null));
  const chosen = (event) => {
    const files = [...event.currentTarget.files];
    event.currentTarget.value = "";
    if (files.length) onFiles(files);
  };
  const drop = async (event) => {
    event.preventDefault();
    setOver(false);
    const files = await dropped(event.dataTransfer);
    if (files.length) onFiles(files);
  };
  return html`
    <div
      class=${`drop ${over ? "over" : ""}`}
      onDragOver=${(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave=${() => setOver(false)}
      onDrop=${drop}>
      <${Icon} name="upload" size=${34} cls="glyph" />
      <div class="strong">${title}</div>
      ${hint &&
      html`
        <div class="soft small">${hint}</div>
      `}
      <div class="row">
        <${Button} onClick=${() => file.current.click()}>
          ${t(multiple ? "drop.choose" : "drop.chooseOne")}
        <//>
        ${folder &&
        html`
          <${Button} onClick=${() => directory.current.click()}>${t("drop.folder")}<//>
        `}
      </div>
      <input
        ref=${file}
        type="file"
        accept=${accept}
        multiple=${multiple}
        hidden
        onChange=${chosen}
        aria-label=${title} />
      ${folder &&
      html`
        <input
          ref=${directory}
          type="file"
          webkitdirectory
          hidden
          onChange=${chosen}
          aria-label=${t("drop.folder")} />
      `}
    </div>
  `;
}
