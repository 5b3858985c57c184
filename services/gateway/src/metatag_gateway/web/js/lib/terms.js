// A vocabulary as lines of text, one term a line: label; alias | alias; language; broader term; Hindi label.
import { line, parse, separator } from "./csv.js";

const HEAD = /^(label|term|tag|शब्द)$/i;

/** Terms from lines or CSV; empty lines and a header line are left out. */
export function fromText(text) {
  const rows = parse(text, /[,;\t]/.test(text) ? separator(text) : ",");
  return rows.filter((row, at) => row[0]?.trim() && !(at === 0 && HEAD.test(row[0].trim()))).map(([label, aliases = "", language = "", parent = "", hindi = ""]) => ({
    label: label.trim().slice(0, 200), aliases: aliases.split("|").map((alias) => alias.trim()).filter(Boolean), language: language.trim(), parent: parent.trim(),
    labels: hindi.trim() ? { hi: hindi.trim() } : {},
  }));
}

export const toText = (terms) => ["label,aliases,language,parent,hindi", ...terms.map((term) => line([term.label, (term.aliases ?? []).join("|"), term.language, term.parent, term.labels?.hi ?? ""]))].join("\n");
