// From a table's columns to what the server calls a document, and what is wrong with each row
// before anything is sent.
export const FIELDS = ["title", "file_path", "file_source_type", "description"];
const TYPES = ["url", "s3", "local", "upload"];

function sourceType(path) {
  if (/^https?:\/\//i.test(path)) return "url";
  return /^s3:\/\//i.test(path) ? "s3" : "local";
}

/**
 * Documents for the server, in the table's order; columns that fill no field travel under their own
 * names.
 */
export function documents(rows, mapping) {
  const used = new Set([...Object.values(mapping), ...FIELDS, "file_id", "row_number"]);
  return rows.map((row, at) => {
    const value = (field) => row[mapping[field]] ?? "";
    const own = Object.fromEntries(
      Object.entries(row).filter(([name, cell]) => cell && !used.has(name)),
    );
    const given = value("file_source_type").toLowerCase();
    return {
      ...own,
      row_number: at + 1,
      title: value("title").slice(0, 500),
      description: value("description"),
      file_path: value("file_path"),
      file_source_type: TYPES.includes(given) ? given : sourceType(value("file_path")),
    };
  });
}

/**
 * Problems of rows: row number to a key of a sentence. A row that is wrong fails alone; the others
 * go on.
 */
export function problems(found) {
  const seen = new Map(),
    wrong = new Map();
  for (const document of found) {
    if (!document.file_path) wrong.set(document.row_number, "row.noPath");
    else if (document.file_path.length > 4000) wrong.set(document.row_number, "row.longPath");
    else if (
      document.file_source_type === "url" &&
      !/^https?:\/\/[^\s/]+/i.test(document.file_path)
    )
      wrong.set(document.row_number, "row.badUrl");
    else if (seen.has(document.file_path)) wrong.set(document.row_number, "row.twice");
    else seen.set(document.file_path, document.row_number);
  }
  return wrong;
}
