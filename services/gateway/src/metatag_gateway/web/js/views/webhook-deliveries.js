// The log of a webhook: each event, its state, the last try, and the way to post it again.
import { useEffect, useState } from "preact/hooks";
import { retryDelivery, webhookDeliveries } from "../api-records.js";
import { html } from "../html.js";
import { moment, number, t, word } from "../i18n.js";
import { Badge, Button, Failure, Loading, useAction, useFetched } from "../ui/parts.js";

const POLL_MS = 2000;

function Delivery({ hook, delivery, again }) {
  const [retry, busy] = useAction(async () => {
    await retryDelivery(hook.id, delivery.id);
    again();
  });
  const name = word("event", delivery.event);
  return html`
    <li class="stack tight">
      <div class="row apart">
        <div class="grow">
          <span class="strong">${name}</span>
          ${" "}
          <${Badge} status=${delivery.state} />
        </div>
        ${hook.active &&
        html`
          <${Button}
            cls="slim"
            icon="retry"
            busy=${busy}
            label=${t("hooks.retryNamed", { name })}
            onClick=${retry}>
            ${t("hooks.retry")}
          <//>
        `}
      </div>
      <div class="small soft wrap">
        ${moment(delivery.created_at)}
        ${delivery.tries > 0 && ` · ${t("hooks.tries", { n: delivery.tries })}`}
        ${delivery.status && ` · HTTP ${number(delivery.status)}`}
        ${delivery.due_at &&
        delivery.tries > 0 &&
        ` · ${t("hooks.next", { when: moment(delivery.due_at) })}`}
      </div>
      ${delivery.error &&
      html`
        <div class="small bad-text wrap">${delivery.error}</div>
      `}
      <code class="small soft wrap">${delivery.id}</code>
    </li>
  `;
}

function Log({ hook }) {
  const { data, error, again } = useFetched(() => webhookDeliveries(hook.id), [hook.id]);
  const found = data?.deliveries ?? [];
  const waits = hook.active && found.some((one) => one.state === "pending");
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(again, POLL_MS);
    return () => clearInterval(timer);
  }, [waits]);
  if (!data && !error)
    return html`
      <${Loading} />
    `;
  return html`
    <${Failure} error=${error} again=${again} />
    ${data && found.length === 0
      ? html`
          <p class="soft">${t("hooks.noDeliveries")}</p>
        `
      : html`
          <ul class="changes">
            ${found.map(
              (delivery) => html`
                <${Delivery} key=${delivery.id} hook=${hook} delivery=${delivery} again=${again} />
              `,
            )}
          </ul>
        `}
    <div>
      <${Button} cls="slim plain" icon="retry" onClick=${again}>${t("hooks.look")}<//>
    </div>
  `;
}

/** Folded up until it is asked for: a log may be long. */
export function Deliveries({ hook, open }) {
  const [shown, show] = useState(open);
  return html`
    <details open=${shown} onToggle=${(event) => show(event.currentTarget.open)}>
      <summary>${t("hooks.deliveries")}</summary>
      ${shown &&
      html`
        <div class="stack"><${Log} hook=${hook} /></div>
      `}
    </details>
  `;
}
