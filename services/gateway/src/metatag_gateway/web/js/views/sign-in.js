// The door: sign in, or make an account. What was asked for is shown after it.
import { useEffect, useState } from "preact/hooks";
import { methods, register, sentence } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { go, link, route } from "../router.js";
import { expired, signIn, signInByTicket } from "../session.js";
import { useStore } from "../store.js";
import { Button, Field, Notice, Tabs } from "../ui/parts.js";
import { Forgotten } from "./forgotten.js";

// At which field a refused sign-in or registration is shown.
const REFUSED = { 401: "password" };
const TAKEN = /already registered/;

function wrong(mode, { email, password }) {
  if (!/^\S+@\S+\.\S+$/.test(email)) return { email: t("sign.badEmail") };
  if (mode === "new" && password.length < 8) return { password: t("sign.shortPassword") };
  return password ? {} : { password: t("sign.noPassword") };
}

/** How people sign in here; opens the session when the browser comes back from single sign-on. */
function useMethods(onProblem) {
  const [offered, setOffered] = useState(/** @type {any} */ ({ registration: true }));
  useEffect(() => {
    methods()
      .then(setOffered)
      .catch(() => {});
    const { name, id, query } = route.value;
    if (name !== "single-sign-on") return;
    // The ticket is good once: it does not stay in the address.
    go(link(), { replace: true });
    if (id) signInByTicket(id).catch(onProblem);
    else onProblem({ status: 401, detail: t("sign.refused"), code: query.get("problem") });
  }, []);
  return offered;
}

export function SignIn() {
  const [mode, setMode] = useState("in");
  const [given, set] = useState({ email: "", password: "", name: "", code: "" });
  const [asksCode, setAsksCode] = useState(false);
  const offered = useMethods((problem) => setError(problem));
  const [errors, setErrors] = useState(/** @type {any} */ ({}));
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const over = useStore(expired);
  const put = (name) => (value) => set((before) => ({ ...before, [name]: value }));
  const submit = async (event) => {
    event.preventDefault();
    const found = wrong(mode, given);
    setErrors(found);
    if (Object.keys(found).length) {
      event.currentTarget.querySelector(`[name="${Object.keys(found)[0]}"]`).focus();
      return;
    }
    const form = event.currentTarget;
    setBusy(true);
    setError(null);
    try {
      if (mode === "new") await register(given.email, given.password, given.name);
      await signIn(given.email, given.password, given.code);
    } catch (problem) {
      const asks = problem.code === "second_factor_required";
      const at = asks
        ? "code"
        : mode === "in"
          ? REFUSED[problem.status]
          : TAKEN.exec(problem.detail) && "email";
      setAsksCode(asks || asksCode);
      if (asks) setErrors(given.code ? { code: sentence(problem) } : {});
      else if (at) setErrors({ [at]: mode === "in" ? t("say.wrongPassword") : sentence(problem) });
      else setError(problem);
      setBusy(false);
      // The field of a code is there only after this.
      if (at) requestAnimationFrame(() => form.querySelector(`[name="${at}"]`)?.focus());
    }
  };
  if (mode === "forgotten")
    return html`
      <div class="card door-card stack">
        <h1>${t("sign.forgotten")}</h1>
        <${Forgotten} email=${given.email} onBack=${() => setMode("in")} />
      </div>
    `;
  return html`
    <div class="card door-card">
      <div class="stack">
        <div>
          <h1>${t("sign.title")}</h1>
          <p class="soft">${t("sign.lead")}</p>
        </div>
        <${Tabs}
          label=${t("sign.title")}
          panel="door"
          tabs=${[["in", t("sign.in")], ...(offered.registration ? [["new", t("sign.new")]] : [])]}
          value=${mode}
          onValue=${(name) => {
            setMode(name);
            setErrors({});
            setError(null);
          }} />
        <form
          id="door"
          role="tabpanel"
          aria-labelledby=${`door-${mode}`}
          class="stack"
          onSubmit=${submit}
          novalidate>
          ${over &&
          !error &&
          html`
            <${Notice} kind="warn" role="status">${t("sign.expired")}<//>
          `}
          ${error &&
          html`
            <${Notice} kind="bad" role="alert">${sentence(error)}<//>
          `}
          ${mode === "new" &&
          html`
            <${Field}
              label=${t("sign.name")}
              name="name"
              autocomplete="name"
              value=${given.name}
              onValue=${put("name")}
              hint=${t("optional")} />
          `}
          <${Field}
            label=${t("sign.email")}
            name="email"
            type="email"
            autocomplete="username"
            value=${given.email}
            onValue=${put("email")}
            error=${errors.email} />
          <${Field}
            label=${t("sign.password")}
            name="password"
            type="password"
            autocomplete=${mode === "new" ? "new-password" : "current-password"}
            value=${given.password}
            onValue=${put("password")}
            hint=${mode === "new" ? t("sign.passwordHint") : undefined}
            error=${errors.password} />
          ${asksCode &&
          html`
            <${Field}
              label=${t("sign.code")}
              name="code"
              autocomplete="one-time-code"
              value=${given.code}
              onValue=${put("code")}
              hint=${t("sign.codeHint")}
              error=${errors.code} />
          `}
          <${Button} type="submit" cls="main" busy=${busy}>
            ${t(mode === "new" ? "sign.create" : "sign.in")}
          <//>
          ${offered.single_sign_on &&
          html`
            <a class="button" href="../sign-in/oidc">${t("sign.single")}</a>
          `}
          ${offered.password_reset &&
          mode === "in" &&
          html`
            <${Button} cls="plain" onClick=${() => setMode("forgotten")}>${t("sign.forgotten")}<//>
          `}
          <p class="soft small">${t("sign.kept")}</p>
        </form>
      </div>
    </div>
  `;
}
