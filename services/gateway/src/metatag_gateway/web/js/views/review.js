// The queue of documents that a person should look at: the page beside its text and tags; approve,
// correct and go on by the keyboard alone.
import { useEffect, useRef, useState } from "preact/hooks";
import { documentDetail, pagePicture } from "../api.js";
import { approve, reviewQueue, skipReview } from "../api-records.js";
import { html } from "../html.js";
import { number, t } from "../i18n.js";
import { nameOf } from "../lib/records.js";
import { setQuery } from "../router.js";
import { Empty, Failure, Loading, Tabs, useAction } from "../ui/parts.js";
import { WIDTH } from "./result-reader.js";
import { ReviewItem } from "./review-item.js";

const REASONS = ["", "low_confidence", "no_tags", "failed", "duplicate", "degraded"];
const GROUP = 20;

/** Details asked for ahead, so that the next document is there when it is wanted. */
function useAhead() {
  const details = useRef(new Map());
  return (id) => {
    if (!details.current.has(id)) {
      details.current.set(id, documentDetail(id));
      pagePicture(id, 1, WIDTH).catch(() => {});
    }
    return details.current.get(id);
  };
}

/** { documents, counts, error, take, reload }: what waits, the first one being looked at. */
function useQueue(reason, job) {
  const [state, set] = useState(/** @type {any} */ ({ documents: null }));
  const asked = useRef(0);
  const reload = () => {
    const round = ++asked.current;
    // An answer from before the last step would bring back what is done.
    const now = (change) => (answer) => round === asked.current && set(change(answer));
    reviewQueue({ reason, job_id: job, limit: GROUP }).then(
      now(({ documents, counts, counts_exact: exact }) => ({ documents, counts, exact })),
      now((error) => (before) => ({ ...before, error })),
    );
  };
  const take = (counted) => {
    const [gone, ...documents] = state.documents;
    const counts = { ...state.counts };
    // The server counts anew with the next group; until then the page does.
    if (counted) for (const name of ["total", ...(gone.reasons ?? [])]) counts[name] -= 1;
    asked.current++;
    set({ ...state, counts, documents: documents.length ? documents : null });
    if (documents.length === 0) reload();
  };
  useEffect(reload, [reason, job]);
  return { ...state, take, reload };
}

const KEYS = [
  ["A", "review.keyApprove"],
  ["S", "review.keySkip"],
  ["T", "review.keyTag"],
  ["E", "review.keyTitle"],
  ["1–9", "review.keyEdit"],
  ["← →", "review.keyPage"],
  ["+ −", "review.keyZoom"],
];

const Keys = () => html`
  <dl class="keys small" aria-label=${t("review.keys")}>
    ${KEYS.map(
      ([key, name]) => html`
        <div key=${key}>
          <dt><kbd>${key}</kbd></dt>
          <dd>${t(name)}</dd>
        </div>
      `,
    )}
  </dl>
`;

function Waiting({ queue, reason, job }) {
  const ahead = useAhead();
  const [first, next] = queue.documents;
  const [detail, setDetail] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    setError(null);
    ahead(first.id).then((found) => {
      setDetail(found);
      if (next) ahead(next.id).catch(() => {});
    }, setError);
    setQuery({ doc: first.id }, { replace: true });
  }, [first.id]);
  const [onSkip] = useAction(async () => {
    await skipReview(first.id, { reason, job_id: job });
    queue.take(false);
  });
  const onApproved = async (version) => {
    if (version) await approve(first.id, version, { reason, job_id: job });
    queue.take(true);
  };
  if (error)
    return html`
      <${Failure} error=${error} again=${queue.reload} />
    `;
  if (!detail || detail.id !== first.id)
    return html`
      <${Loading} />
    `;
  return html`
    <p class="sr" role="status">${t("review.now", { name: nameOf(detail) })}</p>
    <${ReviewItem}
      key=${detail.id}
      first=${detail}
      reasons=${first.reasons ?? []}
      onApproved=${onApproved}
      onSkip=${onSkip} />
  `;
}

export function ReviewView({ query }) {
  const reason = query.get("reason") ?? "";
  const job = query.get("job") ?? "";
  const queue = useQueue(reason, job);
  const count = (name) => {
    const n = queue.counts?.[name || "total"];
    if (n === undefined) return "";
    return queue.exact === false && n >= 10_000 ? ` ${number(n)}+` : ` ${number(n)}`;
  };
  return html`
    <div class="view wide stack">
      <header>
        <h1>${t("nav.review")}</h1>
        <p class="soft">${t("review.lead")}</p>
      </header>
      <${Tabs}
        label=${t("nav.review")}
        panel="queue"
        tabs=${REASONS.map((name) => [name, t(`reason4.${name || "all"}`) + count(name)])}
        value=${reason}
        onValue=${(name) => setQuery({ reason: name, doc: "" })} />
      <div id="queue" role="tabpanel" class="stack" aria-labelledby=${`queue-${reason}`}>
        <${Failure} error=${queue.error} again=${queue.reload} />
        ${!queue.documents &&
        !queue.error &&
        html`
          <${Loading} />
        `}
        ${queue.documents?.length === 0 &&
        html`
          <section class="card"><${Empty} icon="check">${t("review.empty")}<//></section>
        `}
        ${queue.documents?.length > 0 &&
        html`
          <${Keys} />
          <${Waiting} queue=${queue} reason=${reason} job=${job} />
        `}
      </div>
    </div>
  `;
}
