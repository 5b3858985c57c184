// For administrators: who is invited, and a new invitation with its one-time link.
import { useState } from "preact/hooks";
import { invitations, invite, withdraw } from "../api.js";
import { html } from "../html.js";
import { moment, t } from "../i18n.js";
import { link } from "../router.js";
import { Button, copy, Failure, Field, Notice, useAction, useFetched } from "../ui/parts.js";

const ROLES = ["user", "auditor", "administrator"];

/** The address that is handed on; where the server does not know its own, that of this page. */
const addressOf = (made) =>
  made.url || new URL(link("invitation", made.token), document.baseURI).href;

function Made({ made }) {
  return html`
    <${Notice} kind="good" role="status">
      <p>${t(made.is_mailed ? "invite.mailed" : "invite.hand", { email: made.email })}</p>
      <p class="wrap small"><code>${addressOf(made)}</code></p>
      <${Button} cls="slim" icon="copy" onClick=${() => copy(addressOf(made))}>
        ${t("invite.copy")}
      <//>
    <//>
  `;
}

export function Invitations() {
  const { data, error, again } = useFetched(invitations, []);
  const [given, set] = useState({ email: "", role: "user" });
  const [made, setMade] = useState(null);
  const [send, busy] = useAction(async () => {
    setMade(await invite(given.email, given.role));
    set({ email: "", role: "user" });
    again();
  });
  const [end, ending] = useAction(async (id) => {
    await withdraw(id);
    setMade(null);
    again();
  });
  return html`
    <section class="card stack">
      <h2>${t("invite.title")}</h2>
      <form
        class="stack"
        novalidate
        onSubmit=${(event) => {
          event.preventDefault();
          send();
        }}>
        <${Field}
          label=${t("sign.email")}
          name="invited"
          type="email"
          autocomplete="off"
          value=${given.email}
          onValue=${(email) => set({ ...given, email })} />
        <${Field}
          as="select"
          label=${t("invite.role")}
          value=${given.role}
          onValue=${(role) => set({ ...given, role })}>
          ${ROLES.map(
            (role) => html`
              <option value=${role} selected=${role === given.role}>${t(`invite.${role}`)}</option>
            `,
          )}
        <//>
        <div>
          <${Button} type="submit" cls="main" busy=${busy} disabled=${!given.email}>
            ${t("invite.send")}
          <//>
        </div>
      </form>
      ${made &&
      html`
        <${Made} made=${made} />
      `}
      <${Failure} error=${error} again=${again} />
      ${data?.invitations.length > 0 &&
      html`
        <ul class="found">
          ${data.invitations.map(
            (one) => html`
              <li key=${one.id} class="row apart">
                <div class="grow">
                  <div class="strong wrap">${one.email}</div>
                  <div class="small soft">
                    ${t(`invite.${one.role}`)}${" · "}${t("invite.until", {
                      when: moment(one.expires_at),
                    })}
                  </div>
                </div>
                <${Button} cls="slim bad" disabled=${ending} onClick=${() => end(one.id)}>
                  ${t("invite.withdraw")}
                <//>
              </li>
            `,
          )}
        </ul>
      `}
    </section>
  `;
}
