// What was done: runs and documents with filters, and search over titles, tags and text in any
// script. Everything that is chosen here stands in the address.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { FACETS } from "../lib/records.js";
import { setQuery } from "../router.js";
import { Field, Tabs } from "../ui/parts.js";
import { FacetFilters } from "./facet-filters.js";
import { Documents } from "./history-documents.js";
import { Jobs } from "./history-jobs.js";
import { SavedSearches } from "./saved-searches.js";

const PAUSE_MS = 300;
// What one tab is filtered by says nothing of the other.
const FILTERS = ["status", "method", "tag", "kind", "from", "until", "sort", "at"];

/** The words being searched for: typed here, kept in the address a moment later. */
function useWords(query) {
  const asked = query.get("q") ?? "";
  const [typed, setTyped] = useState(asked);
  // The first letter is a new entry for the Back key, the others are not.
  const ask = (text) => text !== asked && setQuery({ q: text, at: "" }, { replace: asked !== "" });
  useEffect(() => {
    setTyped((now) => (now.trim() === asked ? now : asked));
  }, [asked]);
  useEffect(() => {
    const timer = setTimeout(() => ask(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return { asked, typed, setTyped, ask };
}

export function HistoryView({ query }) {
  const words = useWords(query);
  const facets = Object.fromEntries(
    FACETS.map((kind) => [kind, query.get(kind)]).filter(([, value]) => value),
  );
  const searching = words.asked !== "" || Object.keys(facets).length > 0;
  const tab = searching || query.get("tab") === "documents" ? "documents" : "jobs";
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("nav.history")}</h1>
        <p class="soft">${t("history.lead")}</p>
      </header>
      <form
        role="search"
        class="stack tight"
        onSubmit=${(event) => {
          event.preventDefault();
          words.ask(words.typed.trim());
        }}>
        <${Field}
          type="search"
          label=${t("history.search")}
          placeholder=${t("history.example")}
          maxlength="500"
          value=${words.typed}
          onValue=${words.setTyped} />
      </form>
      <${FacetFilters} facets=${facets} />
      <${SavedSearches} query=${query} ofDocuments=${tab === "documents"} />
      <section class="card stack">
        ${!searching &&
        html`
          <${Tabs}
            label=${t("nav.history")}
            panel="past"
            tabs=${[
              ["jobs", t("history.jobs")],
              ["documents", t("history.documents")],
            ]}
            value=${tab}
            onValue=${(name) =>
              setQuery({
                tab: name === "jobs" ? "" : name,
                ...Object.fromEntries(FILTERS.map((filter) => [filter, ""])),
              })} />
        `}
        <div
          id="past"
          class="stack"
          role=${searching ? undefined : "tabpanel"}
          aria-labelledby=${searching ? undefined : `past-${tab}`}>
          ${tab === "jobs"
            ? html`
                <${Jobs} query=${query} />
              `
            : html`
                <${Documents} query=${query} text=${words.asked} facets=${facets} />
              `}
        </div>
      </section>
    </div>
  `;
}
