// The jobs of history: filtered, paged, deleted.
import { useState } from "preact/hooks";
import { deleteJob, jobs } from "../api.js";
import { html } from "../html.js";
import { moment, number, t, word } from "../i18n.js";
import { midnight } from "../lib/days.js";
import { link, setQuery } from "../router.js";
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
import { Pager } from "../ui/pager.js";
import { toast } from "../ui/toasts.js";

const PAGE = 25;
const KINDS = ["", "single", "batch"];
const STATES = ["", "processing", "paused", "completed", "failed", "cancelled"];

export function Jobs({ query }) {
  const [status, kind, from, until] = ["status", "kind", "from", "until"].map(
    (name) => query.get(name) ?? "",
  );
  const offset = Number(query.get("at")) || 0;
  const put = (name) => (value) => setQuery({ [name]: value, at: "" });
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
      <${Field} as="select" label=${t("file.status")} value=${status} onValue=${put("status")}>
        ${STATES.map(
          (name) => html`
            <option value=${name} selected=${name === status}>
              ${name ? word("status", name) : t("rows.all")}
            </option>
          `,
        )}
      <//>
      <${Field} as="select" label=${t("history.kind")} value=${kind} onValue=${put("kind")}>
        ${KINDS.map(
          (name) => html`
            <option value=${name} selected=${name === kind}>
              ${name ? word("job", name) : t("rows.all")}
            </option>
          `,
        )}
      <//>
      <${Field} type="date" label=${t("history.from")} value=${from} onValue=${put("from")} />
      <${Field} type="date" label=${t("history.until")} value=${until} onValue=${put("until")} />
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
          <${Empty} icon="history">
            ${t(status || kind || from || until ? "history.noRun" : "history.empty")}
          <//>
        `
      : html`
          <div class="scroll">
            <table class="plate jobs" aria-label=${t("history.jobs")}>
              <thead>
                <tr>
                  <th>${t("history.run")}</th>
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
                      <td>
                        <a href=${link("jobs", job.id)}>${job.name || moment(job.created_at)}</a>
                        ${job.name &&
                        html`
                          <div class="small soft">${moment(job.created_at)}</div>
                        `}
                      </td>
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
          <${Pager}
            offset=${offset}
            size=${PAGE}
            shown=${data.jobs.length}
            total=${data.total}
            onOffset=${(at) => setQuery({ at: at || "" })} />
        `)}
    ${doomed &&
    html`
      <${Confirm}
        title=${t("history.deleteTitle")}
        text=${t("history.deleteText", { n: doomed.total_documents })}
        yes=${t("history.deleteYes")}
        onYes=${() => remove(doomed.id)}
        onClose=${() => doom(null)} />
    `}
  `;
}
