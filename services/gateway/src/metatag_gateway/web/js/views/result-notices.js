// What must be known of a result before it is relied on: what was not read, what was hard to read,
// who did not answer.
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { askLimits, limits } from "../lib/limits.js";
import { explain } from "../lib/messages.js";
import { useStore } from "../store.js";
import { Notice } from "../ui/parts.js";

/** How many pages were read of how many; says nothing where all were. */
function Partly({ result }) {
  const { max_pages: most } = useStore(limits);
  useEffect(askLimits, []);
  const read = result.pagesRead;
  const all = result.pageCount;
  return html`
    <${Notice} kind="warn">
      <div class="stack tight">
        <span>${t("result.partly", { read, all })}</span>
        ${all > most &&
        html`
          <span>${t("result.partlyLimit", { n: most })}</span>
        `}
      </div>
    <//>
  `;
}

export function ResultNotices({ result }) {
  const doubtful = result.pages.filter((page) => page.needs_review).map((page) => page.number);
  return html`
    ${result.error &&
    html`
      <${Notice} kind="bad">
        ${explain({ code: result.code, detail: result.error }, "say.failed")}
      <//>
    `}
    ${result.pagesRead > 0 &&
    result.pageCount > result.pagesRead &&
    html`
      <${Partly} result=${result} />
    `}
    ${(result.needsReview || doubtful.length > 0) &&
    !result.reviewed &&
    html`
      <${Notice} kind="warn">
        ${t("result.doubtful")}${" "}
        ${doubtful.length > 0 && t("result.doubtfulPages", { pages: doubtful.join(", ") })}
      <//>
    `}
    ${result.degraded &&
    html`
      <${Notice} kind="warn">${t("result.degraded")}<//>
    `}
  `;
}
