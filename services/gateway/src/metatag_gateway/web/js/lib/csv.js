// CSV as people have it: any of four separators, quotes, UTF-8 or the old Western encoding, with or without a mark in front.

/** Text of a file's bytes, and the name of the encoding it was read by. */
export function decode(buffer) {
  const bytes = new Uint8Array(buffer);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "UTF-16" };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder("utf-16be").decode(bytes), encoding: "UTF-16" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Latin-1" };
  }
}

/** The separator that cuts the first lines into the most and the most even fields. */
export function separator(text) {
  const lines = text.slice(0, 20_000).split(/\r?\n/).filter(Boolean).slice(0, 20);
  const score = (mark) => {
    const counts = lines.map((line) => line.replace(/"[^"]*"/g, "").split(mark).length - 1);
    return Math.min(...counts) * 1000 + (counts[0] ?? 0);
  };
  return [",", ";", "\t", "|"].reduce((best, mark) => (score(mark) > score(best) ? mark : best), ",");
}

/** Rows of fields. Quoted fields may hold separators, line ends and doubled quotes. Empty lines are left out. */
export function parse(text, mark = separator(text)) {
  const rows = [];
  let row = [], field = "", quoted = false, at = 0;
  const endField = () => { row.push(field); field = ""; };
  const endRow = () => { endField(); if (row.some((value) => value.trim())) rows.push(row); row = []; };
  while (at < text.length) {
    const sign = text[at++];
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[at] === '"') { field += '"'; at++; } else quoted = false;
    } else if (sign === '"' && field === "") quoted = true;
    else if (sign === mark) endField();
    else if (sign === "\n" || sign === "\r") { if (sign === "\r" && text[at] === "\n") at++; endRow(); }
    else field += sign;
  }
  if (field || row.length) endRow();
  return rows;
}

/** One CSV line. A field that a spreadsheet would run as a formula gets a quote sign in front. */
export function line(values) {
  return values.map((value) => {
    let text = String(value ?? "");
    if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(",");
}
