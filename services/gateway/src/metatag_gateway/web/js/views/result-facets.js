// The particulars of a document: kind, date, numbers, names. Each leads to what else has it, and
// each can be corrected.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { FACETS } from "../lib/records.js";
import { linkWith } from "../router.js";
import { Button, Field } from "../ui/parts.js";

function Adder({ onAdd }) {
  const [kind, setKind] = useState(FACETS[0]);
  const [value, setValue] = useState("");
  const submit = (event) => {
    event.preventDefault();
    if (value.trim()) onAdd({ kind, value: value.trim() });
    setValue("");
  };
  return html`
    <form class="filters facet-form" onSubmit=${submit}>
      <${Field} as="select" label=${t("facet.kind")} value=${kind} onValue=${setKind}>
        ${FACETS.map(
          (name) => html`
            <option value=${name} selected=${name === kind}>${t(`facet.${name}`)}</option>
          `,
        )}
      <//>
      <${Field} label=${t("facet.words")} maxlength="200" value=${value} onValue=${setValue} />
      <${Button} type="submit" icon="plus">${t("facet.addOne")}<//>
    </form>
  `;
}

export function Facets({ facets, onFacets, onPage }) {
  return html`
    <h3>${t("facet.title")}</h3>
    <dl class="particulars">
      ${facets.map(
        (facet, at) => html`
          <div key=${`${facet.kind} ${facet.value}`}>
            <dt>${t(`facet.${facet.kind}`)}</dt>
            <dd>
              <a
                href=${linkWith(["history"], { [facet.kind]: facet.value })}
                title=${t("facet.find", { name: t(`facet.${facet.kind}`), value: facet.value })}>
                ${word("facetValue", facet.value)}
              </a>
              ${facet.page > 0 &&
              html`
                <button
                  type="button"
                  class="link small"
                  onClick=${() => onPage(facet.page, facet.evidence, facet.evidence)}>
                  ${t("result.onPage", { n: facet.page })}
                </button>
              `}
              <${Button}
                cls="slim plain"
                icon="close"
                label=${t("result.drop", { tag: facet.value })}
                onClick=${() => onFacets(facets.filter((_, i) => i !== at))} />
            </dd>
          </div>
        `,
      )}
    </dl>
    <details class="more">
      <summary>${t("facet.addOne")}</summary>
      <${Adder} onAdd=${(facet) => onFacets([...facets, facet])} />
    </details>
  `;
}
