// Failed rows gathered by what went wrong: by the server's code, else by the sentence without its particulars.
const bare = (text) => text.replace(/https?:\/\/\S+|"[^"]*"|'[^']*'|\b[\w./-]+\.pdf\b|\d+/gi, "…").trim();

/** Groups, largest first: { key, sample, rows: [index] }. */
export function causes(rows) {
  const groups = new Map();
  rows.forEach((row, index) => {
    if (row?.status !== "failed") return;
    const key = row.code || bare(row.error ?? "");
    const group = groups.get(key);
    if (group) group.rows.push(index);
    else groups.set(key, { key, sample: row.error ?? "", rows: [index] });
  });
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length);
}
