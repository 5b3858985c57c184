// Calls to the server, by name. Only this module and api-records know paths.
import { t } from "./i18n.js";
import { explain } from "./lib/messages.js";
import { accessToken } from "./session.js";

// The page stands at /app/, behind any prefix; its files may come from a folder of their version.
export const ROOT = new URL("../", document.baseURI);

/** What a person can act on; `status` 0 means that the server was not reached. */
export class ApiError extends Error {
  constructor(status, detail, { code = "", errors = [], retryAfter = null, jobId = null } = {}) {
    super(detail);
    Object.assign(this, { status, code, errors, retryAfter, jobId });
  }
}

/** The sentence for an error of any kind, in the reader's language. */
export function sentence(error) {
  if (error?.status === 0) return t("error.offline");
  // What the page itself threw is in the reader's language already.
  if (error?.status === undefined) return error?.message || t("error.unknown");
  return explain({ code: error.code, detail: error.detail ?? error.message, status: error.status });
}

function address(path, query) {
  const url = new URL(path, ROOT);
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== "" && value !== null) url.searchParams.set(name, value);
  return url;
}

/**
 * @typedef {{ json?: any, form?: any, query?: Record<string, any>,
 *   headers?: Record<string, string>, signal?: AbortSignal }} Options
 */

async function send(
  method,
  path,
  /** @type {Options} */ { json, form, query, headers, signal } = {},
  token,
) {
  const all = { ...headers, Authorization: `Bearer ${token}` };
  if (json !== undefined) all["Content-Type"] = "application/json";
  try {
    return await fetch(address(path, query), {
      method,
      headers: all,
      body: json === undefined ? form : JSON.stringify(json),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, t("error.offline"));
  }
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === "string" ? body.detail : "";
  return new ApiError(response.status, detail, {
    code: body.code,
    errors: body.errors,
    retryAfter: response.headers.get("Retry-After"),
    jobId: body.job_id,
  });
}

/** One request with a good token; a refused token is renewed once. Gives the Response. */
export async function request(method, path, options) {
  let token = await accessToken();
  let response = await send(method, path, options, token);
  if (response.status === 401) {
    token = await accessToken(token);
    response = await send(method, path, options, token);
  }
  if (!response.ok) throw await problem(response);
  return response;
}

const unwrap = (body) => (body && body.success === true && "data" in body ? body.data : body);

export async function call(method, path, options) {
  const response = await request(method, path, options);
  return response.status === 204 ? null : unwrap(await response.json());
}

async function open(method, path, json) {
  const response = await fetch(address(path), {
    method,
    headers: json ? { "Content-Type": "application/json" } : {},
    body: json && JSON.stringify(json),
  }).catch(() => {
    throw new ApiError(0, t("error.offline"));
  });
  if (!response.ok) throw await problem(response);
  return unwrap(await response.json());
}

const get = (path, query, signal) => call("GET", path, { query, signal });
const seg = encodeURIComponent;

export const register = (email, password, full_name) =>
  open("POST", "api/auth/register", { email, password, full_name: full_name || null });
export const methods = () => open("GET", "api/auth/methods");
export const lookAtInvitation = (token) => open("POST", "api/auth/invitation", { token });
export const acceptInvitation = (token, password, full_name) =>
  open("POST", "api/auth/invitation/accept", { token, password, full_name: full_name || null });
export const forgetPassword = (email) => open("POST", "api/auth/forgotten", { email });
export const resetForgotten = (token, password, revoke_api_keys) =>
  open("POST", "api/auth/forgotten/password", { token, password, revoke_api_keys });
export const me = () => get("api/auth/me");

export const stats = () => get("api/history/stats");
export const summary = (days) => get("api/history/summary", { days });
export const jobs = (query) => get("api/history/jobs", query);
export const job = (id) => get(`api/history/jobs/${seg(id)}`);
export const deleteJob = (id) => call("DELETE", `api/history/jobs/${seg(id)}`);
export const documents = (query) => get("api/history/documents", query);
export const search = (query) => get("api/history/documents/search", query);
export const documentDetail = (id) => get(`api/history/documents/${seg(id)}`);

export const findUploads = (files) => call("POST", "api/batch/uploads/find", { json: { files } });
export async function upload(file) {
  const form = new FormData();
  form.set("files", file, file.name);
  return (await call("POST", "api/batch/uploads", { form })).files[0];
}
export async function readDocuments(file, headed) {
  const form = new FormData();
  form.set("file", file, file.name);
  if (headed !== undefined) form.set("has_header", String(headed));
  return call("POST", "api/batch/tables", { form });
}
export const startBatch = (body, key) =>
  call("POST", "api/batch/start", { json: body, headers: { "Idempotency-Key": key } });
export const batchStatus = (id) => get(`api/batch/jobs/${seg(id)}/status`);
export const control = (id, step) => call("POST", `api/batch/jobs/${seg(id)}/${step}`);
export const activeBatches = () => get("api/batch/active");
export const validatePaths = (paths) =>
  call("POST", "api/batch/validate-paths", { json: { paths } });
export const template = () => get("api/batch/template");

/** Save an answer of the server as a file of the user. */
export async function download(path, query, name) {
  const response = await request("GET", path, { query });
  saveAs(await response.blob(), name);
}

/** A name that every file system takes. */
export const fileName = (name) =>
  (name || "")
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80) || "metatag";

