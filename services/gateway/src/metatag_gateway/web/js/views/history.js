// What was done: jobs with filters, documents, and search over titles, tags and text in any script.
import { useEffect, useState } from "preact/hooks";
import { documents, search } from "../api.js";
import { html } from "../html.js";
import { moment, t, word } from "../i18n.js";
import { link } from "../router.js";
import { Badge, Empty, Failure, Field, Loading, Tabs, useFetched } from "../ui/parts.js";
import { Jobs } from "./history-jobs.js";

export function DocumentRows({ found }) {
  return html`
    <ul class="found">
      ${found.map(
        (document) => html`
          <li key=${document.id}>
            <div class="row apart">
              <a class="strong grow" href=${link("documents", document.id)}>
                ${document.title || document.file_name || t("job.untitled")}
              </a>
              <${Badge} status=${document.status} />
            </div>
            <div class="row tight">
              ${document.tags.slice(0, 10).map(
                (tag) => html`
                  <span class="chip" key=${tag}>${tag}</span>
                `,
              )}
            </div>
            ${document.error_message &&
            html`
              <div class="small bad-text">${document.error_message}</div>
            `}
            <div class="small soft">
              ${word("source", document.file_source_type)}${" · "}${moment(
                document.processed_at ?? document.created_at,
              )}
            </div>
          </li>
        `,
      )}
    </ul>
  `;
}

function Search({ text }) {
  const { data, error, loading, again } = useFetched(() => search(text, 50), [text]);
  return html`
    <${Failure} error=${error} again=${again} />
    ${loading &&
    !data &&
    html`
      <${Loading} />
    `}
    ${data &&
    html`
      <p class="soft small" role="status">${t("history.found", { n: data.documents.length })}</p>
      ${data.documents.length
        ? html`
            <${DocumentRows} found=${data.documents} />
          `
        : html`
            <${Empty} icon="search">${t("history.nothing", { text })}<//>
          `}
    `}
  `;
}

function Documents() {
  const { data, error, again } = useFetched(() => documents({ limit: 100 }), []);
  const [status, setStatus] = useState(""),
    [method, setMethod] = useState("");
  const methods = [
    ...new Set(
      data?.documents.map((document) => document.metadata?.extraction_method).filter(Boolean),
    ),
  ].sort();
  const shown =
    data?.documents.filter(
      (document) =>
        (!status || document.status === status) &&
        (!method || document.metadata?.extraction_method === method),
    ) ?? [];
  return html`
    <${Failure} error=${error} again=${again} />
    ${!data &&
    !error &&
    html`
      <${Loading} />
    `}${data &&
    html`
      <div class="filters">
        <${Field} as="select" label=${t("file.status")} onValue=${setStatus}>
          ${["", "success", "failed"].map(
            (name) => html`
              <option value=${name}>${name ? word("status", name) : t("rows.all")}</option>
            `,
          )}
        <//>
        <${Field} as="select" label=${t("fact.method")} onValue=${setMethod}>
          <option value="">${t("rows.all")}</option>
          ${methods.map(
            (name) => html`
              <option value=${name}>${word("method", name)}</option>
            `,
          )}
        <//>
      </div>
      <p class="small soft">${t("dashboard.latest", { n: data.documents.length })}</p>
      ${shown.length
        ? html`
            <${DocumentRows} found=${shown} />
          `
        : html`
            <${Empty}>${t("history.empty")}<//>
          `}
    `}
  `;
}

export function HistoryView() {
  const [tab, setTab] = useState("jobs");
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setText(typed.trim()), 300);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("nav.history")}</h1>
        <p class="soft">${t("history.lead")}</p>
      </header>
      <form
        role="search"
        onSubmit=${(event) => {
          event.preventDefault();
          setText(typed.trim());
        }}>
        <${Field}
          type="search"
          label=${t("history.search")}
          placeholder=${t("history.example")}
          maxlength="500"
          value=${typed}
          onValue=${setTyped} />
      </form>
      ${text
        ? html`
            <section class="card stack"><${Search} text=${text} /></section>
          `
        : html`
            <section class="card stack">
              <${Tabs}
                label=${t("nav.history")}
                panel="past"
                tabs=${[
                  ["jobs", t("history.jobs")],
                  ["documents", t("history.documents")],
                ]}
                value=${tab}
                onValue=${setTab} />
              <div id="past" role="tabpanel" aria-labelledby=${`past-${tab}`} class="stack">
                ${tab === "jobs"
                  ? html`
                      <${Jobs} />
                    `
                  : html`
                      <${Documents} />
                    `}
              </div>
            </section>
          `}
    </div>
  `;
}
