// Lines of CSV as the page writes them. Tables are read by the server.

/** One field, in quotes where it holds what separates fields in any kind of CSV. */
const quoted = (text) => (/[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One CSV line as it is. */
export const plainLine = (values) => values.map((value) => quoted(String(value ?? ""))).join(",");

/** One CSV line for spreadsheets. A field that they would run as a formula gets a quote sign in front. */
export const line = (values) => plainLine(values.map((value) => (/^[=+\-@\t\r]/.test(String(value ?? "")) ? `'${value}` : value)));
