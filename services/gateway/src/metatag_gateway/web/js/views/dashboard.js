// How it goes: documents over time, how they were read, how surely, what they are about, what it cost, what fails.
import { documents, jobs, stats } from "../api.js";
import { html } from "../html.js";
import { day, money, number, percent, t, word } from "../i18n.js";
import { confidences, counted, perDay } from "../lib/figures.js";
import { link } from "../router.js";
import { Bars, Words } from "../ui/charts.js";
import { Empty, Failure, Loading, useFetched } from "../ui/parts.js";

const DAYS = 14, PAGE = 100, MOST_JOBS = 1000;

/** The jobs of the last days; `whole` says whether these are all of them. */
async function lately() {
  const since = new Date(Date.now() - DAYS * 86_400_000).toISOString();
  const found = [];
  while (found.length < MOST_JOBS) {
    const some = (await jobs({ limit: PAGE, offset: found.length })).jobs;
    found.push(...some);
    if (some.length < PAGE || some.at(-1).created_at < since) return { jobs: found, whole: true };
  }
  return { jobs: found, whole: false };
}

const load = async () => {
  const [all, recent, past] = await Promise.all([stats(), documents({ limit: 100 }), lately()]);
  return { all, recent: recent.documents, ...past };
};

const Card = ({ title, note, children }) => html`<section class="card"><div class="head"><h2>${title}</h2>${note && html`<span class="small soft">${note}</span>`}</div>${children}</section>`;
const Tile = ({ name, value }) => html`<div class="tile"><b>${value}</b><span>${name}</span></div>`;

function Plots({ all, recent, jobs: past, whole }) {
  const finished = all.documents_processed + all.documents_failed;
  const days = perDay(past, DAYS);
  const covered = whole ? t("dashboard.days", { n: DAYS }) : t("dashboard.lastJobs", { n: past.length });
  const sure = confidences(recent.map((document) => document.metadata));
  const methods = counted(recent.map((document) => document.metadata.extraction_method).filter(Boolean)).map(({ name, value }) => ({ name: word("method", name), value }));
  const failures = counted(recent.filter((document) => document.status === "failed").map((document) => document.error_code || document.error_message || "unknown")).map(({ name, value }) => ({ name: word("code", name), value }));
  const latest = t("dashboard.latest", { n: recent.length });
  return html`<div class="tiles"><${Tile} name=${t("dashboard.jobs")} value=${number(all.total_jobs)} /><${Tile} name=${t("dashboard.documents")} value=${number(all.total_documents)} />
      <${Tile} name=${t("dashboard.success")} value=${finished ? percent(all.documents_processed / finished) : "–"} /><${Tile} name=${t("dashboard.spent")} value=${money(all.cost_usd ?? null)} /></div>
    <${Card} title=${t("dashboard.overTime")} note=${covered}><${Bars} height=${220} label=${t("dashboard.overTime")} names=${[t("history.when"), t("job.good"), t("job.bad")]} bars=${days.map((one) => ({ ...one, name: day(one.at) }))} /><//>
    ${days.some((one) => one.spent > 0) && html`<${Card} title=${t("dashboard.spend")} note=${covered}><${Bars} height=${180} digits=${4} label=${t("dashboard.spend")} names=${[t("history.when"), "US$"]} bars=${days.map((one) => ({ name: day(one.at), value: one.spent }))} /><//>`}
    <div class="halves">${methods.length > 0 && html`<${Card} title=${t("dashboard.methods")} note=${latest}><${Words} rows=${methods} /><//>`}
      ${sure.some((bar) => bar.value) && html`<${Card} title=${t("dashboard.confidence")} note=${latest}><${Bars} label=${t("dashboard.confidence")} names=${[t("fact.confidence"), t("history.documents")]} bars=${sure} /><//>`}
      <${Card} title=${t("dashboard.tags")} note=${latest}><${Words} rows=${counted(recent.flatMap((document) => document.tags)).slice(0, 12)} /><//>
      ${failures.length > 0 && html`<${Card} title=${t("dashboard.failures")} note=${latest}><${Words} bad rows=${failures.slice(0, 8)} /><//>`}
      <${Card} title=${t("dashboard.states")}><${Words} rows=${Object.entries(all.jobs_by_status).map(([name, value]) => ({ name: word("status", name), value }))} /><//></div>`;
}

export function DashboardView() {
  const { data, error, again } = useFetched(load, []);
  return html`<div class="view wide stack loose"><header><h1>${t("nav.dashboard")}</h1><p class="soft">${t("dashboard.lead")}</p></header><${Failure} error=${error} again=${again} />${!data && !error && html`<${Loading} />`}
    ${data && (data.all.total_documents ? html`<${Plots} ...${data} />` : html`<section class="card"><${Empty} icon="chart">${t("dashboard.empty")} <a href=${link("")}>${t("nav.document")}</a><//></section>`)}</div>`;
}
