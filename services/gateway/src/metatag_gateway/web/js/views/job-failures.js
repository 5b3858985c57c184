// What failed in a batch, by cause: which files, and what helps.
import { retryDocuments } from "../api.js";
import { html } from "../html.js";
import { number, t, word } from "../i18n.js";
import { canHelp, explain } from "../lib/messages.js";
import { link } from "../router.js";
import { Button, useAction } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

const NAMED = 50; // files of one cause that are named

function Names({ rows }) {
  const found = [...rows].slice(0, NAMED);
  return html`
    <details>
      <summary class="small">${t("job.files", { n: rows.length })}</summary>
      <ul class="small names">
        ${found.map(
          (row) => html`
            <li key=${row.id ?? row.title} class="wrap">
              ${row.id
                ? html`
                    <a href=${link("documents", row.id)}>${row.file || row.title}</a>
                  `
                : row.file || row.title}
            </li>
          `,
        )}
        ${rows.length > NAMED &&
        html`
          <li>${t("job.more", { n: rows.length - NAMED })}</li>
        `}
      </ul>
    </details>
  `;
}

function Cause({ group, rows, busy, onRetry }) {
  const code = /^[a-z_]+$/.test(group.key) ? group.key : "";
  const said = explain({ code, detail: group.sample }, "say.failed");
  return html`
    <li class="cause">
      <span class="badge bad num">${number(rows.length)}</span>
      <div class="grow">
        ${code &&
        html`
          <div class="strong">${word("code", code)}</div>
        `}
        <div class="soft">${said}</div>
        <${Names} rows=${rows} />
      </div>
      ${canHelp(code)
        ? html`
            <${Button} cls="slim" icon="retry" busy=${busy} onClick=${onRetry}>${t("job.retry")}<//>
          `
        : html`
            <span class="small soft">${t("job.noRetry")}</span>
          `}
    </li>
  `;
}

export function Failures({ id, feed, onRetry }) {
  const groups = feed.causes.groups;
  const [run, busy] = useAction(async (group) => {
    const ids = [...group.rows].map((row) => feed.rows[row].id).filter(Boolean);
    toast(t("job.retried", { n: await retryDocuments(id, ids) }), "good");
    onRetry();
  });
  if (groups.length === 0) return null;
  return html`
    <section class="card">
      <h2>${t("job.failures")}</h2>
      <ul class="stack tight">
        ${groups.map(
          (group) => html`
            <${Cause}
              key=${group.key}
              group=${group}
              rows=${[...group.rows].map((row) => feed.rows[row])}
              busy=${busy}
              onRetry=${() => run(group)} />
          `,
        )}
      </ul>
    </section>
  `;
}
