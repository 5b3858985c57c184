// A dropped CSV or XLSX file as the server reads it, with its columns mapped.
import { readDocuments } from "../api.js";
import { t } from "../i18n.js";
import { FIELDS } from "./mapping.js";

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * { file, headed, columns, rows, mapping, encoding, warnings }: mapping leads from a field to a
 * column's name or "".
 */
export async function readTable(file, headed) {
  if (file.size > MAX_BYTES) throw new Error(t("table.tooLarge"));
  const found = await readDocuments(file, headed);
  if (found.total === 0) throw new Error(t("table.empty"));
  const column = (field) =>
    Object.keys(found.column_mapping).find((name) => found.column_mapping[name] === field) ?? "";
  const mapping = Object.fromEntries(FIELDS.map((field) => [field, column(field)]));
  return {
    file,
    headed: found.has_header,
    columns: found.columns,
    rows: found.documents,
    mapping,
    encoding: found.encoding,
    warnings: found.warnings,
  };
}
