// Saved searches: the address of a view as the parameters of the list of documents, and back.
import { linkWith } from "../router.js";
import { FACETS } from "./records.js";

const SAME = [...FACETS, "status", "method", "sort", "tag", "language", "job_id"];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const moved = (day, by) => {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + by);
  return moment.toISOString().slice(0, 10);
};

/** The parameters of a view; the last day of a view is within it, that of a list is not. */
export function toParams(query) {
  const params = Object.fromEntries(SAME.map((name) => [name, query.get(name) ?? ""]));
  params.query = query.get("q") ?? "";
  params.processed_from = query.get("from") ?? "";
  params.processed_before = query.get("until") ? moved(query.get("until"), 1) : "";
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value));
}

/** The address of the view that a saved search names. */
export function addressOf(params) {
  const day = (value, by) => (DAY.test(value?.slice(0, 10)) ? moved(value.slice(0, 10), by) : "");
  const shown = Object.fromEntries(SAME.map((name) => [name, params[name]]));
  return linkWith(["history"], {
    tab: "documents",
    ...shown,
    q: params.query,
    from: day(params.processed_from, 0),
    until: day(params.processed_before, -1),
  });
}
