// What lists and views say of a document: its name, its file, how far its reading can be trusted.

// What the server calls a document without title and file name.
const UNTITLED = "Untitled Document";

export const FACETS = [
  "document_type",
  "date",
  "year",
  "reference",
  "organisation",
  "person",
  "place",
  "law_or_scheme",
];

/** The file's own name, with which it came. */
export const fileOf = (document) =>
  document.file_name ||
  (document.file_path ?? "")
    .replace(/^upload:\/\//, "")
    .split(/[\\/]/)
    .pop() ||
  "";

/** What a person knows it by: its title, else its file. */
export const nameOf = (document) =>
  (document.title !== UNTITLED && document.title) || fileOf(document);

/** Where the file came from: folder and file, or the address. */
export const placeOf = (document) =>
  document.folder ? `${document.folder}/${fileOf(document)}` : fileOf(document);

/**
 * Its state as the page shows it: a success that a person should look at is not shown as one.
 * "doubtful": hard to read; "offline": the model did not answer.
 */
export function standing({ status, metadata, needs_review, degraded, reviewed }) {
  if (status !== "success") return status;
  if (reviewed) return "reviewed";
  if (needs_review ?? metadata?.needs_review) return "doubtful";
  return (degraded ?? metadata?.degraded) ? "offline" : status;
}

/** What was typed between commas, each once. */
export const listed = (text) => [
  ...new Set(
    text
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean),
  ),
];
