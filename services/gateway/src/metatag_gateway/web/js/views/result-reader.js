// The page's picture beside its text.
import { useEffect, useState } from "preact/hooks";
import { pagePicture } from "../api.js";
import { html } from "../html.js";
import { number, t } from "../i18n.js";
import { textPages } from "../lib/result.js";
import { Button, copy } from "../ui/parts.js";

const WIDTH = 1000;

/** The picture's address, or null while there is none, or false where it cannot be had. */
function usePicture(id, page) {
  const [address, set] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    let made = null;
    set(null);
    if (!id) {
      set(false);
      return;
    }
    pagePicture(id, page, WIDTH, stop.signal).then(
      (blob) => {
        made = URL.createObjectURL(blob);
        set(made);
      },
      (error) => error.name === "AbortError" || set(false),
    );
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [id, page]);
  return address;
}

export function PageReader({ result, page, onPage }) {
  const picture = usePicture(result.id, page);
  const texts = textPages(result.text);
  const perPage = texts.length > 1;
  const last = Math.max(result.pages.length, perPage ? texts.length : 1);
  const text = (perPage ? texts[page - 1] : texts[0])?.trim() ?? "";
  return html`
    <section class="card stack">
      <div class="head">
        <h2>${t("reader.title")}</h2>
        ${last > 1 &&
        html`
          <div class="row tight">
            <${Button}
              cls="slim"
              icon="left"
              label=${t("reader.before")}
              disabled=${page <= 1}
              onClick=${() => onPage(page - 1)} />
            <span class="num small" aria-live="polite">${number(page)}${" / "}${number(last)}</span>
            <${Button}
              cls="slim"
              icon="right"
              label=${t("reader.after")}
              disabled=${page >= last}
              onClick=${() => onPage(page + 1)} />
          </div>
        `}
      </div>
      <div class="reader">
        ${picture !== false &&
        html`
          <div class="sheet" aria-busy=${picture ? "false" : "true"}>
            ${picture
              ? html`
                  <img src=${picture} alt=${t("reader.alt", { n: page })} />
                `
              : html`
                  <div class="sheet-wait"></div>
                `}
          </div>
        `}
        <div class="stack tight">
          <div class="row apart small soft">
            <span>${t(perPage ? "reader.text" : "reader.allText", { n: page })}</span>
            ${text &&
            html`
              <${Button} cls="slim plain" icon="copy" onClick=${() => copy(text)}>
                ${t("reader.copy")}
              <//>
            `}
          </div>
          <pre class="text" tabindex="0" aria-label=${t("reader.allText")}>
${text || t("reader.noText")}</pre
          >
        </div>
      </div>
    </section>
  `;
}
