// The jobs of history: filtered, paged, deleted.
import { useState } from "preact/hooks";
import { deleteJob, jobs } from "../api.js";
import { html } from "../html.js";
import { moment, number, t, word } from "../i18n.js";
import { link } from "../router.js";
import {
  Badge,
  Button,
  Confirm,
  Empty,
  Failure,
  Field,
  Loading,
  useAction,
  useFetched,
} from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

const PAGE = 25;
/** The moment at which a day of the reader's begins, or the one `later` days after it. */
const midnight = (day, later = 0) => {
  const [year, month, date] = day.split("-").map(Number);
  return day && new Date(year, month - 1, date + later).toISOString();
};

const KINDS = ["", "single", "batch"];
const STATES = ["", "processing", "paused", "completed", "failed", "cancelled"];

export function Jobs() {
  const [status, setStatus] = useState(""),
    [kind, setKind] = useState(""),
    [from, setFrom] = useState(""),
    [until, setUntil] = useState("");
  const [offset, setOffset] = useState(0);
  const [doomed, doom] = useState(null);
  const { data, error, again } = useFetched(
    () =>
      jobs({
        limit: PAGE,
        offset,
        status,
        job_type: kind,
        created_from: midnight(from),
        created_before: midnight(until, 1),
      }),
    [status, kind, from, until, offset],
  );
  const [remove] = useAction(async (id) => {
    await deleteJob(id);
    toast(t("history.deleted"), "good");
    again();
  });
  return html`
    <div class="filters">
      <${Field}
        as="select"
        label=${t("file.status")}
        onValue=${(value) => {
          setOffset(0);
          setStatus(value);
        }}>
        ${STATES.map(
          (name) => html`
            <option value=${name}>${name ? word("status", name) : t("rows.all")}</option>
          `,
        )}
      <//>
      <${Field}
        as="select"
        label=${t("history.kind")}
        onValue=${(value) => {
          setOffset(0);
          setKind(value);
        }}>
        ${KINDS.map(
          (name) => html`
            <option value=${name}>${name ? word("job", name) : t("rows.all")}</option>
          `,
        )}
      <//>
      <${Field}
        type="date"
        label=${t("history.from")}
        value=${from}
        onValue=${(value) => {
          setOffset(0);
          setFrom(value);
        }} />
      <${Field}
        type="date"
        label=${t("history.until")}
        value=${until}
        onValue=${(value) => {
          setOffset(0);
          setUntil(value);
        }} />
    </div>
    <${Failure} error=${error} again=${again} />
    ${!data &&
    !error &&
    html`
      <${Loading} />
    `}
    ${data &&
    (data.jobs.length === 0
      ? html`
          <${Empty} icon="history">${t("history.empty")}<//>
        `
      : html`
          <div class="scroll">
            <table class="plate jobs" aria-label=${t("history.jobs")}>
              <thead>
                <tr>
                  <th>${t("history.when")}</th>
                  <th class="roomy">${t("history.kind")}</th>
                  <th>${t("file.status")}</th>
                  <th class="end">${t("history.documents")}</th>
                  <th class="end roomy">${t("job.bad")}</th>
                  <th><span class="sr">${t("remove")}</span></th>
                </tr>
              </thead>
              <tbody>
                ${data.jobs.map(
                  (job) => html`
                    <tr key=${job.id}>
                      <td><a href=${link("jobs", job.id)}>${moment(job.created_at)}</a></td>
                      <td class="roomy">${word("job", job.job_type)}</td>
                      <td><${Badge} status=${job.status} /></td>
                      <td class="end num">${number(job.total_documents)}</td>
                      <td class="end num roomy">${number(job.failed_count)}</td>
                      <td class="end">
                        <${Button}
                          cls="plain slim"
                          icon="trash"
                          label=${t("history.delete", { when: moment(job.created_at) })}
                          onClick=${() => doom(job)} />
                      </td>
                    </tr>
                  `,
                )}
              </tbody>
            </table>
          </div>
          ${data.total > PAGE &&
          html`
            <div class="row apart">
              <span class="small soft num">
                ${t("history.range", {
                  from: offset + 1,
                  to: offset + data.jobs.length,
                  all: data.total,
                })}
              </span>
              <div class="row">
                <${Button}
                  cls="slim"
                  icon="left"
                  label=${t("history.newer")}
                  disabled=${offset === 0}
                  onClick=${() => setOffset(offset - PAGE)} />
                <${Button}
                  cls="slim"
                  icon="right"
                  label=${t("history.older")}
                  disabled=${offset + PAGE >= data.total}
                  onClick=${() => setOffset(offset + PAGE)} />
              </div>
            </div>
          `}
        `)}
    ${doomed &&
    html`
      <${Confirm}
        title=${t("history.deleteTitle")}
        text=${t("history.deleteText", { n: doomed.total_documents })}
        yes=${t("delete")}
        onYes=${() => remove(doomed.id)}
        onClose=${() => doom(null)} />
    `}
  `;
}
