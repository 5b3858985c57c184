// The live table of a job: any number of rows, filtered by state or word.
import { useMemo } from "preact/hooks";
import { html } from "../html.js";
import { number, t, word } from "../i18n.js";
import { explain } from "../lib/messages.js";
import { standing } from "../lib/records.js";
import { link, setQuery } from "../router.js";
import { Grid } from "../ui/grid.js";
import { Badge, Empty } from "../ui/parts.js";

const failure = ({ code, error }) => explain({ code, detail: error }, "say.failed");

const STATES = ["all", "success", "failed", "open"];
const fits = {
  all: () => true,
  success: (row) => row?.status === "success",
  failed: (row) => row?.status === "failed",
  open: (row) => !row || row.status === "pending" || row.status === "processing",
};
const says = (row, sought) =>
  !sought ||
  [row?.title, row?.file, row?.error, ...(row?.tags ?? [])].some((text) =>
    text?.toLowerCase().includes(sought),
  );

// The end of a long name often tells more than its beginning: both are kept.
const shortened = (text) =>
  text && text.length > 70 ? `${text.slice(0, 42)} … ${text.slice(-22)}` : text;

function Title({ row }) {
  const name = row?.title || row?.file;
  const hint = [row?.title, row?.file].filter(Boolean).join(" · ");
  const shown = html`
    <span class="clip">${shortened(name) || t("job.untitled")}</span>
    ${row?.file &&
    row.file !== name &&
    html`
      <span class="clip small soft">${row.file}</span>
    `}
  `;
  return row?.id
    ? html`
        <a class="two-lines" href=${link("documents", row.id)} title=${hint}>${shown}</a>
      `
    : html`
        <span class="two-lines" title=${hint}>${shown}</span>
      `;
}

function cell(rows, at, column) {
  const row = rows[at];
  if (column === "row")
    return html`
      <span class="num soft">${number(at + 1)}</span>
    `;
  if (column === "title")
    return html`
      <${Title} row=${row} />
    `;
  if (column === "status")
    return html`
      <${Badge} status=${row ? standing(row) : "pending"} />
    `;
  if (column === "method")
    return html`
      <span class="small soft clip">
        ${row?.metadata?.extraction_method ? word("method", row.metadata.extraction_method) : ""}
      </span>
    `;
  if (row?.status === "failed")
    return html`
      <span class="clip bad-text small" title=${failure(row)}>${failure(row)}</span>
    `;
  return html`
    <span class="clip small" title=${row?.tags?.join(", ")}>${row?.tags?.join(" · ")}</span>
  `;
}

export function JobRows({ rows, total, version, query }) {
  const asked = query.get("state") ?? "";
  const state = STATES.includes(asked) ? asked : "all";
  const text = query.get("find") ?? "";
  const sought = text.trim().toLowerCase();
  const shown = useMemo(() => {
    if (state === "all" && !sought) return null;
    return Array.from({ length: Math.max(total, rows.length) }, (_, at) => at).filter(
      (at) => fits[state](rows[at]) && says(rows[at], sought),
    );
  }, [state, sought, version, total]);
  const count = shown ? shown.length : Math.max(total, rows.length);
  const columns = [
    { id: "row", name: "#", width: "52px" },
    { id: "title", name: t("file.title"), width: "minmax(120px, 1.8fr)" },
    { id: "status", name: t("file.status"), width: "150px" },
    { id: "tags", name: t("result.tags"), width: "minmax(140px, 2fr)" },
    { id: "method", name: t("fact.method"), width: "96px", cls: "roomy" },
  ];
  return html`
    <div class="row apart">
      <div class="row tight" role="group" aria-label=${t("filter")}>
        ${STATES.map(
          (name) => html`
            <button
              key=${name}
              type="button"
              class=${`button slim ${state === name ? "main" : "plain"}`}
              aria-pressed=${state === name ? "true" : "false"}
              onClick=${() => setQuery({ state: name === "all" ? "" : name })}>
              ${t(`rows.${name}`)}
            </button>
          `,
        )}
      </div>
      <div class="row">
        <span class="small soft num">${t("rows.count", { n: count })}</span>
        <input
          class="input slim"
          type="search"
          aria-label=${t("rows.search")}
          placeholder=${t("rows.search")}
          value=${text}
          onInput=${(event) => setQuery({ find: event.currentTarget.value }, { replace: true })} />
      </div>
    </div>
    <${Grid}
      label=${t("job.rows")}
      columns=${columns}
      count=${count}
      height=${52}
      cell=${(at, column) => cell(rows, shown ? shown[at] : at, column)}
      empty=${html`
        <${Empty}>${t("rows.none")}<//>
      `} />
  `;
}
