// How it goes: documents over time, how they were read, how surely, what they are about, what it
// cost, what fails.
import { useState } from "preact/hooks";
import { stats, summary } from "../api.js";
import { html } from "../html.js";
import { day, money, number, percent, t, word } from "../i18n.js";
import { perDay, tenths } from "../lib/figures.js";
import { link } from "../router.js";
import { Bars, Words } from "../ui/charts.js";
import { Empty, Failure, Field, Loading, useFetched } from "../ui/parts.js";

const PERIODS = [14, 30, 90];

const Card = ({ title, note, children }) => html`
  <section class="card">
    <div class="head">
      <h2>${title}</h2>
      ${note &&
      html`
        <span class="small soft">${note}</span>
      `}
    </div>
    ${children}
  </section>
`;
const Tile = ({ name, value }) => html`
  <div class="tile">
    <b>${value}</b>
    <span>${name}</span>
  </div>
`;
const named = (group, counts) =>
  counts.map(({ name, count }) => ({ name: group ? word(group, name) : name, value: count }));

function Tiles({ all }) {
  const finished = all.documents_processed + all.documents_failed;
  return html`
    <div class="tiles">
      <${Tile} name=${t("dashboard.jobs")} value=${number(all.total_jobs)} />
      <${Tile} name=${t("dashboard.documents")} value=${number(all.total_documents)} />
      <${Tile}
        name=${t("dashboard.success")}
        value=${finished ? percent(all.documents_processed / finished) : "–"} />
      <${Tile} name=${t("dashboard.spent")} value=${money(all.cost_usd ?? null)} />
    </div>
  `;
}

function Plots({ all, found }) {
  const note = t("dashboard.days", { n: found.days });
  const days = perDay(found, found.days);
  return html`
    <${Card} title=${t("dashboard.overTime")} note=${note}>
      <${Bars}
        height=${220}
        label=${t("dashboard.overTime")}
        names=${[t("history.when"), t("job.good"), t("job.bad")]}
        bars=${days.map((one) => ({ ...one, name: day(one.at) }))} />
    <//>
    ${days.some((one) => one.spent > 0) &&
    html`
      <${Card} title=${t("dashboard.spend")} note=${note}>
        <${Bars}
          height=${180}
          digits=${4}
          label=${t("dashboard.spend")}
          names=${[t("history.when"), "US$"]}
          bars=${days.map((one) => ({ name: day(one.at), value: one.spent }))} />
      <//>
    `}
    <div class="halves">
      ${found.methods.length > 0 &&
      html`
        <${Card} title=${t("dashboard.methods")} note=${note}>
          <${Words} rows=${named("method", found.methods)} />
        <//>
      `}
      ${found.confidence.length > 0 &&
      html`
        <${Card} title=${t("dashboard.confidence")} note=${note}>
          <${Bars}
            label=${t("dashboard.confidence")}
            names=${[t("fact.confidence"), t("history.documents")]}
            bars=${tenths(found.confidence)} />
        <//>
      `}
      ${found.tags.length > 0 &&
      html`
        <${Card} title=${t("dashboard.tags")} note=${note}>
          <${Words} rows=${named("", found.tags).slice(0, 12)} />
        <//>
      `}
      ${found.failures.length > 0 &&
      html`
        <${Card} title=${t("dashboard.failures")} note=${note}>
          <${Words} bad rows=${named("code", found.failures).slice(0, 8)} />
        <//>
      `}
      <${Card} title=${t("dashboard.states")}>
        <${Words}
          rows=${Object.entries(all.jobs_by_status).map(([name, value]) => ({
            name: word("status", name),
            value,
          }))} />
      <//>
    </div>
  `;
}

export function DashboardView() {
  const [days, setDays] = useState(PERIODS[0]);
  const { data, error, again } = useFetched(async () => {
    const [all, found] = await Promise.all([stats(), summary(days)]);
    return { all, found };
  }, [days]);
  return html`
    <div class="view wide stack loose">
      <header>
        <h1>${t("nav.dashboard")}</h1>
        <p class="soft">${t("dashboard.lead")}</p>
      </header>
      <${Failure} error=${error} again=${again} />
      ${!data &&
      !error &&
      html`
        <${Loading} />
      `}
      ${data &&
      (data.all.total_documents
        ? html`
            <${Tiles} all=${data.all} />
            <div class="filters">
              <${Field}
                as="select"
                label=${t("dashboard.period")}
                onValue=${(value) => setDays(Number(value))}>
                ${PERIODS.map(
                  (n) => html`
                    <option value=${n} selected=${n === days}>${t("dashboard.days", { n })}</option>
                  `,
                )}
              <//>
            </div>
            <${Plots} ...${data} />
          `
        : html`
            <section class="card">
              <${Empty} icon="chart">
                ${t("dashboard.empty")}${" "}
                <a href=${link("")}>${t("nav.document")}</a>
              <//>
            </section>
          `)}
    </div>
  `;
}
