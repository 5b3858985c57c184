// The page's side of the session: who is signed in, and an access token for the next request.
import { Store } from "./store.js";

/** null while unknown, false when signed out, else the user. */
export const user = new Store(null);
export const expired = new Store(false);

const waiting = new Map();
let last = 0;
const port = open();

/** @returns {any} */
function open() {
  // One address for every version: after an update the tabs find the worker that signed them in.
  const url = new URL("js/session-worker.js", document.baseURI).href;
  const policy = /** @type {any} */ (self).trustedTypes?.createPolicy("metatag-worker", {
    createScriptURL: () => url,
  });
  const address = policy ? policy.createScriptURL(url) : url;
  if (self.SharedWorker) {
    // A reload is a moment without a tab; browsers that know `extendedLifetime` keep the worker
    // over it.
    const options = /** @type {any} */ ({ name: "metatag-session", extendedLifetime: true });
    const shared = new SharedWorker(address, options).port;
    shared.onmessage = receive;
    addEventListener("pagehide", (event) => event.persisted || shared.postMessage({ op: "bye" }));
    return shared;
  }
  const worker = new Worker(address);
  worker.onmessage = receive;
  return worker;
}

function receive({ data }) {
  if (data.event === "in") user.set(data.user);
  if (data.event === "out") {
    expired.set(Boolean(data.expired));
    user.set(false);
  }
  const call = waiting.get(data.id);
  if (!call) return;
  waiting.delete(data.id);
  if (data.error) call.reject(data.error);
  else call.resolve(data.result);
}

function ask(op, fields = {}) {
  return new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    port.postMessage({ op, id: last, ...fields });
  });
}

export async function begin() {
  user.set((await ask("who")).user || false);
}

/** Opens a session: with a password, and a code of an authenticator app if need be. */
export const signIn = (email, password, code = "") => enter({ email, password, code });

/** Opens a session with what single sign-on brought back. */
export const signInByTicket = (ticket) => enter({ ticket });

async function enter(proof) {
  const answer = await ask("signIn", proof);
  expired.set(false);
  user.set(answer.user);
}

export async function signOut() {
  await ask("signOut");
  user.set(false);
}

/**
 * An access token; give the one just refused as `stale` to have it renewed. Rejects with status 401
 * when signed out.
 */
export const accessToken = (stale) => ask("token", { stale });
