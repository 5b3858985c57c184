// How each page was read: method, reason, confidence, language, time.
import { html } from "../html.js";
import { duration, number, t, word } from "../i18n.js";
import { explain } from "../lib/messages.js";

const tone = (page) =>
  page.method === "failed"
    ? "bad"
    : page.confidence !== null && page.confidence < 60
      ? "warn"
      : page.method === "text_layer"
        ? "good"
        : "info";

export function Pages({ pages, chosen, onPage }) {
  return html`
    <ol class="pages" aria-label=${t("result.pages")}>
      ${pages.map(
        (page) => html`
          <li key=${page.number} class=${chosen === page.number ? "chosen" : ""}>
            <div class="page-number num">
              ${onPage
                ? html`
                    <button
                      type="button"
                      class="link"
                      aria-label=${t("result.show", { n: page.number })}
                      aria-pressed=${chosen === page.number ? "true" : "false"}
                      onClick=${() => onPage(page.number)}>
                      ${number(page.number)}
                    </button>
                  `
                : number(page.number)}
            </div>
            <div class="grow">
              <div class="row tight">
                <span class=${`badge ${tone(page)}`}>${word("method", page.method)}</span>
                ${page.confidence !== null &&
                page.confidence !== undefined &&
                html`
                  <span class="small num">
                    ${t("page.confidence", { n: Math.round(page.confidence) })}
                  </span>
                `}
                ${page.language &&
                html`
                  <span class="small soft">${word("language", page.language)}</span>
                `}
              </div>
              <div class="small soft">
                ${page.error
                  ? explain({ detail: page.error }, "say.failed")
                  : word("reason", page.reason)}
              </div>
            </div>
            <span class="small soft num nowrap">${duration((page.ms ?? 0) / 1000)}</span>
          </li>
        `,
      )}
    </ol>
  `;
}
