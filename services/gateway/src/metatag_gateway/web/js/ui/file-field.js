// A field for a file, in the page's own words: the browser's own speaks the browser's language.
import { useId, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Button } from "./parts.js";

export function FileField({ label, hint, accept, onFile }) {
  const id = useId();
  const input = useRef(/** @type {any} */ (null));
  const [name, setName] = useState("");
  const put = (file) => {
    setName(file?.name ?? "");
    onFile(file ?? null);
  };
  const clear = () => {
    input.current.value = "";
    put(null);
  };
  return html`
    <div class="field" role="group" aria-labelledby=${id}>
      <span class="label" id=${id}>${label}</span>
      <div class="row tight picker">
        <${Button}
          icon="upload"
          aria-describedby=${`${id}-name`}
          onClick=${() => input.current.click()}>
          ${t("chooseFile")}
        <//>
        <span class=${`grow clip ${name ? "strong" : "soft"}`} id=${`${id}-name`} title=${name}>
          ${name || t("noFileChosen")}
        </span>
        ${name &&
        html`
          <${Button} cls="plain slim" icon="close" label=${t("remove")} onClick=${clear} />
        `}
      </div>
      <input
        ref=${input}
        type="file"
        hidden
        accept=${accept}
        aria-label=${label}
        onChange=${(event) => put(event.currentTarget.files[0])} />
      ${hint &&
      html`
        <span class="hint">${hint}</span>
      `}
    </div>
  `;
}
