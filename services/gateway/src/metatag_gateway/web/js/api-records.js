// The record of a document: its corrections, the queue of those to look at, the trash, tags.
import { call, download } from "./api.js";

const seg = encodeURIComponent;
const ifMatch = (version) => ({ "If-Match": `"${version}"` });
const at = (id) => `api/history/documents/${seg(id)}`;
const get = (path, query = {}) => call("GET", path, { query });

/** Corrections; refused with 412 when the document is not at `version` any more. */
export const patchDocument = (id, version, json) =>
  call("PATCH", at(id), { json, headers: ifMatch(version) });
export const undoDocument = (id, version, steps = 1) =>
  call("POST", `${at(id)}/undo`, {
    json: { steps },
    headers: ifMatch(version),
  });
export const documentHistory = (id) => get(`${at(id)}/history`, { limit: 50 });
export const processAgain = (id, json) => call("POST", `${at(id)}/process-again`, { json });
export const processManyAgain = (json) =>
  call("POST", "api/history/documents/process-again", { json });
export const trashDocument = (id) => call("DELETE", at(id));
/** The stored PDF, under the name with which it came. */
export const downloadOriginal = (id, name) => download(`${at(id)}/file`, {}, name);

/** The same pages with title and tags in the file's metadata. */
export const downloadTagged = (id, name) => download(`${at(id)}/tagged-file`, {}, name);

/** The same pages, scans with the text that was recognised under their pictures. */
export const downloadSearchable = (id, name) => download(`${at(id)}/searchable-file`, {}, name);

/** Where a tag and what carries it stand on a page's picture. */
export const pageWords = (id, page, tag) => get(`${at(id)}/pages/${page}/words`, { tag });

export const reviewQueue = (query) => get("api/review", query);
export const approve = (id, version, query) =>
  call("POST", `api/review/${seg(id)}/approve`, {
    query,
    headers: ifMatch(version),
  });
export const skipReview = (id, query) => call("POST", `api/review/${seg(id)}/skip`, { query });

export const trash = (query) => get("api/trash", query);
export const restore = (id) => call("POST", `api/trash/${seg(id)}/restore`);
export const deleteForGood = (id) => call("DELETE", `api/trash/${seg(id)}`);

export const searches = () => get("api/searches");
export const saveSearch = (json) => call("POST", "api/searches", { json });
export const changeSearch = (id, json) => call("PUT", `api/searches/${seg(id)}`, { json });
export const deleteSearch = (id) => call("DELETE", `api/searches/${seg(id)}`);

export const webhooks = () => get("api/webhooks");
export const createWebhook = (json) => call("POST", "api/webhooks", { json });
export const changeWebhook = (id, json) => call("PATCH", `api/webhooks/${seg(id)}`, { json });
export const deleteWebhook = (id) => call("DELETE", `api/webhooks/${seg(id)}`);
export const rotateWebhookSecret = (id) => call("POST", `api/webhooks/${seg(id)}/secret`);
export const testWebhook = (id) => call("POST", `api/webhooks/${seg(id)}/test`);
export const webhookDeliveries = (id) => get(`api/webhooks/${seg(id)}/deliveries`, { limit: 50 });
export const retryDelivery = (id, delivery) =>
  call("POST", `api/webhooks/${seg(id)}/deliveries/${seg(delivery)}/retry`);

export const learning = () => get("api/learning");
export const setLearning = (enabled) => call("PUT", "api/learning", { json: { enabled } });
export const forgetLearning = () => call("DELETE", "api/learning");
export const evaluation = () => get("api/history/evaluation");

export const profiles = () => get("api/profiles");
export const saveProfile = (name, json) => call("PUT", `api/profiles/${seg(name)}`, { json });
export const deleteProfile = (name) => call("DELETE", `api/profiles/${seg(name)}`);

export const tags = (query) => get("api/tags", query);
/** Begin a change of the tags of many documents; it goes on in the background. */
export const startTagJob = (json) => call("POST", "api/tag-jobs", { json });
export const tagJobs = () => get("api/tag-jobs", { limit: 20 });
export const tagJob = (id) => get(`api/tag-jobs/${seg(id)}`);
export const undoTagJob = (id) => call("POST", `api/tag-jobs/${seg(id)}/undo`);
