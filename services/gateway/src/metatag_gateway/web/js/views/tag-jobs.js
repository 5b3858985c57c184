// Changes of the tags of many documents: how far each is, and the way back.
import { useEffect, useRef, useState } from "preact/hooks";
import { tagJob, tagJobs, undoTagJob } from "../api-records.js";
import { html } from "../html.js";
import { moment, t } from "../i18n.js";
import { Button, Failure, Progress, useAction, useFetched } from "../ui/parts.js";

const POLL_MS = 1000;
const SHOWN = 5;
const isOpen = (job) => job.state === "running" || job.state === "undoing";

/** What a change does, in words: "“a”, “b” into “c”", "+ “a” − “b”". */
function what(job) {
  const names = (list) => list.map((name) => `“${name}”`).join(", ");
  if (job.action === "delete") return names(job.tags);
  if (job.action !== "edit")
    return t(`tagWhat.${job.action}`, { from: names(job.tags), to: names(job.to) });
  const parts = [
    job.replace && `= ${names(job.replace)}`,
    job.add.length > 0 && `+ ${names(job.add)}`,
    job.remove.length > 0 && `− ${names(job.remove)}`,
  ];
  return parts.filter(Boolean).join("  ");
}

/** How far it is, and what came of it. */
function standing(job) {
  if (isOpen(job)) {
    const done = job.state === "undoing" ? job.restored + job.left : job.done;
    const all = job.state === "undoing" ? job.changed : job.total;
    const key = all <= done ? "tags.far" : job.total_exact ? "tags.farOf" : "tags.farOfMore";
    return t(key, { n: done, all });
  }
  const parts = [
    job.state === "undone"
      ? t("tags.restored", { n: job.restored })
      : t("tags.changed", { n: job.changed }),
    job.left > 0 && t("tags.left", { n: job.left }),
    job.refused > 0 && t("tags.refused", { n: job.refused }),
    job.missing > 0 && t("tags.missing", { n: job.missing }),
  ];
  return parts.filter(Boolean).join(" ");
}

/** One change; `extra` stands behind its buttons. */
export function TagJobLine({ job, onChanged, extra = null }) {
  const [undo, busy] = useAction(async () => {
    await undoTagJob(job.id);
    onChanged();
  });
  const share =
    job.state === "undoing" ? (job.restored + job.left) / job.changed : job.done / job.total;
  return html`
    <div class="row apart">
      <span class="wrap grow">
        <span class="strong">${t(`tagAction.${job.action}`)}</span>
        ${" "}${what(job)}
      </span>
      <div class="row">
        ${(job.state === "completed" || job.state === "failed") &&
        job.changed > 0 &&
        html`
          <${Button} cls="slim" icon="retry" busy=${busy} onClick=${undo}>${t("tags.undo")}<//>
        `}
        ${extra}
      </div>
    </div>
    <div class="small soft">
      <span role="status">${t(`tagState.${job.state}`)}${" · "}${standing(job)}</span>
      ${" · "}${moment(job.created_at)}
    </div>
    ${isOpen(job) &&
    html`
      <${Progress}
        share=${Number.isFinite(share) ? Math.min(1, share) : 0}
        busy=${!Number.isFinite(share)}
        label=${t(`tagState.${job.state}`)} />
    `}
  `;
}

/**
 * Ask again while a job is open, and tell when one has begun or ended: an answer may find it ended
 * already. `known` is what is known before the first answer; null: that one tells nothing.
 *
 * @param {any[] | undefined} jobs
 * @param {string | null} known
 */
function useNews(jobs, known, again, onNews) {
  const open = jobs?.some(isOpen) ?? false;
  const now = jobs?.map(({ id, state }) => `${id} ${state}`).join();
  const before = useRef(known);
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(again, POLL_MS);
    return () => clearInterval(timer);
  }, [open]);
  useEffect(() => {
    if (now === undefined) return;
    if (before.current !== null && before.current !== now) onNews();
    before.current = now;
  }, [now]);
}

/** `round` changes when a new one was begun; `onNews` is called when one began or ended. */
export function TagJobs({ round, onNews }) {
  const { data, error, again } = useFetched(tagJobs, [round]);
  const [all, showAll] = useState(false);
  const jobs = data?.tag_jobs ?? [];
  useNews(data?.tag_jobs, null, again, onNews);
  if (!error && jobs.length === 0) return null;
  return html`
    <section class="card stack" aria-labelledby="tag-jobs">
      <h2 id="tag-jobs">${t("tags.jobs")}</h2>
      <${Failure} error=${error} again=${again} />
      <ul class="changes">
        ${jobs.slice(0, all ? jobs.length : SHOWN).map(
          (job) => html`
            <li key=${job.id} class="stack tight">
              <${TagJobLine} job=${job} onChanged=${again} />
            </li>
          `,
        )}
      </ul>
      ${jobs.length > SHOWN &&
      !all &&
      html`
        <${Button} cls="slim plain" onClick=${() => showAll(true)}>
          ${t("tags.older", { n: jobs.length - SHOWN })}
        <//>
      `}
    </section>
  `;
}

/** One change that was begun here, until it is put away. */
export function TagJobNow({ id, onNews, onClose }) {
  const { data, error, again } = useFetched(() => tagJob(id), [id]);
  useNews(data && [data], "", again, onNews);
  const away = html`
    <${Button} cls="slim" icon="close" label=${t("close")} onClick=${onClose} />
  `;
  return html`
    <div class="save-bar" role="region" aria-label=${t("tags.jobs")}>
      <${Failure} error=${error} again=${again} />
      <div class="stack tight grow">
        ${data &&
        html`
          <${TagJobLine} job=${data} onChanged=${again} extra=${away} />
        `}
      </div>
    </div>
  `;
}
