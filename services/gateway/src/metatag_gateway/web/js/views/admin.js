// For administrators: who uses the system, and how each service does.
import { useEffect, useState } from "preact/hooks";
import { changeUser, health, users } from "../api.js";
import { html } from "../html.js";
import { moment, number, t, word } from "../i18n.js";
import { user } from "../session.js";
import { Invitations } from "./admin-invitations.js";
import {
  Badge,
  Button,
  Empty,
  Failure,
  Field,
  Loading,
  Notice,
  useAction,
  useFetched,
} from "../ui/parts.js";

function Health() {
  const { data, error, again } = useFetched(health, []);
  useEffect(() => {
    const timer = setInterval(again, 10_000);
    return () => clearInterval(timer);
  }, []);
  const given = data?.dependencies ?? data?.services ?? [];
  const parts = Array.isArray(given)
    ? given
    : Object.entries(given).map(([name, about]) => ({ name, ...about }));
  return html`
    <section class="card">
      <div class="head">
        <h2>${t("admin.health")}</h2>
        ${data &&
        html`
          <${Badge} status=${data.status} />
        `}
      </div>
      <${Failure} error=${error} again=${again} />
      ${!data &&
      !error &&
      html`
        <${Loading} />
      `}
      ${parts.length > 0 &&
      html`
        <ul class="found">
          ${parts.map((part) => {
            const good = part.healthy ?? part.status === "healthy";
            return html`
              <li key=${part.name}>
                <div class="row apart">
                  <div class="row">
                    <${Badge} status=${good ? "healthy" : "unhealthy"} />
                    <span class="strong">${word("service", part.name)}</span>
                  </div>
                  <span class="small soft num">
                    ${part.latency_ms !== undefined && part.latency_ms !== null
                      ? t("time.ms", { n: Math.round(part.latency_ms) })
                      : ""}
                  </span>
                </div>
                ${part.detail &&
                html`
                  <div class="small soft">${part.detail}</div>
                `}
              </li>
            `;
          })}
        </ul>
      `}
    </section>
  `;
}

function Users() {
  const [query, setQuery] = useState("");
  const { data, error, again } = useFetched(() => users({ limit: 100, query }), [query]);
  const [change, busy] = useAction(async (id, part) => {
    await changeUser(id, part);
    again();
  });
  return html`
    <section class="card stack">
      <div class="head">
        <h2>${t("admin.users")}</h2>
        ${data &&
        html`
          <span class="small soft num">${number(data.total)}</span>
        `}
      </div>
      <${Field} type="search" label=${t("admin.search")} onValue=${setQuery} value=${query} />
      <${Failure} error=${error} again=${again} />
      ${data &&
      (data.users.length
        ? html`
            <ul class="found">
              ${data.users.map(
                (one) => html`
                  <li key=${one.id}>
                    <div class="row apart">
                      <div class="grow">
                        <div class="strong wrap">${one.email}</div>
                        <div class="small soft">
                          ${one.full_name || "–"}${" · "}${moment(one.created_at)}${one.is_admin
                            ? ` · ${t("admin.admin")}`
                            : ""}
                        </div>
                      </div>
                      <div class="row tight">
                        <span class=${`badge ${one.is_active ? "good" : "bad"}`}>
                          ${t(one.is_active ? "admin.active" : "admin.off")}
                        </span>
                        ${one.id !== user.value.id &&
                        html`
                          <${Button}
                            cls=${`slim ${one.is_active ? "bad" : ""}`}
                            disabled=${busy}
                            onClick=${() => change(one.id, { is_active: !one.is_active })}>
                            ${t(one.is_active ? "admin.disable" : "admin.enable")}
                          <//>
                        `}
                      </div>
                    </div>
                  </li>
                `,
              )}
            </ul>
          `
        : html`
            <${Empty} icon="user">${t("admin.none")}<//>
          `)}
    </section>
  `;
}

/** For others than administrators a sentence, and nothing is asked of the server. */
export const AdminView = () => html`
  <div class="view stack loose">
    <header><h1>${t("nav.admin")}</h1></header>
    ${user.value.is_admin
      ? html`
          <${Health} />
          <${Users} />
          <${Invitations} />
        `
      : html`
          <${Notice} kind="warn">${t("no.admin")}<//>
        `}
  </div>
`;
