// Documents of the history: all of them or those a search found, filtered, sorted and paged by the
// server. What is counted is what there is.
import { useEffect, useState } from "preact/hooks";
import { documents, search } from "../api.js";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { midnight } from "../lib/days.js";
import { nameOf } from "../lib/records.js";
import { setQuery } from "../router.js";
import { Icon } from "../ui/icons.js";
import { Pager } from "../ui/pager.js";
import { Button, Empty, Failure, Field, Loading, useFetched } from "../ui/parts.js";
import { Bulk, Choose } from "./bulk.js";
import { DocumentRows } from "./document-rows.js";
import { TagJobNow } from "./tag-jobs.js";

const SIZE = 50;
const STATES = ["", "success", "failed"];
const METHODS = ["", "text_layer", "tesseract_ocr", "mixed", "rapidocr", "easyocr"];
const SORTS = ["", "processed_at", "title", "-title", "confidence", "-confidence"];
const FILTERS = ["status", "method", "tag", "sort", "from", "until"];

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
    ${given.tag &&
    html`
      <p>
        <button
          type="button"
          class="chip facet chosen"
          aria-label=${t("history.anyTag", { tag: given.tag })}
          onClick=${() => setQuery({ tag: "", at: "" })}>
          <span class="soft">${t("result.tag")}</span>
          ${given.tag}
          <${Icon} name="close" size=${14} />
        </button>
      </p>
    `}
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

/** The documents that are chosen: those of the page one by one, or all that the list finds. */
function useChoice(asked) {
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const [whole, setWhole] = useState(false);
  const clear = () => {
    setChosen([]);
    setWhole(false);
  };
  // Another list is another choice.
  useEffect(clear, [asked]);
  const toggle = (id, on) => {
    setWhole(false);
    setChosen(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  };
  return { chosen, whole, toggle, clear, choose: setChosen, all: () => setWhole(true) };
}

function List({ data, searched, text, filtered, choice }) {
  const { documents: found } = data;
  const every = found.length > 0 && found.every(({ id }) => choice.chosen.includes(id));
  const box = (document) => html`
    <${Choose}
      name=${nameOf(document) || t("job.untitled")}
      checked=${choice.whole || choice.chosen.includes(document.id)}
      onChange=${(on) => choice.toggle(document.id, on)} />
  `;
  return html`
    <div class="row apart">
      <p class="soft small" role="status">
        ${t(data.total_exact ? "history.found" : "history.foundMore", { n: data.total })}
      </p>
      ${found.length > 0 &&
      html`
        <${Button}
          cls="slim plain"
          onClick=${() => (every ? choice.clear() : choice.choose(found.map(({ id }) => id)))}>
          ${t(every ? "chooseNone" : "bulk.page")}
        <//>
      `}
    </div>
    ${found.length
      ? html`
          <${DocumentRows} found=${found} before=${box} />
        `
      : html`
          <${Nothing} text=${text} searched=${searched} filtered=${filtered} />
        `}
  `;
}

export function Documents({ query, text, facets }) {
  const given = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const offset = Number(query.get("at")) || 0;
  const searched = text !== "" || Object.keys(facets).length > 0;
  const { from, until, sort, ...plain } = given;
  const narrowed = {
    ...plain,
    processed_from: midnight(from),
    processed_before: midnight(until, 1),
  };
  const asked = { ...facets, ...narrowed, sort, offset: offset || "", limit: SIZE };
  const { data, error, loading, again } = useFetched(
    () => (searched ? search({ ...asked, query: text, snippets: "true" }) : documents(asked)),
    [text, JSON.stringify(asked)],
  );
  const choice = useChoice(JSON.stringify([text, asked]));
  const [begun, begin] = useState("");
  const wanted = Object.entries({ query: text, ...narrowed }).filter(([, value]) => value);
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
      <${List}
        ...${{ data, searched, text, choice }}
        filtered=${given.status || given.method || given.tag || from || until} />
      <${Pager}
        offset=${offset}
        size=${SIZE}
        shown=${data.documents.length}
        total=${data.total}
        exact=${data.total_exact}
        onOffset=${(at) => setQuery({ at: at || "" })} />
      <${Bulk}
        chosen=${choice.chosen}
        whole=${choice.whole}
        found=${data}
        search=${{ ...Object.fromEntries(wanted), facets }}
        onWhole=${choice.all}
        onClear=${choice.clear}
        onStarted=${(id) => {
          choice.clear();
          begin(id);
        }} />
    `}
    ${begun &&
    choice.chosen.length === 0 &&
    html`
      <${TagJobNow} key=${begun} id=${begun} onNews=${again} onClose=${() => begin("")} />
    `}
  `;
}
