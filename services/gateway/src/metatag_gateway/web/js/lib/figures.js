// Counts for the plots.

/** Values by how often they come, most first: [{ name, value }]. */
export function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
}

/** Documents and dollars of jobs by day, the last `days` days, today last: [{ at, value, bad, spent }]. */
export function perDay(jobs, days = 14, now = new Date()) {
  const bars = Array.from({ length: days }, (_, back) => ({ at: new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days - 1 - back)), value: 0, bad: 0, spent: 0 }));
  for (const job of jobs) {
    const bar = bars.find((one) => one.at.toDateString() === new Date(job.created_at).toDateString());
    if (bar) { bar.value += job.processed_count; bar.bad += job.failed_count; bar.spent += job.cost_usd ?? 0; }
  }
  return bars;
}

/** Ten bars of recognition confidence, 0 to 100. */
export function confidences(documents) {
  const bars = Array.from({ length: 10 }, (_, at) => ({ name: `${at * 10}–${at * 10 + 10}`, value: 0 }));
  for (const { ocr_confidence: sure } of documents) if (sure !== null && sure !== undefined) bars[Math.min(9, Math.floor(sure / 10))].value++;
  return bars;
}
