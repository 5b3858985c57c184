// Everything the view of a job stands on: the live feed, what history knows beside it, and one way
// to look again.
import { useEffect, useMemo, useState } from "preact/hooks";
import { batchStatus, job as historyJob, jobDocuments } from "../api.js";
import { Feed } from "../lib/feed.js";
import { handedOver } from "../lib/handover.js";
import { nameOf, placeOf } from "../lib/records.js";

const rowOf = (document) => ({
  id: document.id,
  title: nameOf(document),
  file: placeOf(document),
  status: document.status,
  tags: document.tags ?? [],
  error: document.error_message ?? "",
  code: document.error_code ?? "",
  metadata: document.metadata ?? {},
});

/**
 * Names and states of all rows, a thousand at a time; a finished batch has no events to tell them.
 */
async function fill(id, feed) {
  let row = 0;
  while (row !== null && !feed.closed) {
    const { documents, next_row } = await jobDocuments(id, row);
    documents.forEach((document, at) => feed.seed(row + at, rowOf(document)));
    row = next_row;
  }
}

export function useJob(id) {
  const feed = useMemo(() => new Feed(id), [id]);
  const [known, setKnown] = useState(/** @type {any} */ ({}));
  const refresh = async () => {
    try {
      feed.settle(await batchStatus(id));
      setKnown({ job: await historyJob(id) });
    } catch (error) {
      setKnown((before) => ({ ...before, error }));
    }
  };
  useEffect(() => {
    handedOver(id)?.forEach((row, at) => feed.seed(at, row));
    feed.connect();
    refresh();
    fill(id, feed).catch(() => {});
    // The socket tells of every document; a look now and then settles what it does not tell: cost,
    // and states of control.
    const timer = setInterval(
      () => ["processing", "pending", "paused"].includes(feed.state.status) && refresh(),
      15_000,
    );
    return () => {
      clearInterval(timer);
      feed.close();
    };
  }, [feed]);
  return { feed, ...known, refresh };
}
