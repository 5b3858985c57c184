// Webhooks: addresses of programs to which events are posted, and what came of each post.
import { useState } from "preact/hooks";
import { sentence } from "../api.js";
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  webhooks,
} from "../api-records.js";
import { html } from "../html.js";
import { moment, t, word } from "../i18n.js";
import {
  Badge,
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
import { toast } from "../ui/toasts.js";
import { Deliveries } from "./webhook-deliveries.js";

const EVENTS = [
  "job.completed",
  "job.failed",
  "job.cancelled",
  "document.processed",
  "document.failed",
  "document.corrected",
  "tag_job.finished",
];

function Events({ chosen, onChosen }) {
  return html`
    <fieldset class="stack tight">
      <legend class="small strong">${t("hooks.events")}</legend>
      ${EVENTS.map(
        (name) => html`
          <${Check}
            key=${name}
            label=${word("event", name)}
            hint=${name}
            checked=${chosen.includes(name)}
            onValue=${(on) =>
              onChosen(EVENTS.filter((one) => (one === name ? on : chosen.includes(one))))} />
        `,
      )}
    </fieldset>
  `;
}

/** A secret, this once. */
const Secret = ({ secret }) => html`
  <${Notice} kind="good" role="status">
    <div class="stack tight">
      <span>${t("hooks.once")}</span>
      <code class="wrap key">${secret}</code>
      <div>
        <${Button} cls="slim" icon="copy" onClick=${() => copy(secret)}>${t("hooks.copy")}<//>
      </div>
    </div>
  <//>
`;

// An address and the events that it wants; `onKeep` keeps them, and what it refuses is said beside
// the field.
function Editor({ first, label, onKeep, onClose = null }) {
  const [url, setUrl] = useState(first.url);
  const [events, setEvents] = useState(first.events);
  const [wrong, setWrong] = useState("");
  const [keep, busy] = useAction(async () => {
    try {
      await onKeep({ url: url.trim(), events });
      setWrong("");
      if (!onClose) setUrl("");
    } catch (error) {
      setWrong(sentence(error));
    }
  });
  return html`
    <form
      class="stack"
      novalidate
      onSubmit=${(event) => {
        event.preventDefault();
        keep();
      }}>
      <${Field}
        type="url"
        label=${t("hooks.url")}
        hint=${t("hooks.urlHint")}
        placeholder="https://records.example.org/metatag"
        maxlength="2000"
        error=${wrong || undefined}
        value=${url}
        onValue=${setUrl} />
      <${Events} chosen=${events} onChosen=${setEvents} />
      <div class="row">
        <${Button}
          type="submit"
          cls="main"
          busy=${busy}
          disabled=${!url.trim() || events.length === 0}>
          ${label}
        <//>
        ${onClose &&
        html`
          <${Button} onClick=${onClose}>${t("cancel")}<//>
        `}
      </div>
    </form>
  `;
}

function NewWebhook({ onMade }) {
  const [made, setMade] = useState(null);
  return html`
    <section class="card stack">
      <h2>${t("hooks.new")}</h2>
      <${Editor}
        first=${{ url: "", events: EVENTS }}
        label=${t("hooks.make")}
        onKeep=${async (given) => {
          setMade(await createWebhook(given));
          onMade();
        }} />
      ${made &&
      html`
        <${Secret} secret=${made.secret} />
      `}
    </section>
  `;
}

function Actions({ hook, ask, edit, again, onTested, onSecret }) {
  const [test, testing] = useAction(async () => {
    await testWebhook(hook.id);
    onTested();
  });
  const [turn, turning] = useAction(async () => {
    await changeWebhook(hook.id, { active: !hook.active });
    again();
  });
  const [rotate, rotating] = useAction(async () =>
    onSecret((await rotateWebhookSecret(hook.id)).secret),
  );
  return html`
    <div class="row tight">
      <${Button} cls="slim" busy=${testing} disabled=${!hook.active} onClick=${test}>
        ${t("hooks.test")}
      <//>
      <${Button} cls="slim" icon=${hook.active ? "pause" : "play"} busy=${turning} onClick=${turn}>
        ${t(hook.active ? "hooks.pause" : "hooks.resume")}
      <//>
      <${Button} cls="slim" icon="pencil" onClick=${edit}>${t("edit")}<//>
      <${Button} cls="slim" icon="key" busy=${rotating} onClick=${rotate}>${t("hooks.rotate")}<//>
      <${Button} cls="slim bad" icon="trash" onClick=${ask}>${t("hooks.delete")}<//>
    </div>
  `;
}

function Hook({ hook, again }) {
  const [asking, ask] = useState(false);
  const [editing, edit] = useState(false);
  const [secret, setSecret] = useState("");
  const [round, next] = useState(0);
  const [remove] = useAction(async () => {
    await deleteWebhook(hook.id);
    toast(t("hooks.deleted"), "good");
    again();
  });
  return html`
    <li class="card stack" aria-label=${hook.url}>
      <div class="row apart">
        <h2 class="wrap grow"><bdi>${hook.url}</bdi></h2>
        <${Badge} status=${hook.active ? "active" : hook.problem ? "disabled" : "paused"} />
      </div>
      <div class="small soft">
        ${hook.events.map((name) => word("event", name)).join(" · ")}
        <br />
        ${t("hooks.since", { when: moment(hook.created_at) })}
      </div>
      ${hook.problem &&
      html`
        <${Notice} kind="bad">${t("hooks.problem")}${" "}${hook.problem}<//>
      `}
      <${Actions}
        hook=${hook}
        again=${again}
        ask=${() => ask(true)}
        edit=${() => edit(true)}
        onTested=${() => next(round + 1)}
        onSecret=${setSecret} />
      ${secret &&
      html`
        <${Secret} secret=${secret} />
      `}
      ${editing &&
      html`
        <${Editor}
          first=${hook}
          label=${t("hooks.keep")}
          onKeep=${async (given) => {
            await changeWebhook(hook.id, given);
            edit(false);
            again();
          }}
          onClose=${() => edit(false)} />
      `}
      <${Deliveries} key=${round} hook=${hook} open=${round > 0} />
      ${asking &&
      html`
        <${Confirm}
          title=${t("hooks.deleteTitle")}
          text=${t("hooks.deleteText", { url: hook.url })}
          yes=${t("hooks.deleteYes")}
          onYes=${remove}
          onClose=${() => ask(false)} />
      `}
    </li>
  `;
}

export function WebhooksView() {
  const { data, error, again } = useFetched(webhooks, []);
  const found = data?.webhooks ?? [];
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("nav.webhooks")}</h1>
        <p class="soft">${t("hooks.lead")}</p>
      </header>
      <${NewWebhook} onMade=${again} />
      <${Failure} error=${error} again=${again} />
      ${!data && !error
        ? html`
            <${Loading} />
          `
        : found.length === 0
          ? html`
              <section class="card">
                <${Empty} icon="link">${t("hooks.empty")}<//>
              </section>
            `
          : html`
              <ul class="plain stack loose">
                ${found.map(
                  (hook) => html`
                    <${Hook} key=${hook.id} hook=${hook} again=${again} />
                  `,
                )}
              </ul>
            `}
    </div>
  `;
}
