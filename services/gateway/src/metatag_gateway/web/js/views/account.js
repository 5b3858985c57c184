// The account: who one is, a new password, an end to all sessions, all of it in a file, its end.
import { useState } from "preact/hooks";
import { changePassword, deleteAccount, exportAccount, logoutEverywhere } from "../api.js";
import { html } from "../html.js";
import { moment, t } from "../i18n.js";
import { signOut, user } from "../session.js";
import { useStore } from "../store.js";
import { Button, Confirm, Dialog, Field, useAction } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";
import { LearningCard } from "./learning.js";

function Password() {
  const [given, set] = useState({ now: "", next: "" });
  const [error, setError] = useState(/** @type {any} */ ({}));
  const [change, busy] = useAction(async () => {
    await changePassword(given.now, given.next);
    toast(t("account.changed"), "good");
    set({ now: "", next: "" });
    await signOut();
  });
  const submit = (event) => {
    event.preventDefault();
    const wrong = !given.now
      ? { now: t("sign.noPassword") }
      : given.next.length < 8
        ? { next: t("sign.shortPassword") }
        : {};
    setError(wrong);
    if (!Object.keys(wrong).length) change();
  };
  return html`
    <section class="card">
      <h2>${t("account.password")}</h2>
      <form class="stack" onSubmit=${submit} novalidate>
        <${Field}
          type="password"
          autocomplete="current-password"
          label=${t("account.now")}
          value=${given.now}
          error=${error.now}
          onValue=${(now) => set({ ...given, now })} />
        <${Field}
          type="password"
          autocomplete="new-password"
          label=${t("account.next")}
          hint=${t("sign.passwordHint")}
          value=${given.next}
          error=${error.next}
          onValue=${(next) => set({ ...given, next })} />
        <div><${Button} type="submit" cls="main" busy=${busy}>${t("account.change")}<//></div>
      </form>
    </section>
  `;
}

function Deletion({ onClose }) {
  const [password, set] = useState("");
  const [remove, busy] = useAction(async () => {
    await deleteAccount(password);
    toast(t("account.deleted"), "good");
    await signOut();
  });
  const submit = (event) => {
    event.preventDefault();
    remove();
  };
  return html`
    <${Dialog} title=${t("account.deleteTitle")} onClose=${onClose}>
      <form class="stack" onSubmit=${submit} novalidate>
        <p>${t("account.deleteText")}</p>
        <${Field}
          type="password"
          autocomplete="current-password"
          label=${t("account.now")}
          value=${password}
          onValue=${set} />
        <div class="row">
          <${Button} type="submit" cls="bad" busy=${busy}>${t("account.delete")}<//>
          <${Button} type="button" onClick=${onClose}>${t("keep")}<//>
        </div>
      </form>
    <//>
  `;
}

function Data() {
  const [asking, ask] = useState(false);
  const [save, busy] = useAction(exportAccount);
  return html`
    <section class="card stack">
      <h2>${t("account.data")}</h2>
      <p>${t("account.exportText")}</p>
      <div><${Button} icon="download" busy=${busy} onClick=${save}>${t("account.export")}<//></div>
      <p>${t("account.deleteText")}</p>
      <div><${Button} cls="bad" onClick=${() => ask(true)}>${t("account.delete")}<//></div>
    </section>
    ${asking &&
    html`
      <${Deletion} onClose=${() => ask(false)} />
    `}
  `;
}

export function AccountView() {
  const who = useStore(user);
  const [asking, ask] = useState(false);
  const [leave] = useAction(async () => {
    await logoutEverywhere();
    await signOut();
  });
  if (!who) return null;
  return html`
    <div class="view stack loose">
      <header><h1>${t("nav.account")}</h1></header>
      <section class="card">
        <dl class="facts broad">
          <div>
            <dt>${t("sign.email")}</dt>
            <dd>${who.email}</dd>
          </div>
          <div>
            <dt>${t("sign.name")}</dt>
            <dd>${who.full_name || "–"}</dd>
          </div>
          <div>
            <dt>${t("account.since")}</dt>
            <dd>${moment(who.created_at)}</dd>
          </div>
        </dl>
      </section>
      <${Password} />
      <${LearningCard} />
      <section class="card stack">
        <h2>${t("account.sessions")}</h2>
        <p>${t("account.sessionsText")}</p>
        <div>
          <${Button} cls="bad" icon="out" onClick=${() => ask(true)}>${t("account.everywhere")}<//>
        </div>
      </section>
      <${Data} />
      ${asking &&
      html`
        <${Confirm}
          title=${t("account.everywhereTitle")}
          text=${t("account.sessionsText")}
          yes=${t("account.everywhere")}
          onYes=${leave}
          onClose=${() => ask(false)} />
      `}
    </div>
  `;
}
