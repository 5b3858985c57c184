// What was done: jobs with filters, documents, and search over titles, tags and text in any script.
import { useEffect, useState } from "preact/hooks";
import { deleteJob, documents, jobs, search } from "../api.js";
import { html } from "../html.js";
import { moment, number, t, word } from "../i18n.js";
import { link } from "../router.js";
import { Badge, Button, Confirm, Empty, Failure, Field, Loading, Tabs, useAction, useFetched } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

const PAGE = 25;
/** The moment at which a day of the reader's begins, or the one `later` days after it. */
const midnight = (day, later = 0) => { const [year, month, date] = day.split("-").map(Number); return day && new Date(year, month - 1, date + later).toISOString(); };

const KINDS = ["", "single", "batch"];
const STATES = ["", "processing", "paused", "completed", "failed", "cancelled"];

export function DocumentRows({ found }) {
  return html`<ul class="found">${found.map((document) => html`<li key=${document.id}><div class="row apart"><a class="strong grow" href=${link("documents", document.id)}>${document.title || document.file_name || t("job.untitled")}</a><${Badge} status=${document.status} /></div>
    <div class="row tight">${document.tags.slice(0, 10).map((tag) => html`<span class="chip" key=${tag}>${tag}</span>`)}</div>
    ${document.error_message && html`<div class="small bad-text">${document.error_message}</div>`}
    <div class="small soft">${word("source", document.file_source_type)} · ${moment(document.processed_at ?? document.created_at)}</div></li>`)}</ul>`;
}

function Search({ text }) {
  const { data, error, loading, again } = useFetched(() => search(text, 50), [text]);
  return html`<${Failure} error=${error} again=${again} />${loading && !data && html`<${Loading} />`}
    ${data && html`<p class="soft small" role="status">${t("history.found", { n: data.documents.length })}</p>${data.documents.length ? html`<${DocumentRows} found=${data.documents} />` : html`<${Empty} icon="search">${t("history.nothing", { text })}<//>`}`}`;
}

function Documents() {
  const { data, error, again } = useFetched(() => documents({ limit: 100 }), []);
  const [status, setStatus] = useState(""), [method, setMethod] = useState("");
  const methods = [...new Set(data?.documents.map((document) => document.metadata?.extraction_method).filter(Boolean))].sort();
  const shown = data?.documents.filter((document) => (!status || document.status === status) && (!method || document.metadata?.extraction_method === method)) ?? [];
  return html`<${Failure} error=${error} again=${again} />${!data && !error && html`<${Loading} />`}${data && html`<div class="filters"><${Field} as="select" label=${t("file.status")} onValue=${setStatus}>
      ${["", "success", "failed"].map((name) => html`<option value=${name}>${name ? word("status", name) : t("rows.all")}</option>`)}<//>
      <${Field} as="select" label=${t("fact.method")} onValue=${setMethod}><option value="">${t("rows.all")}</option>${methods.map((name) => html`<option value=${name}>${word("method", name)}</option>`)}<//></div>
    <p class="small soft">${t("dashboard.latest", { n: data.documents.length })}</p>
    ${shown.length ? html`<${DocumentRows} found=${shown} />` : html`<${Empty}>${t("history.empty")}<//>`}`}`;
}

function Jobs() {
  const [status, setStatus] = useState(""), [kind, setKind] = useState(""), [from, setFrom] = useState(""), [until, setUntil] = useState("");
  const [offset, setOffset] = useState(0);
  const [doomed, doom] = useState(null);
  const { data, error, again } = useFetched(() => jobs({ limit: PAGE, offset, status, job_type: kind, created_from: midnight(from), created_before: midnight(until, 1) }), [status, kind, from, until, offset]);
  const [remove] = useAction(async (id) => { await deleteJob(id); toast(t("history.deleted"), "good"); again(); });
  return html`<div class="filters"><${Field} as="select" label=${t("file.status")} onValue=${(value) => { setOffset(0); setStatus(value); }}>${STATES.map((name) => html`<option value=${name}>${name ? word("status", name) : t("rows.all")}</option>`)}<//>
      <${Field} as="select" label=${t("history.kind")} onValue=${(value) => { setOffset(0); setKind(value); }}>${KINDS.map((name) => html`<option value=${name}>${name ? word("job", name) : t("rows.all")}</option>`)}<//>
      <${Field} type="date" label=${t("history.from")} value=${from} onValue=${(value) => { setOffset(0); setFrom(value); }} /><${Field} type="date" label=${t("history.until")} value=${until} onValue=${(value) => { setOffset(0); setUntil(value); }} /></div>
    <${Failure} error=${error} again=${again} />${!data && !error && html`<${Loading} />`}
    ${data && (data.jobs.length === 0 ? html`<${Empty} icon="history">${t("history.empty")}<//>` : html`<div class="scroll"><table class="plate jobs" aria-label=${t("history.jobs")}><thead><tr><th>${t("history.when")}</th><th class="roomy">${t("history.kind")}</th><th>${t("file.status")}</th><th class="end">${t("history.documents")}</th><th class="end roomy">${t("job.bad")}</th><th><span class="sr">${t("remove")}</span></th></tr></thead><tbody>
      ${data.jobs.map((job) => html`<tr key=${job.id}><td><a href=${link("jobs", job.id)}>${moment(job.created_at)}</a></td><td class="roomy">${word("job", job.job_type)}</td><td><${Badge} status=${job.status} /></td><td class="end num">${number(job.total_documents)}</td><td class="end num roomy">${number(job.failed_count)}</td>
        <td class="end"><${Button} cls="plain slim" icon="trash" label=${t("history.delete", { when: moment(job.created_at) })} onClick=${() => doom(job)} /></td></tr>`)}</tbody></table></div>
      ${data.total > PAGE && html`<div class="row apart"><span class="small soft num">${t("history.range", { from: offset + 1, to: offset + data.jobs.length, all: data.total })}</span><div class="row"><${Button} cls="slim" icon="left" label=${t("history.newer")} disabled=${offset === 0} onClick=${() => setOffset(offset - PAGE)} /><${Button} cls="slim" icon="right" label=${t("history.older")} disabled=${offset + PAGE >= data.total} onClick=${() => setOffset(offset + PAGE)} /></div></div>`}`)}
    ${doomed && html`<${Confirm} title=${t("history.deleteTitle")} text=${t("history.deleteText", { n: doomed.total_documents })} yes=${t("delete")} onYes=${() => remove(doomed.id)} onClose=${() => doom(null)} />`}`;
}

export function HistoryView() {
  const [tab, setTab] = useState("jobs");
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  useEffect(() => { const timer = setTimeout(() => setText(typed.trim()), 300); return () => clearTimeout(timer); }, [typed]);
  return html`<div class="view stack loose"><header><h1>${t("nav.history")}</h1><p class="soft">${t("history.lead")}</p></header>
    <form role="search" onSubmit=${(event) => { event.preventDefault(); setText(typed.trim()); }}><${Field} type="search" label=${t("history.search")} placeholder=${t("history.example")} maxlength="500" value=${typed} onValue=${setTyped} /></form>
    ${text ? html`<section class="card stack"><${Search} text=${text} /></section>` : html`<section class="card stack"><${Tabs} label=${t("nav.history")} panel="past" tabs=${[["jobs", t("history.jobs")], ["documents", t("history.documents")]]} value=${tab} onValue=${setTab} />
      <div id="past" role="tabpanel" aria-labelledby=${`past-${tab}`} class="stack">${tab === "jobs" ? html`<${Jobs} />` : html`<${Documents} />`}</div></section>`}</div>`;
}
