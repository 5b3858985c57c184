// What a one-time link opens: an invitation is accepted, a forgotten password is set anew.
import { useEffect, useState } from "preact/hooks";
import { acceptInvitation, lookAtInvitation, resetForgotten, sentence } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { go, link, route } from "../router.js";
import { signIn } from "../session.js";
import { Button, Check, Field, Notice } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

const WAYS = {
  invitation: {
    title: "link.invited",
    act: (token, { password, name }) => acceptInvitation(token, password, name),
  },
  reset: {
    title: "link.reset",
    act: (token, { password, keys }) => resetForgotten(token, password, keys),
  },
};

/** Whether an address is that of a one-time link. */
export const isByLink = (at) => Object.hasOwn(WAYS, at.name) && Boolean(at.id);

/** Whom the link invites; null until it is known, and where it is a reset. */
function useInvited(kind, token, onProblem) {
  const [invited, set] = useState(null);
  useEffect(() => {
    if (kind !== "invitation") return;
    lookAtInvitation(token)
      .then((found) => set(found))
      .catch(onProblem);
  }, []);
  return invited;
}

export function ByLink() {
  // Kept from the first showing on: the secret does not stay in the address.
  const [{ name: kind, id: token }] = useState(() => route.value);
  const [given, set] = useState({ password: "", name: "", keys: false });
  const [wrong, setWrong] = useState("");
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const invited = useInvited(kind, token, setProblem);
  const way = WAYS[kind];
  useEffect(() => history.replaceState(history.state, "", link(kind)), []);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    setWrong(given.password.length < 8 ? t("sign.shortPassword") : "");
    if (given.password.length < 8) {
      form.querySelector('[name="password"]').focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await way.act(token, given);
      if (invited) await signIn(invited.email, given.password);
      toast(t(invited ? "link.welcome" : "link.changed"), "good");
      go(link());
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return html`
    <div class="card door-card">
      <form class="stack" onSubmit=${submit} novalidate>
        <h1>${t(way.title)}</h1>
        ${problem &&
        html`
          <${Notice} kind="bad" role="alert">
            ${problem.status === 404 ? t("link.gone") : sentence(problem)}
          <//>
        `}
        ${invited &&
        html`
          <p>${t("link.for", { email: invited.email })}</p>
          <input
            class="hidden"
            type="email"
            autocomplete="username"
            value=${invited.email}
            readonly
            hidden />
          <${Field}
            label=${t("sign.name")}
            name="name"
            autocomplete="name"
            value=${given.name || invited.full_name || ""}
            hint=${t("optional")}
            onValue=${(name) => set({ ...given, name })} />
        `}
        <${Field}
          label=${t("account.next")}
          name="password"
          type="password"
          autocomplete="new-password"
          value=${given.password}
          hint=${t("sign.passwordHint")}
          error=${wrong}
          onValue=${(password) => set({ ...given, password })} />
        ${kind === "reset" &&
        html`
          <${Check}
            label=${t("link.keys")}
            hint=${t("link.keysHint")}
            checked=${given.keys}
            onValue=${(keys) => set({ ...given, keys })} />
        `}
        <${Button} type="submit" cls="main" busy=${busy}>
          ${t(kind === "reset" ? "account.change" : "sign.create")}
        <//>
        <a href=${link()}>${t("link.back")}</a>
      </form>
    </div>
  `;
}