export function saveAs(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * One document, answered at once with the job to follow where the server can; else with the result.
 */
export function processSingle(source, config) {
  const form = new FormData();
  form.set("config", JSON.stringify(config));
  if (source.kind === "file") form.set("pdf_file", source.file, source.file.name);
  else form.set("pdf_url", source.url.trim());
  if (source.exclusion) form.set("exclusion_file", source.exclusion, source.exclusion.name);
  return call("POST", "api/single/process", { form, headers: { Prefer: "respond-async" } });
}

/** Queue failed documents again, in as many requests as their number needs; gives how many went. */
export async function retryDocuments(id, ids) {
  let retried = 0;
  for (let at = 0; at < ids.length; at += 1000) {
    const answer = await call("POST", `api/batch/jobs/${seg(id)}/retry`, {
      json: { document_ids: ids.slice(at, at + 1000) },
    });
    retried += answer.retried;
  }
  return retried;
}
export const jobDocuments = (id, from_row) =>
  get(`api/history/jobs/${seg(id)}/documents`, { from_row, limit: 1000 });
export const exportJob = (id, format, name) =>
  download(`api/history/jobs/${seg(id)}/export`, { format }, `${fileName(name)}.${format}`);

/** A page of a stored document as a picture. */
export async function pagePicture(id, page, width, signal) {
  const response = await request("GET", `api/history/documents/${seg(id)}/pages/${page}.png`, {
    query: { width },
    signal,
  });
  return response.blob();
}

export const engines = () => get("api/engines");

export const vocabularies = () => get("api/vocabularies");
export const vocabulary = (name) => get(`api/vocabularies/${seg(name)}`);
export const putVocabulary = (name, table, type = "text/csv") =>
  call("PUT", `api/vocabularies/${seg(name)}`, {
    form: table,
    headers: { "Content-Type": type },
  });
export const deleteVocabulary = (name) => call("DELETE", `api/vocabularies/${seg(name)}`);

export const apiKeys = () => get("api/auth/keys");
export const addApiKey = (json) => call("POST", "api/auth/keys", { json });
export const revokeApiKey = (id) => call("DELETE", `api/auth/keys/${seg(id)}`);

export const changePassword = (current_password, new_password) =>
  call("POST", "api/auth/password", { json: { current_password, new_password } });
/** All that is kept of the account, as a ZIP. */
export async function exportAccount() {
  const response = await request("POST", "api/account/export");
  saveAs(await response.blob(), "metatag-account.zip");
}
export const deleteAccount = (password) => call("DELETE", "api/account", { json: { password } });
export const logoutEverywhere = () => call("POST", "api/auth/logout-all");

export const users = (query) => get("api/admin/users", query);
export const changeUser = (id, json) => call("PATCH", `api/admin/users/${seg(id)}`, { json });
export const invitations = () => get("api/admin/invitations");
export const invite = (email, role) =>
  call("POST", "api/admin/invitations", { json: { email, role } });
export const withdraw = (id) => call("DELETE", `api/admin/invitations/${seg(id)}`);
export const health = () => get("api/health");
