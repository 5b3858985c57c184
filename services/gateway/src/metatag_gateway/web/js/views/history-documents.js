// Documents of the history: all of them or those a search found, filtered, sorted and paged by the
// server. What is counted is what there is.
import { documents, search } from "../api.js";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { midnight } from "../lib/days.js";
import { setQuery } from "../router.js";
import { Pager } from "../ui/pager.js";
import { Button, Empty, Failure, Field, Loading, useFetched } from "../ui/parts.js";
import { DocumentRows } from "./document-rows.js";

const SIZE = 50;
const STATES = ["", "success", "failed"];
const METHODS = ["", "text_layer", "tesseract_ocr", "mixed", "rapidocr", "easyocr"];
const SORTS = ["", "processed_at", "title", "-title", "confidence", "-confidence"];
const FILTERS = ["status", "method", "sort", "from", "until"];

function Choice({ name, label, group, values, chosen, first }) {
  return html`
    <${Field}
      as="select"
      label=${label}
      value=${chosen}
      onValue=${(value) => setQuery({ [name]: value, at: "" })}>
      ${values.map(
        (value) => html`
          <option value=${value} selected=${value === chosen}>
            ${value ? word(group, value) : first}
          </option>
        `,
      )}
    <//>
  `;
}

function Filters({ given }) {
  const all = t("rows.all");
  const day = (name, label) => html`
    <${Field}
      type="date"
      label=${label}
      value=${given[name]}
      onValue=${(value) => setQuery({ [name]: value, at: "" })} />
  `;
  return html`
    <div class="filters wide-filters">
      <${Choice}
        name="status"
        label=${t("file.status")}
        group="status"
        values=${STATES}
        chosen=${given.status}
        first=${all} />
      <${Choice}
        name="method"
        label=${t("fact.method")}
        group="method"
        values=${METHODS}
        chosen=${given.method}
        first=${all} />
      ${day("from", t("history.from"))} ${day("until", t("history.until"))}
      <${Choice}
        name="sort"
        label=${t("sort.label")}
        group="sort"
        values=${SORTS}
        chosen=${given.sort}
        first=${t("sort.-processed_at")} />
    </div>
  `;
}

function Nothing({ text, searched, filtered }) {
  const said = filtered
    ? t("history.noneFits")
    : text
      ? t("history.nothing", { text })
      : t(searched ? "history.noneFits" : "history.empty");
  const clear = () => setQuery(Object.fromEntries([...FILTERS, "at"].map((name) => [name, ""])));
  return html`
    <${Empty} icon=${searched ? "search" : "document"}>
      <p>${said}</p>
      ${filtered &&
      html`
        <${Button} onClick=${clear}>${t("history.clear")}<//>
      `}
    <//>
  `;
}

export function Documents({ query, text, facets }) {
  const given = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const offset = Number(query.get("at")) || 0;
  const searched = text !== "" || Object.keys(facets).length > 0;
  const { from, until, ...plain } = given;
  const asked = {
    ...facets,
    ...plain,
    processed_from: midnight(from),
    processed_before: midnight(until, 1),
    offset: offset || "",
    limit: SIZE,
  };
  const { data, error, loading, again } = useFetched(
    () => (searched ? search({ ...asked, query: text, snippets: "true" }) : documents(asked)),
    [text, JSON.stringify(asked)],
  );
  return html`
    <${Filters} given=${given} />
    <${Failure} error=${error} again=${again} />
    ${loading &&
    !data &&
    html`
      <${Loading} />
    `}
    ${data &&
    html`
      <p class="soft small" role="status">
        ${t(data.total_exact ? "history.found" : "history.foundMore", { n: data.total })}
      </p>
      ${data.documents.length
        ? html`
            <${DocumentRows} found=${data.documents} />
          `
        : html`
            <${Nothing}
              text=${text}
              searched=${searched}
              filtered=${given.status || given.method || from || until} />
          `}
      <${Pager}
        offset=${offset}
        size=${SIZE}
        shown=${data.documents.length}
        total=${data.total}
        exact=${data.total_exact}
        onOffset=${(at) => setQuery({ at: at || "" })} />
    `}
  `;
}
