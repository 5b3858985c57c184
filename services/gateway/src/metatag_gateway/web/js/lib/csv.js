// Lines of CSV as the page writes them. Tables are read by the server.

/** One field, in quotes where it holds what separates fields in any kind of CSV. */
const quoted = (text) => (/[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One CSV line as it is. */
export const plainLine = (values) => values.map((value) => quoted(String(value ?? ""))).join(",");

/**
 * A field that no spreadsheet runs as a formula: some split lines at `;` or tabs, and begin a cell
 * behind these.
 */
const harmless = (text) =>
  (/^[\t\r]/.test(text) ? `'${text}` : text).replace(/(^|[;\t\r\n|][\s"]*)(?=[=+\-@])/g, "$1'");

/** One CSV line for spreadsheets. */
export const line = (values) => plainLine(values.map((value) => harmless(String(value ?? ""))));
