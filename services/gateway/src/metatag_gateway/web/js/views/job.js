// A batch while it runs and after: state, speed, failures by cause, every row, exports.
import { useEffect, useState } from "preact/hooks";
import { control, exportJob } from "../api.js";
import { html } from "../html.js";
import { duration, money, moment, number, percent, t, word } from "../i18n.js";
import { explain } from "../lib/messages.js";
import { link } from "../router.js";
import { useStore } from "../store.js";
import { Line } from "../ui/charts.js";
import { Badge, Button, Confirm, Failure, Notice, Progress, useAction } from "../ui/parts.js";
import { Failures } from "./job-failures.js";
import { JobRows } from "./job-rows.js";
import { useJob } from "./use-job.js";

// The time, when there is one, says it better.
const BY_ITSELF = /; the job goes on by itself\.?$/;

/** What the batch is known by: its name, else when it was begun. */
export const jobName = (job) =>
  job?.name ||
  (job ? t("job.named", { kind: word("job", job.job_type), when: moment(job.created_at) }) : "");

/** Why a batch waits or stands still, and until when. */
function Waiting({ job, running }) {
  const said = explain({ detail: job.error_message.replace(BY_ITSELF, ".") });
  return html`
    <${Notice} kind="warn" role="status">
      ${running && job.waits_until
        ? `${said} ${t("job.waits", { when: moment(job.waits_until) })}`
        : said}
    <//>
  `;
}

function Controls({ id, status, onDone }) {
  const [asking, ask] = useState(false);
  const [run, busy] = useAction(async (step) => {
    await control(id, step);
    onDone(step);
  });
  const open = ["processing", "pending", "paused"].includes(status);
  return html`
    <div class="row">
      ${open &&
      status !== "paused" &&
      html`
        <${Button} icon="pause" busy=${busy} onClick=${() => run("pause")}>${t("job.pause")}<//>
      `}
      ${status === "paused" &&
      html`
        <${Button} cls="main" icon="play" busy=${busy} onClick=${() => run("resume")}>
          ${t("job.resume")}
        <//>
      `}
      ${open &&
      html`
        <${Button} cls="bad" icon="stop" disabled=${busy} onClick=${() => ask(true)}>
          ${t("job.cancel")}
        <//>
      `}
      ${asking &&
      html`
        <${Confirm}
          title=${t("job.cancelTitle")}
          text=${t("job.cancelText")}
          yes=${t("job.cancelYes")}
          no=${t("job.cancelNo")}
          onYes=${() => run("cancel")}
          onClose=${() => ask(false)} />
      `}
    </div>
  `;
}

function Exports({ id, job }) {
  const [run, busy] = useAction((format) => exportJob(id, format, jobName(job)));
  return html`
    <div class="row">
      ${[
        ["csv", "CSV"],
        ["jsonl", "JSON Lines"],
        ["xlsx", "XLSX"],
      ].map(
        ([format, name]) => html`
          <${Button}
            key=${format}
            icon="download"
            disabled=${busy}
            label=${t("job.export", { name })}
            onClick=${() => run(format)}>
            ${name}
          <//>
        `,
      )}
    </div>
  `;
}

const Tile = ({ name, value }) => html`
  <div class="tile">
    <b>${value}</b>
    <span>${name}</span>
  </div>
`;

function Speed({ feed, open }) {
  const rate = feed.speed.perMinute;
  return html`
    <${Tile} name=${t("job.rate")} value=${rate ? number(rate, rate < 10 ? 1 : 0) : "–"} />
    <${Tile}
      name=${t("job.remaining")}
      value=${open > 0 ? duration(feed.speed.remaining(open)) : "–"} />
  `;
}

function Line1({ state }) {
  return state === "lost"
    ? html`
        <${Notice} kind="warn" role="status">${t("job.lost")}<//>
      `
    : null;
}

export function JobView({ id, query }) {
  const { feed, job, error, refresh } = useJob(id);
  const version = useStore(feed.version),
    line = useStore(feed.link);
  const { status, total, processed, failed } = feed.state;
  const done = processed + failed;
  const running = status === "processing" || status === "pending";
  const rows = feed.rows;
  const failures = html`
    <${Failures}
      id=${id}
      feed=${feed}
      onRetry=${() => {
        feed.reopen();
        refresh();
      }} />
  `;
  useEffect(() => {
    if (line === "ended") refresh();
  }, [line]);
  return html`
    <div class="view wide stack loose" data-version=${version}>
      <header class="row apart">
        <div>
          <p class="small"><a href=${link("batch")}>${t("batch.title")}</a></p>
          <h1>${jobName(job) || t("nav.batch")}</h1>
        </div>
        <div class="row"><${Controls} id=${id} status=${status} onDone=${refresh} /></div>
      </header>
      ${error && !rows.length
        ? html`
            <${Failure} error=${error} again=${refresh} />
          `
        : html`
            <${Line1} state=${line} />
            ${feed.message &&
            status === "failed" &&
            html`
              <${Notice} kind="bad" role="alert">
                ${explain({ detail: feed.message }, "say.failed")}
              <//>
            `}
            ${(status === "paused" || running) &&
            job?.error_message &&
            html`
              <${Waiting} job=${job} running=${running} />
            `}
            <section class="card stack">
              <div class="row apart">
                <div class="row">
                  <${Badge} status=${status} />
                  <span class="num">${t("job.done", { done, all: total })}</span>
                  <span class="sr" role="status">
                    ${t("job.progress")}:
                    ${percent(total ? Math.floor((done * 10) / total) / 10 : 0)}
                    ${word("status", status)}
                  </span>
                </div>
                ${job?.cost_usd !== undefined &&
                html`
                  <span class="soft small num">${t("fact.cost")}: ${money(job.cost_usd)}</span>
                `}
              </div>
              <${Progress}
                share=${total ? done / total : 0}
                bad=${total ? failed / total : 0}
                label=${t("job.progress")} />
              <div class="tiles plain">
                <${Tile} name=${t("job.good")} value=${number(processed)} />
                <${Tile} name=${t("job.bad")} value=${number(failed)} />
                <${Tile} name=${t("job.open")} value=${number(Math.max(0, total - done))} />
                ${running
                  ? html`
                      <${Speed} feed=${feed} open=${total - done} />
                    `
                  : job?.completed_at &&
                    html`
                      <${Tile}
                        name=${t("job.took")}
                        value=${duration(
                          (Date.parse(job.completed_at) -
                            Date.parse(job.started_at ?? job.created_at)) /
                            1000,
                        )} />
                    `}
              </div>
              ${(running || feed.speed.line().length > 1) &&
              html`
                <div>
                  <h3 class="small soft">${t("job.throughput")}</h3>
                  <${Line}
                    points=${feed.speed.line()}
                    label=${t("job.throughput")}
                    unit=${t("job.perMinute")} />
                </div>
              `}
            </section>
            ${failures}
            <section class="card stack">
              <div class="head">
                <h2>${t("job.rows")}</h2>
                <${Exports} id=${id} job=${job} />
              </div>
              <${JobRows} rows=${rows} total=${total} version=${version} query=${query} />
            </section>
          `}
    </div>
  `;
}
