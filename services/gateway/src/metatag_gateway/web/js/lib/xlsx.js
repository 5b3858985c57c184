// The first sheet of an XLSX workbook as rows of text. Merged cells give their value to every cell they cover.
import { entries } from "./zip.js";

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (xml) => xml.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name) => {
  if (name[0] !== "#") return NAMED[name] ?? whole;
  const code = name[1].toLowerCase() === "x" ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
});
const runs = (xml) => [...xml.replace(/<rPh[\s>][\s\S]*?<\/rPh>/g, "").matchAll(/<t(?:\s[^>]*)?>([\s\S]*?)<\/t>/g)].map((hit) => plain(hit[1])).join("");
const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];

function column(reference) {
  let value = 0;
  for (const letter of reference.match(/^[A-Z]+/)?.[0] ?? "A") value = value * 26 + letter.charCodeAt(0) - 64;
  return value - 1;
}

function cell(tag, inner, shared) {
  const kind = attribute(tag, "t");
  if (kind === "inlineStr") return runs(inner);
  const value = /<v[^>]*>([\s\S]*?)<\/v>/.exec(inner)?.[1] ?? "";
  return kind === "s" ? shared[Number(value)] ?? "" : plain(value);
}

function spread(rows, sheet) {
  for (const [, reference] of sheet.matchAll(/<mergeCell\s[^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"/g)) {
    const [from, to] = reference.split(":").map((corner) => ({ x: column(corner), y: Number(corner.match(/\d+/)[0]) - 1 }));
    const value = rows[from.y]?.[from.x];
    if (!value || (to.x - from.x + 1) * (to.y - from.y + 1) > 10_000) continue;
    for (let y = from.y; y <= to.y && y < rows.length; y++) for (let x = from.x; x <= to.x; x++) (rows[y] ??= [])[x] ||= value;
  }
}

async function firstSheet(files) {
  const book = await files.get("xl/workbook.xml")?.();
  const links = await files.get("xl/_rels/workbook.xml.rels")?.();
  const id = book && attribute(/<sheet\s[^>]*>/.exec(book)?.[0] ?? "", "r:id");
  const target = links && [...links.matchAll(/<Relationship\s[^>]*>/g)].map((hit) => hit[0]).find((tag) => attribute(tag, "Id") === id);
  const path = (target && attribute(target, "Target")) || "worksheets/sheet1.xml";
  return path.startsWith("/") ? path.slice(1) : `xl/${path}`;
}

/** Rows of text; empty rows are left out. Throws "not-a-zip", "too-large" or "no-sheet". */
export async function read(buffer) {
  const files = entries(buffer);
  const sheet = await files.get(await firstSheet(files))?.();
  if (sheet === undefined) throw new Error("no-sheet");
  const strings = (await files.get("xl/sharedStrings.xml")?.()) ?? "";
  const shared = [...strings.matchAll(/<si(?:\s[^>]*)?>([\s\S]*?)<\/si>/g)].map((hit) => runs(hit[1]));
  const rows = [];
  for (const [, tag, inner] of sheet.matchAll(/<row(\s[^>]*)?>([\s\S]*?)<\/row>/g)) {
    const row = [];
    for (const [, head, body = ""] of inner.matchAll(/<c(\s[^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)) row[column(attribute(head, "r") ?? "A")] = cell(head, body, shared);
    rows[Number(attribute(tag ?? "", "r") ?? rows.length + 1) - 1] = row;
  }
  spread(rows, sheet);
  return Array.from(rows, (row) => Array.from(row ?? [], (value) => value ?? "")).filter((row) => row.some((value) => value.trim()));
}
