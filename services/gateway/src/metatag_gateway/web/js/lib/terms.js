// A vocabulary as lines of text, one term a line: label, aliases with | between them, language,
// broader term, Hindi label.
import { plainLine } from "./csv.js";

const COLUMNS = ["label", "aliases", "language", "parent", "label:hi"];
const HEAD = /^\s*"?(label|term|tag|शब्द)"?\s*([,;\t]|$)/i;

const filled = (text) => text.split(/\r?\n/).filter((one) => one.trim());

/** How many terms there are, one a line; a line that names the columns is none. */
export const count = (text) => filled(text).filter((one, at) => at > 0 || !HEAD.test(one)).length;

/** The text as the server reads it: with a first line that names the columns. */
export function toTable(text) {
  const [first = ""] = filled(text);
  if (HEAD.test(first)) return text.replace(HEAD, "label$2");
  const mark = ["\t", ";"].find((sign) => first.includes(sign)) ?? ",";
  return `${COLUMNS.join(mark)}\n${text}`;
}

export const toText = (terms) =>
  [
    COLUMNS.join(","),
    ...terms.map((term) =>
      plainLine([
        term.label,
        (term.aliases ?? []).join("|"),
        term.language,
        term.parent,
        term.labels?.hi ?? "",
      ]),
    ),
  ].join("\n");

/** The text of a table's rows, as the server read them. */
export const fromRows = (columns, rows) =>
  rows.map((row) => plainLine(columns.map((name) => row[name]))).join("\n");
