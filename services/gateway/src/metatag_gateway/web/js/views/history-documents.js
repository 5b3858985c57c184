// Documents of the history: all of them or those a search found, filtered and paged. Says what is
// counted, and what is not.
import { documents, search } from "../api.js";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { setQuery } from "../router.js";
import { Button, Empty, Failure, Field, Loading, useFetched } from "../ui/parts.js";
import { Pager } from "../ui/pager.js";
import { DocumentRows } from "./document-rows.js";

const SIZE = 50;
const STATES = ["", "success", "failed"];
const METHODS = ["", "text_layer", "tesseract_ocr", "mixed", "rapidocr", "easyocr"];

/** What stands over the list: how many there are, or that not all of them are known. */
function Count({ data, shown, searched }) {
  const { total, total_exact: exact } = data;
  if (exact !== undefined)
    return exact ? t("history.found", { n: total }) : t("history.foundMore", { n: total });
  if (data.documents.length < SIZE) return t("history.found", { n: shown });
  return t(searched ? "history.firstShown" : "history.latestOnly", { n: data.documents.length });
}

function Choice({ name, label, group, values, chosen }) {
  return html`
    <${Field}
      as="select"
      label=${label}
      value=${chosen}
      onValue=${(value) => setQuery({ [name]: value, at: "" })}>
      ${values.map(
        (value) => html`
          <option value=${value} selected=${value === chosen}>
            ${value ? word(group, value) : t("rows.all")}
          </option>
        `,
      )}
    <//>
  `;
}

export function Documents({ query, text, facets }) {
  const status = query.get("status") ?? "";
  const method = query.get("method") ?? "";
  const offset = Number(query.get("at")) || 0;
  const searched = text !== "" || Object.keys(facets).length > 0;
  const asked = { ...facets, status, method, offset: offset || "", limit: SIZE };
  const { data, error, loading, again } = useFetched(
    () => (searched ? search({ ...asked, query: text, snippets: "true" }) : documents(asked)),
    [text, JSON.stringify(asked)],
  );
  const shown = (data?.documents ?? []).filter(
    (document) =>
      (!status || document.status === status) &&
      (!method || document.metadata?.extraction_method === method),
  );
  const filtered = status || method;
  return html`
    <div class="filters">
      <${Choice}
        name="status"
        label=${t("file.status")}
        group="status"
        values=${STATES}
        chosen=${status} />
      <${Choice}
        name="method"
        label=${t("fact.method")}
        group="method"
        values=${METHODS}
        chosen=${method} />
    </div>
    <${Failure} error=${error} again=${again} />
    ${loading &&
    !data &&
    html`
      <${Loading} />
    `}
    ${data &&
    html`
      <p class="soft small" role="status">
        <${Count} data=${data} shown=${shown.length} searched=${searched} />
      </p>
      ${shown.length
        ? html`
            <${DocumentRows} found=${shown} />
          `
        : html`
            <${Empty} icon=${searched ? "search" : "document"}>
              <p>
                ${filtered
                  ? t("history.noneFits")
                  : text
                    ? t("history.nothing", { text })
                    : t(searched ? "history.noneFits" : "history.empty")}
              </p>
              ${filtered &&
              html`
                <${Button} onClick=${() => setQuery({ status: "", method: "", at: "" })}>
                  ${t("history.clear")}
                <//>
              `}
            <//>
          `}
      ${data.total_exact !== undefined &&
      html`
        <${Pager}
          offset=${offset}
          size=${SIZE}
          shown=${data.documents.length}
          total=${data.total}
          exact=${data.total_exact}
          onOffset=${(at) => setQuery({ at: at || "" })} />
      `}
    `}
  `;
}
