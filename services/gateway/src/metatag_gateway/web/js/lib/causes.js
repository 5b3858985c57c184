// Failed rows gathered by what went wrong: by the server's code, else by the sentence without its
// particulars.
//
// Kept up row by row, because a batch may have ten thousand failures and hears of hundreds a
// second.
const bare = (text) =>
  text.replace(/https?:\/\/\S+|"[^"]*"|'[^']*'|\b[\w./-]+\.pdf\b|\d+/gi, "…").trim();

export class Causes {
  #groups = new Map(); // key to { key, sample, rows: Set of row indexes }
  #keys = new Map(); // row index to its key

  /** Note how a row stands now. */
  note(index, row) {
    const before = this.#keys.get(index);
    const key = row.status === "failed" ? row.code || bare(row.error ?? "") : undefined;
    if (key === before) return;
    if (before !== undefined) this.#leave(index, before);
    if (key === undefined) return;
    this.#keys.set(index, key);
    if (!this.#groups.has(key))
      this.#groups.set(key, { key, sample: row.error ?? "", rows: new Set() });
    this.#groups.get(key).rows.add(index);
  }

  /** Groups, largest first. */
  get groups() {
    return [...this.#groups.values()].sort((a, b) => b.rows.size - a.rows.size);
  }

  #leave(index, key) {
    const group = this.#groups.get(key);
    group.rows.delete(index);
    this.#keys.delete(index);
    if (group.rows.size === 0) this.#groups.delete(key);
  }
}
