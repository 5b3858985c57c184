// Holds the tokens of everybody's tabs, out of the reach of any script in a page.
//
// The refresh token enters here with the answer to a sign-in and never leaves. A page can ask for a
// short-lived access
// token only. As a SharedWorker there is one of these for all tabs, so two tabs cannot race for a
// refresh; where shared
// workers are missing the page starts it as its own worker. Nothing is written to any storage.
const ROOT = new URL("../../", self.location.href);
// Renewed this long before its end, so that a request under way does not expire.
const EARLY_MS = 30_000;

const ALONE_MS = 60_000; // so long a session outlives its last tab

let tokens = null; // { access, refresh, ends (ms) }
let user = null;
let renewing = null;
let ending = 0;
const ports = new Set();

async function post(path, body) {
  let response;
  try {
    response = await fetch(new URL(path, ROOT), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw { status: 0, detail: "" };
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw {
      status: response.status,
      detail: answer.detail ?? "",
      code: answer.code ?? "",
      retryAfter: response.headers.get("Retry-After"),
    };
  }
  return answer.success === true && answer.data ? answer.data : answer;
}

function keep(given) {
  tokens = {
    access: given.access_token,
    refresh: given.refresh_token,
    ends: Date.now() + given.expires_in * 1000,
  };
}

function tell(message, except) {
  for (const port of ports) if (port !== except) port.postMessage(message);
}

async function signIn({ email, password, code, ticket }, port) {
  const answer = ticket
    ? await post("api/auth/oidc/session", { ticket })
    : await post("api/auth/login", { email, password, code });
  keep(answer.tokens);
  user = answer.user;
  tell({ event: "in", user }, port);
  return { user };
}

async function renew() {
  try {
    keep(await post("api/auth/refresh", { refresh_token: tokens.refresh }));
  } catch (error) {
    if (error.status === 401 || error.status === 403) {
      tokens = user = null;
      tell({ event: "out", expired: true });
    }
    throw error;
  }
}

/** A token that is good now; `stale` is one the server has just refused. */
async function token({ stale }) {
  if (!tokens) throw { status: 401, detail: "" };
  if (stale === tokens.access || tokens.ends - EARLY_MS < Date.now()) {
    renewing ??= renew().finally(() => {
      renewing = null;
    });
    await renewing;
  }
  return tokens.access;
}

async function signOut(_, port) {
  const last = tokens;
  tokens = user = null;
  tell({ event: "out" }, port);
  if (last) await post("api/auth/logout", { refresh_token: last.refresh }).catch(() => {});
  return null;
}

const OPERATIONS = { signIn, token, signOut, who: async () => ({ user: tokens && user }) };

/**
 * The last tab has gone: unless it was a reload, or another comes soon, the session ends here and
 * at the server.
 */
function leave(port) {
  ports.delete(port);
  clearTimeout(ending);
  ending = setTimeout(() => ports.size === 0 && signOut(null, null), ALONE_MS);
}

function serve(port) {
  ports.add(port);
  port.onmessage = async ({ data }) => {
    if (data.op === "bye") {
      leave(port);
      return;
    }
    try {
      port.postMessage({ id: data.id, result: await OPERATIONS[data.op](data, port) });
    } catch (error) {
      port.postMessage({
        id: data.id,
        error: {
          status: error.status ?? 0,
          detail: error.detail ?? String(error),
          code: error.code ?? "",
          retryAfter: error.retryAfter ?? null,
        },
      });
    }
  };
}

/** @type {any} */
const scope = self;
if ("SharedWorkerGlobalScope" in scope) scope.onconnect = (event) => serve(event.ports[0]);
else serve(scope);
