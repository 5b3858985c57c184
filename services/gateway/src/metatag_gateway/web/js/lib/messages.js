// The sentence for a failure, in the reader's language: by the server's code, refined by what is
// known of its English sentence. A Hindi page shows no English sentence.
import { t } from "../i18n.js";
import { language } from "../prefs.js";

/**
 * What the server's sentences say more than their code, most particular first: expression, key,
 * and the names of its groups.
 *
 * @type {[RegExp, string, ...string[]][]}
 */
const KNOWN = [
  [/\bHTTP 404\b/, "say.http404"],
  [/\bHTTP (\d{3})\b/, "say.http", "status"],
  [/No API key was given/i, "say.noKey"],
  [/valid UUID/, "say.noSuch"],
  [/host name could not be resolved/, "say.noHost"],
  [/timed out|did not answer in time/, "say.slowSource"],
  [/not public\b/, "say.privateAddress"],
  [/URL is malformed|URL names no host|must not hold a user name/, "say.badUrl"],
  [/file_path is required/, "say.noPath"],
  [
    /Relative paths not supported|outside|not an allowed|not allowed to read/i,
    "say.notAllowedPath",
  ],
  [/File not found|No such file|Not a file/i, "say.noFile"],
  [/Email already registered/, "say.emailTaken"],
  [/among the first that are guessed/, "say.guessed"],
  [/(email|username) or password|credentials/i, "say.wrongPassword"],
  [/current password is not right/, "say.wrongPresent"],
  [/(account|user) (is )?(disabled|inactive)/i, "say.disabled"],
  [/registration is (closed|off)|made by an administrator/i, "say.closed"],
  [/cannot be read as XLSX/, "say.badXlsx"],
  [/has ([\d,]+) sheets; only '(.*)' was read/, "say.sheets", "n", "name"],
  [/The column '(.*)' stands more than once/, "say.columnTwice", "name"],
  [/used up its budget/, "say.budget_exhausted"],
  [/The tag '(.*)' exists already/, "say.tagExists", "name"],
  [/tag cannot be added and removed/, "say.tagBoth"],
  [/changes of tags wait already/, "say.tagOpen"],
  [/change of tags (was|is being) undone already/, "say.tagUndone"],
  [/takes no more calls just now/, "say.heldBack"],
];

const BY_STATUS = {
  401: "error.signedOut",
  403: "say.permission_denied",
  404: "say.not_found",
  409: "say.conflict",
  413: "say.too_large",
  415: "say.unsupported_media",
  429: "say.tooOften",
  503: "say.unavailable",
  504: "say.deadline_exceeded",
};

/** Failures that may end otherwise at another try; the others need another file or setting. */
const PASSING = new Set([
  "",
  "unknown",
  "source_unavailable",
  "provider_auth",
  "provider_credits",
  "provider_rate_limited",
  "provider_unavailable",
  "provider_invalid",
  "budget_exhausted",
  "quota_exceeded",
  "busy",
  "storage_full",
  "unavailable",
  "deadline_exceeded",
  "cancelled",
  "internal",
]);
export const canHelp = (code) => PASSING.has(code ?? "");

/**
 * The sentence for a code, the server's English sentence and an HTTP status, whatever is known.
 * `other` is the key of the sentence where nothing is.
 */
export function explain({ code = "", detail = "", status = 0 }, other = "error.unknown") {
  for (const [pattern, key, ...names] of KNOWN) {
    const found = pattern.exec(detail ?? "");
    if (found) return t(key, Object.fromEntries(names.map((name, at) => [name, found[at + 1]])));
  }
  if (detail && language.value === "en") return detail;
  const key = `say.${code}`;
  const said = t(key);
  if (code && said !== key) return said;
  if (BY_STATUS[status]) return t(BY_STATUS[status]);
  return status ? t("error.status", { status }) : t(other);
}
