// Who has forgotten a password asks for a link by mail. The answer is the same for any email.
import { useState } from "preact/hooks";
import { forgetPassword, sentence } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Button, Field, Notice } from "../ui/parts.js";

export function Forgotten({ email, onBack }) {
  const [given, set] = useState(email);
  const [wrong, setWrong] = useState("");
  const [said, say] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const good = /^\S+@\S+\.\S+$/.test(given);
    setWrong(good ? "" : t("sign.badEmail"));
    if (!good) return;
    setBusy(true);
    try {
      await forgetPassword(given);
      say({ kind: "good", text: t("link.sent") });
    } catch (problem) {
      say({ kind: "bad", text: sentence(problem) });
    }
    setBusy(false);
  };
  return html`
    <form class="stack" onSubmit=${submit} novalidate>
      <p>${t("link.lead")}</p>
      ${said &&
      html`
        <${Notice} kind=${said.kind} role="status">${said.text}<//>
      `}
      <${Field}
        label=${t("sign.email")}
        name="email"
        type="email"
        autocomplete="username"
        value=${given}
        error=${wrong}
        onValue=${set} />
      <${Button} type="submit" cls="main" busy=${busy}>${t("link.send")}<//>
      <${Button} cls="plain" onClick=${onBack}>${t("link.back")}<//>
    </form>
  `;
}
