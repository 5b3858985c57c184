// A dropped CSV or XLSX file as a table with a first guess of its columns.
import { t } from "../i18n.js";
import { decode, parse } from "./csv.js";
import { guess, hasHeader, named } from "./mapping.js";
import { read } from "./xlsx.js";

const MOST_BYTES = 64 * 1024 * 1024, MOST_ROWS = 100_000;

async function rowsOf(file) {
  const buffer = await file.arrayBuffer();
  if (!/\.xlsx$/i.test(file.name)) { const { text, encoding } = decode(buffer); return { all: parse(text), encoding }; }
  try {
    return { all: await read(buffer), encoding: "XLSX" };
  } catch (error) {
    throw new Error(t(error.message === "too-large" ? "table.tooLarge" : "table.badXlsx"));
  }
}

/** A title row over merged cells is one value many times: not a header, and dropped. */
const banner = (row) => row.length > 1 && !named(row) && new Set(row.map((value) => value.trim()).filter(Boolean)).size === 1;

/** { all, headed, rows, mapping, encoding }. Throws an Error with a sentence. */
export async function readTable(file) {
  if (file.size > MOST_BYTES) throw new Error(t("table.tooLarge"));
  let { all, encoding } = await rowsOf(file);
  while (all.length > 1 && banner(all[0])) all = all.slice(1);
  const headed = hasHeader(all);
  const rows = headed ? all.slice(1) : all;
  if (rows.length === 0) throw new Error(t("table.empty"));
  if (rows.length > MOST_ROWS) throw new Error(t("table.tooMany", { n: MOST_ROWS }));
  return { all, headed, rows, encoding, mapping: guess(headed ? all[0] : [], rows) };
}
