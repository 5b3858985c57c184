// Batches: those that run now, and the way from files or a table to a new one.
import { useEffect, useState } from "preact/hooks";
import { activeBatches, saveAs, startBatch, template } from "../api.js";
import { html } from "../html.js";
import { bytes, number, percent, t } from "../i18n.js";
import { commonFolder, folderOf } from "../lib/folders.js";
import { handOver } from "../lib/handover.js";
import { askLimits, limits } from "../lib/limits.js";
import { documents as toDocuments, problems } from "../lib/mapping.js";
import { readTable } from "../lib/table.js";
import { uploadFiles } from "../lib/uploads.js";
import { uuid } from "../lib/uuid.js";
import { go, link } from "../router.js";
import { Drop } from "../ui/drop.js";
import {
  Badge,
  Button,
  Failure,
  Field,
  Notice,
  Progress,
  useAction,
  useFetched,
} from "../ui/parts.js";
import { toast } from "../ui/toasts.js";
import { FileList } from "./batch-files.js";
import { Mapping } from "./batch-mapping.js";
import { DEFAULTS, misfit, Options, toConfig } from "./options.js";

function Active() {
  const { data, again } = useFetched(activeBatches, []);
  useEffect(() => {
    const timer = setInterval(again, 5000);
    return () => clearInterval(timer);
  }, []);
  const jobs = data?.jobs ?? [];
  return (
    jobs.length > 0 &&
    html`
      <section class="card">
        <h2>${t("batch.active")}</h2>
        <ul class="stack tight">
          ${jobs.map(
            (job) => html`
              <li key=${job.job_id}>
                <a class="line-link" href=${link("jobs", job.job_id)}>
                  <span class="row apart">
                    <span class="row">
                      <${Badge} status=${job.status} />
                      <span class="num">${t("batch.count", { n: job.total })}</span>
                    </span>
                    <span class="num soft">${percent(job.progress)}</span>
                  </span>
                  <${Progress} share=${job.progress} label=${t("job.progress")} />
                </a>
              </li>
            `,
          )}
        </ul>
      </section>
    `
  );
}

function Template() {
  const [run, busy] = useAction(async () =>
    saveAs(
      new Blob(["\ufeff", (await template()).template], { type: "text/csv" }),
      "metatag-template.csv",
    ),
  );
  return html`
    <${Button} cls="slim" icon="download" busy=${busy} onClick=${run}>${t("batch.template")}<//>
  `;
}

/** Sorts what was dropped: PDFs, or one table. */
async function take(files) {
  const pdfs = files.filter((file) => /\.pdf$/i.test(file.name));
  const table = files.find((file) => /\.(csv|tsv|txt|xlsx)$/i.test(file.name));
  const fitting = pdfs.filter((file) => file.size <= limits.value.max_upload_bytes);
  if (fitting.length)
    return {
      kind: "files",
      files: fitting,
      left: files.length - pdfs.length,
      large: pdfs.length - fitting.length,
    };
  if (pdfs.length)
    throw new Error(
      t("batch.large", { n: pdfs.length, most: bytes(limits.value.max_upload_bytes) }),
    );
  if (table) return { kind: "table", name: table.name, ...(await readTable(table)) };
  throw new Error(
    t(files.some((file) => /\.xls$/i.test(file.name)) ? "batch.oldExcel" : "batch.nothing"),
  );
}

/** The rows of sent files; one that the server refused is a row too, with its cause. */
function rowsOf(files, sent) {
  return files.map((file, at) => {
    const { file_path, error_code: code, message, error } = sent[at];
    const row = { row_number: at + 1, file_source_type: "upload", folder: folderOf(file) };
    if (file_path) return { ...row, file_path };
    const refused = {
      code: code || "unsupported_media",
      message: (message || error).slice(0, 500),
    };
    return { ...row, file_path: `upload://${file.name}`, refused };
  });
}

async function begin(given, options, name, tell) {
  const config = toConfig(options);
  let documents, source;
  if (given.kind === "files") {
    const sent = await uploadFiles(given.files, tell);
    if (sent.every((file) => !file.file_path))
      throw new Error(t("batch.noneStored", { reason: sent[0].error }));
    documents = rowsOf(given.files, sent);
    source = commonFolder(given.files);
    const refused = sent.filter((file) => !file.file_path).length;
    if (refused) toast(t("batch.refused", { n: refused }), "warn");
  } else {
    documents = toDocuments(given.rows, given.mapping);
    source = given.name;
  }
  tell({ starting: true });
  const body = { documents, config, name: name.trim(), source_name: source };
  const answer = await startBatch(body, given.key);
  handOver(answer.job_id, documents);
  return answer.job_id;
}

