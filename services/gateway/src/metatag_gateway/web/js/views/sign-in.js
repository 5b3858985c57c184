// The door: sign in, or make an account. What was asked for is shown after it.
import { useState } from "preact/hooks";
import { register, sentence } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { expired, signIn } from "../session.js";
import { useStore } from "../store.js";
import { Button, Field, Notice, Tabs } from "../ui/parts.js";

// At which field a refused sign-in or registration is shown.
const REFUSED = { 401: "password" };
const TAKEN = /already registered/;

function wrong(mode, { email, password }) {
  if (!/^\S+@\S+\.\S+$/.test(email)) return { email: t("sign.badEmail") };
  if (mode === "new" && password.length < 8) return { password: t("sign.shortPassword") };
  return password ? {} : { password: t("sign.noPassword") };
}

export function SignIn() {
  const [mode, setMode] = useState("in");
  const [given, set] = useState({ email: "", password: "", name: "" });
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
      await signIn(given.email, given.password);
    } catch (problem) {
      const at = mode === "in" ? REFUSED[problem.status] : TAKEN.exec(problem.detail) && "email";
      if (at) setErrors({ [at]: mode === "in" ? t("say.wrongPassword") : sentence(problem) });
      else setError(problem);
      setBusy(false);
      if (at) form.querySelector(`[name="${at}"]`).focus();
    }
  };
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
          tabs=${[
            ["in", t("sign.in")],
            ["new", t("sign.new")],
          ]}
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
          <${Button} type="submit" cls="main" busy=${busy}>
            ${t(mode === "new" ? "sign.create" : "sign.in")}
          <//>
          <p class="soft small">${t("sign.kept")}</p>
        </form>
      </div>
    </div>
  `;
}
