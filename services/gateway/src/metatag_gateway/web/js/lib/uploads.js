// Many files to the server, over lost lines, and none twice: what it has already, by its content, is not sent again.
import { call, sentence } from "../api.js";

const GROUP = 100;

/** Send PDFs, three at a time; `tell` hears how far it is. Gives one { file_path, error } for each file, in order. */
export async function uploadFiles(files, tell) {
  const stored = [];
  let done = 0;
  const note = (at, file) => { stored[at] = file; tell({ done: ++done, total: files.length, name: files[at].name }); };
  tell({ done, total: files.length, name: files[0].name });
  for (let begin = 0; begin < files.length; begin += GROUP) {
    const group = files.slice(begin, begin + GROUP);
    const found = await known(group);
    found.forEach((file, at) => file.file_path && note(begin + at, file));
    const waiting = [...group.keys()].filter((at) => !found[at]?.file_path);
    const worker = async () => {
      for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) note(begin + at, await patiently(() => upload(group[at])));
    };
    await Promise.all([worker(), worker(), worker()]);
  }
  return stored;
}

/** What the server has of these, in order. Browsers hash on https and on this machine only; elsewhere all are sent. */
async function known(files) {
  if (!globalThis.crypto?.subtle) return [];
  const asked = [];
  for (const file of files) asked.push({ file_name: file.name, content_sha256: await sha256(file) });
  return (await patiently(() => call("POST", "api/batch/uploads/find", { json: { files: asked } }))).files;
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One file a request, so that a cut line costs one file; the same bytes sent twice are stored once. */
async function upload(file) {
  const form = new FormData();
  form.set("files", file, file.name);
  try {
    return (await call("POST", "api/batch/uploads", { form })).files[0];
  } catch (error) {
    if ([400, 413, 415].includes(error.status)) return { file_path: null, error: sentence(error) };
    throw error;
  }
}

/** Repeat over lost lines and busy servers; anything else is final. */
async function patiently(act) {
  for (let tries = 0; ; tries++) {
    try { return await act(); } catch (error) {
      if (![0, 429, 502, 503].includes(error.status) || tries >= 8) throw error;
      await new Promise((wake) => setTimeout(wake, 1000 * (Number(error.retryAfter) || Math.min(15, 2 ** tries))));
    }
  }
}
