// Many files to the server, over lost lines, and none twice: what it has already, by its content,
// is not sent again.
import { findUploads, sentence, upload } from "../api.js";
import { t } from "../i18n.js";

const GROUP = 100;

/**
 * Send PDFs, three at a time; `tell` hears how far it is. Gives one { file_path, error } for each
 * file, in order.
 */
export async function uploadFiles(files, tell) {
  const stored = [];
  let done = 0;
  const note = (at, file) => {
    stored[at] = file;
    tell({ done: ++done, total: files.length, name: files[at].name });
  };
  tell({ done, total: files.length, name: files[0].name });
  for (let begin = 0; begin < files.length; begin += GROUP) {
    const group = files.slice(begin, begin + GROUP);
    const found = await known(group);
    found.forEach((file, at) => file && note(begin + at, file));
    const waiting = [...group.keys()].filter((at) => !found[at]);
    const worker = async () => {
      for (let at = waiting.shift(); at !== undefined; at = waiting.shift())
        note(begin + at, await patiently(() => send(group[at])));
    };
    await Promise.all([worker(), worker(), worker()]);
  }
  return stored;
}

/**
 * What is settled of these without sending, in order: those the server has, and those that
 * cannot be read any more.
 * Browsers hash on https and on this machine only; elsewhere all are sent.
 */
async function known(files) {
  if (!globalThis.crypto?.subtle) return [];
  const settled = [],
    asked = [],
    places = [];
  for (const [at, file] of files.entries()) {
    try {
      asked.push({ file_name: file.name, content_sha256: await sha256(file) });
      places.push(at);
    } catch {
      settled[at] = { file_path: null, error: t("batch.unreadable", { name: file.name }) };
    }
  }
  const { files: found } = await patiently(() => findUploads(asked));
  found.forEach((file, at) => {
    if (file.file_path) settled[places[at]] = file;
  });
  return settled;
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * One file a request, so that a cut line costs one file; the same bytes sent twice are stored once.
 */
async function send(file) {
  try {
    return await upload(file);
  } catch (error) {
    if ([400, 413, 415].includes(error.status)) {
      const message = error.detail || error.message || sentence(error);
      return { file_path: null, error: sentence(error), error_code: error.code, message };
    }
    throw error;
  }
}

/** Repeat over lost lines and busy servers; anything else is final. */
async function patiently(act) {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (![0, 429, 502, 503].includes(error.status) || tries >= 8) throw error;
      await new Promise((wake) =>
        setTimeout(wake, 1000 * (Number(error.retryAfter) || Math.min(15, 2 ** tries))),
      );
    }
  }
}
