// Keys for programs. A new key is shown once.
import { useState } from "preact/hooks";
import { addApiKey, apiKeys, revokeApiKey } from "../api.js";
import { html } from "../html.js";
import { moment, t, word } from "../i18n.js";
import {
  Button,
  Check,
  Confirm,
  copy,
  Empty,
  Failure,
  Field,
  Loading,
  Notice,
  useAction,
  useFetched,
} from "../ui/parts.js";

const SCOPES = ["read", "process", "write"];

function NewKey({ onMade }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["read", "process"]);
  const [made, setMade] = useState(null);
  const [add, busy] = useAction(async () => {
    setMade(await addApiKey({ name: name.trim() || "key", scopes }));
    setName("");
    onMade();
  });
  return html`
    <section class="card">
      <h2>${t("keys.new")}</h2>
      <form
        class="stack"
        onSubmit=${(event) => {
          event.preventDefault();
          add();
        }}>
        <${Field}
          label=${t("keys.name")}
          placeholder=${t("keys.example")}
          maxlength="100"
          value=${name}
          onValue=${setName} />
        <fieldset class="row choice">
          <legend class="small strong">${t("keys.may")}</legend>
          ${SCOPES.map(
            (scope) => html`
              <${Check}
                key=${scope}
                label=${word("scope", scope)}
                checked=${scopes.includes(scope)}
                onValue=${(on) =>
                  setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))} />
            `,
          )}
        </fieldset>
        <div>
          <${Button}
            type="submit"
            cls="main"
            icon="plus"
            busy=${busy}
            disabled=${scopes.length === 0}>
            ${t("keys.make")}
          <//>
        </div>
      </form>
      ${made &&
      html`
        <${Notice} kind="good" role="status">
          <div class="stack tight">
            <span>${t("keys.once")}</span>
            <code class="wrap key">${made.key ?? made.api_key}</code>
            <div>
              <${Button} cls="slim" icon="copy" onClick=${() => copy(made.key ?? made.api_key)}>
                ${t("keys.copy")}
              <//>
            </div>
          </div>
        <//>
      `}
    </section>
  `;
}

export function KeysView() {
  const { data, error, again } = useFetched(apiKeys, []);
  const [doomed, doom] = useState(null);
  const [revoke] = useAction(async (id) => {
    await revokeApiKey(id);
    again();
  });
  const keys = data?.keys ?? data?.api_keys ?? [];
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("nav.keys")}</h1>
        <p class="soft">${t("keys.lead")}</p>
      </header>
      <${NewKey} onMade=${again} />
      <${Failure} error=${error} again=${again} />
      <section class="card">
        ${!data && !error
          ? html`
              <${Loading} />
            `
          : keys.length === 0
            ? html`
                <${Empty} icon="key">${t("keys.empty")}<//>
              `
            : html`
                <ul class="found">
                  ${keys.map(
                    (key) => html`
                      <li key=${key.id}>
                        <div class="row apart">
                          <div class="grow">
                            <div class="strong">${key.name}</div>
                            <div class="small soft">
                              <code>${key.prefix}…</code>
                              ${" · "}${key.scopes.map((scope) => word("scope", scope)).join(", ")}
                            </div>
                            <div class="small soft">
                              ${t("keys.used", {
                                when: key.last_used_at ? moment(key.last_used_at) : t("never"),
                              })}
                            </div>
                          </div>
                          <${Button} cls="slim bad" onClick=${() => doom(key)}>
                            ${t("keys.revoke")}
                          <//>
                        </div>
                      </li>
                    `,
                  )}
                </ul>
              `}
      </section>
      ${doomed &&
      html`
        <${Confirm}
          title=${t("keys.revokeTitle")}
          text=${t("keys.revokeText", { name: doomed.name })}
          yes=${t("keys.revokeYes")}
          onYes=${() => revoke(doomed.id)}
          onClose=${() => doom(null)} />
      `}
    </div>
  `;
}
