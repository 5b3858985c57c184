// From a table's columns to what the server calls a document, and what is wrong with each row before anything is sent.
export const FIELDS = ["title", "file_path", "file_source_type", "description"];

const KNOWN = {
  title: /^(title|name|document|document[ _]?title|subject|शीर्षक|नाम|विषय)$/i,
  file_path: /^(file[ _]?path|path|url|link|file|pdf|pdf[ _]?url|href|source|location|पथ|फ़ाइल|फाइल|कड़ी|लिंक)$/i,
  file_source_type: /^(file[ _]?source[ _]?type|source[ _]?type|type|kind|स्रोत|प्रकार)$/i,
  description: /^(description|summary|abstract|notes?|remarks?|विवरण|सारांश|टिप्पणी)$/i,
};
const PLACE = /^(https?:\/\/|s3:\/\/|\/)|\.pdf$/i;

/** Which column fills which field, guessed by name, and for the path also by content. Gives field to column or -1. */
export function guess(header, rows) {
  const found = {};
  for (const field of FIELDS) found[field] = header.findIndex((name) => KNOWN[field].test(name.trim()));
  if (found.file_path < 0) {
    const looks = (at) => rows.slice(0, 20).map((row) => (row[at] ?? "").trim()).filter(Boolean);
    const width = Math.max(header.length, ...rows.slice(0, 20).map((row) => row.length));
    found.file_path = Array.from({ length: width }, (_, at) => looks(at)).findIndex((values) => values.length > 0 && values.every((value) => PLACE.test(value)));
  }
  return found;
}

/** Whether a row has a column's name for the place of a file. */
export const named = (row) => row.some((value) => KNOWN.file_path.test(value.trim()));

/** Whether the first row names columns: it holds no place of a file. */
export const hasHeader = (rows) => rows.length > 0 && !rows[0].some((value) => PLACE.test(value.trim()));

export function sourceType(path) {
  if (/^https?:\/\//i.test(path)) return "url";
  return /^s3:\/\//i.test(path) ? "s3" : "local";
}

/** Documents for the server, in the table's order. */
export function documents(rows, mapping) {
  const value = (row, field) => (mapping[field] >= 0 ? (row[mapping[field]] ?? "").trim() : "");
  return rows.map((row, at) => {
    const file_path = value(row, "file_path");
    const given = value(row, "file_source_type").toLowerCase();
    return { row_number: at + 1, title: value(row, "title").slice(0, 500), description: value(row, "description"), file_path,
      file_source_type: ["url", "s3", "local", "upload"].includes(given) ? given : sourceType(file_path) };
  });
}

/** Problems of rows: row number to a key of a sentence. A row that is wrong fails alone; the others go on. */
export function problems(found) {
  const seen = new Map(), wrong = new Map();
  for (const document of found) {
    if (!document.file_path) wrong.set(document.row_number, "row.noPath");
    else if (document.file_path.length > 4000) wrong.set(document.row_number, "row.longPath");
    else if (document.file_source_type === "url" && !/^https?:\/\/[^\s/]+/i.test(document.file_path)) wrong.set(document.row_number, "row.badUrl");
    else if (seen.has(document.file_path)) wrong.set(document.row_number, "row.twice");
    else seen.set(document.file_path, document.row_number);
  }
  return wrong;
}