function Start({ given, options, count, onReset }) {
  const [step, setStep] = useState(null);
  const [error, setError] = useState(null);
  const [name, setName] = useState("");
  const run = async () => {
    const wrong = misfit(options);
    setError(wrong && new Error(wrong));
    if (wrong) return;
    setStep({});
    try {
      go(link("jobs", await begin(given, options, name, setStep)));
    } catch (problem) {
      setError(problem);
      setStep(null);
    }
  };
  return html`
    <div class="card stack">
      <${Failure} error=${error} />
      <${Field}
        label=${t("batch.name")}
        hint=${t("batch.nameHint")}
        maxlength="200"
        value=${name}
        onValue=${setName} />
      ${step?.total &&
      html`
        <div class="stack tight">
          <div class="row apart small">
            <span>
              ${t(step.starting ? "batch.starting" : "batch.uploading", { name: step.name ?? "" })}
            </span>
            <span class="num">${number(step.done)}${" / "}${number(step.total)}</span>
          </div>
          <${Progress} share=${step.done / step.total} label=${t("batch.upload")} />
        </div>
      `}
      <div class="row">
        <${Button}
          cls="main"
          icon="play"
          busy=${step !== null}
          disabled=${count === 0}
          onClick=${run}>
          ${t("batch.start", { n: count })}
        <//>
        <${Button} disabled=${step !== null} onClick=${onReset}>${t("batch.other")}<//>
      </div>
    </div>
  `;
}

export function BatchView() {
  const [given, setGiven] = useState(null);
  const [options, setOptions] = useState(DEFAULTS);
  const [error, setError] = useState(null);
  useEffect(askLimits, []);
  const choose = async (files) => {
    setError(null);
    try {
      const found = await take(files);
      if (found.left) toast(t("batch.left", { n: found.left }), "warn");
      if (found.large)
        toast(
          t("batch.large", { n: found.large, most: bytes(limits.value.max_upload_bytes) }),
          "bad",
        );
      setGiven({ ...found, key: uuid() });
    } catch (problem) {
      setError(problem);
    }
  };
  const change = (part) => setGiven((before) => ({ ...before, ...part, key: uuid() }));
  const wrong =
    given?.kind === "table" ? problems(toDocuments(given.rows, given.mapping)) : new Map();
  const count = given
    ? given.kind === "files"
      ? given.files.length
      : !given.mapping.file_path
        ? 0
        : given.rows.length
    : 0;
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("batch.title")}</h1>
        <p class="soft">${t("batch.lead")}</p>
      </header>
      <${Active} />
      ${!given &&
      html`
        <div class="stack">
          <${Failure} error=${error} />
          <${Drop}
            multiple
            folder
            accept=".pdf,.csv,.tsv,.xlsx,application/pdf"
            title=${t("batch.drop")}
            hint=${t("batch.dropHint")}
            onFiles=${choose} />
          <${Notice}>
            <div class="row apart">
              <span class="grow">${t("batch.columns")}</span>
              <${Template} />
            </div>
          <//>
        </div>
      `}
      ${given?.kind === "files" &&
      html`
        <${FileList}
          files=${given.files}
          onFiles=${(files) => (files.length ? change({ files }) : setGiven(null))} />
      `}
      ${given?.kind === "table" &&
      html`
        <${Mapping} table=${given} wrong=${wrong} onChange=${change} />
      `}
      ${given &&
      html`
        <form class="card" onSubmit=${(event) => event.preventDefault()}>
          <h2>${t("options.title")}</h2>
          <${Options} value=${options} onValue=${setOptions}>
            ${options.tagger !== "local" &&
            html`
              <${Field}
                label=${t("options.budget")}
                hint=${t("options.budgetHint")}
                type="number"
                min="0"
                step="0.01"
                value=${options.budget_usd}
                onValue=${(budget_usd) => setOptions({ ...options, budget_usd })} />
            `}
          <//>
        </form>
        <${Start}
          given=${given}
          options=${options}
          count=${count}
          onReset=${() => setGiven(null)} />
      `}
    </div>
  `;
}
