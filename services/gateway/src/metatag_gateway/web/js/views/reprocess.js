// Processing a document again with other settings: the questions, and the wait for the job's end.
import { useEffect, useState } from "preact/hooks";
import { batchStatus } from "../api.js";
import { processAgain, processManyAgain } from "../api-records.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { go, link } from "../router.js";
import { Button, Check, Dialog, Notice, useAction } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";
import { DEFAULTS, misfit, Options, toConfig } from "./options.js";

const LOOK_MS = 1500;
const ENDED = ["completed", "failed", "cancelled"];

/** `pages`: how many were read before; `onStart` sends what was chosen. */
function Questions({ pages = 0, onStart, onClose }) {
  const most = String(Math.max(Number(DEFAULTS.num_pages), pages));
  const [options, setOptions] = useState({ ...DEFAULTS, num_pages: most });
  const [replaced, replace] = useState(false);
  const wrong = misfit(options);
  const [start, busy] = useAction(async () => {
    const given = { config: toConfig(options), replace_edits: replaced };
    await onStart(given);
    onClose();
  });
  return html`
    <${Dialog} title=${t("again.title")} onClose=${onClose}>
      <p class="soft">${t("again.lead")}</p>
      <${Options} value=${options} onValue=${setOptions} />
      <${Check}
        label=${t("again.replace")}
        hint=${t("again.replaceHint")}
        checked=${replaced}
        onValue=${replace} />
      ${wrong &&
      html`
        <${Notice} kind="warn">${wrong}<//>
      `}
      <div class="row">
        <${Button} cls="main" busy=${busy} disabled=${Boolean(wrong)} onClick=${start}>
          ${t("again.start")}
        <//>
        <${Button} onClick=${onClose}>${t("keep")}<//>
      </div>
    <//>
  `;
}

/** Look at the job until it has ended; `onEnd` gets whether the document has a new result. */
function useEnd(job, onEnd) {
  useEffect(() => {
    if (!job) return;
    let live = true;
    const look = async () => {
      const found = await batchStatus(job).catch(() => null);
      if (!live) return;
      if (found && ENDED.includes(found.status)) onEnd(found.processed_count > 0);
      else timer = setTimeout(look, LOOK_MS);
    };
    let timer = setTimeout(look, LOOK_MS);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [job]);
}

/** The button, its dialog, and what is said while the job runs; `onNew` when there is a result. */
export function Reprocess({ document, onNew }) {
  const [asked, ask] = useState(false);
  const [job, setJob] = useState("");
  const [failed, setFailed] = useState("");
  useEnd(job, (good) => {
    setJob("");
    if (good) {
      toast(t("again.done"), "good");
      onNew();
    } else setFailed(job);
  });
  const start = (id) => {
    setFailed("");
    setJob(id);
  };
  return html`
    <${Button} icon="retry" busy=${Boolean(job)} onClick=${() => ask(true)}>
      ${t(job ? "again.running" : "again.title")}
    <//>
    ${failed &&
    html`
      <${Notice} kind="warn" role="alert">
        ${t("again.failed")}${" "}
        <a href=${link("jobs", failed)}>${t("again.why")}</a>
      <//>
    `}
    ${asked &&
    html`
      <${Questions}
        pages=${document.pages_read ?? 0}
        onStart=${async (given) => start((await processAgain(document.id, given)).job_id)}
        onClose=${() => ask(false)} />
    `}
  `;
}

/** The same for documents that were chosen in a list: one batch, whose page is opened. */
export function ReprocessMany({ ids }) {
  const [asked, ask] = useState(false);
  return html`
    <${Button} icon="retry" onClick=${() => ask(true)}>${t("again.title")}<//>
    ${asked &&
    html`
      <${Questions}
        onStart=${async (given) => {
          const { job_id } = await processManyAgain({ ...given, document_ids: ids });
          go(link("jobs", job_id));
        }}
        onClose=${() => ask(false)} />
    `}
  `;
}
