// Narrowing a search by particulars: kind of document, year, organisation and the others.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { FACETS } from "../lib/records.js";
import { setQuery } from "../router.js";
import { Button, Field } from "../ui/parts.js";
import { Icon } from "../ui/icons.js";

export function FacetFilters({ facets }) {
  const [kind, setKind] = useState(FACETS[0]);
  const [value, setValue] = useState("");
  const add = (event) => {
    event.preventDefault();
    if (!value.trim()) return;
    setQuery({ [kind]: value.trim(), at: "" });
    setValue("");
  };
  const chosen = Object.entries(facets);
  return html`
    <details class="more" open=${chosen.length > 0}>
      <summary>${t("facet.filter")}</summary>
      <div class="stack tight">
        <form class="filters facet-form" onSubmit=${add}>
          <${Field} as="select" label=${t("facet.kind")} value=${kind} onValue=${setKind}>
            ${FACETS.map(
              (name) => html`
                <option value=${name}>${t(`facet.${name}`)}</option>
              `,
            )}
          <//>
          <${Field} label=${t("facet.value")} maxlength="120" value=${value} onValue=${setValue} />
          <${Button} type="submit" icon="plus">${t("facet.add")}<//>
        </form>
        ${chosen.length > 0 &&
        html`
          <ul class="row tight" aria-label=${t("facet.filter")}>
            ${chosen.map(
              ([name, text]) => html`
                <li key=${name}>
                  <button
                    type="button"
                    class="chip facet chosen"
                    aria-label=${t("facet.drop", { name: t(`facet.${name}`), value: text })}
                    onClick=${() => setQuery({ [name]: "", at: "" })}>
                    <span>${t(`facet.${name}`)}</span>
                    ${word("facetValue", text)}
                    <${Icon} name="close" size=${14} />
                  </button>
                </li>
              `,
            )}
          </ul>
        `}
      </div>
    </details>
  `;
}
