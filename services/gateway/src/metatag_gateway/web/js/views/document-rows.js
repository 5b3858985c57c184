// Documents of a list or a search: name and file, state, tags, particulars, cause of failure.
import { html } from "../html.js";
import { moment, t, word } from "../i18n.js";
import { explain } from "../lib/messages.js";
import { nameOf, placeOf, standing } from "../lib/records.js";
import { link, linkWith } from "../router.js";
import { Badge } from "../ui/parts.js";

const SHOWN = 10;

/** Tags and particulars as links to what else has them. */
export const TagLinks = ({ tags }) => html`
  <ul class="row tight" aria-label=${t("result.tags")}>
    ${tags.slice(0, SHOWN).map(
      (tag) => html`
        <li key=${tag}>
          <a
            class="chip"
            href=${linkWith(["history"], { q: tag })}
            title=${t("facet.tag", { tag })}>
            ${tag}
          </a>
        </li>
      `,
    )}
  </ul>
`;

export const FacetLinks = ({ facets }) => html`
  <ul class="row tight" aria-label=${t("facet.title")}>
    ${facets.map(
      ({ kind, value }) => html`
        <li key=${`${kind} ${value}`}>
          <a
            class="chip facet"
            href=${linkWith(["history"], { [kind]: value })}
            title=${t("facet.find", { name: t(`facet.${kind}`), value })}>
            <span class="soft">${t(`facet.${kind}`)}</span>
            ${word("facetValue", value)}
          </a>
        </li>
      `,
    )}
  </ul>
`;

/** A text with its hits marked; places count characters, as the server does. */
function Marked({ text, marks }) {
  const letters = [...text];
  const piece = (from, to) => letters.slice(from, to).join("");
  const parts = [];
  let at = 0;
  for (const { start, end } of marks) {
    parts.push(
      piece(at, start),
      html`
        <mark>${piece(start, end)}</mark>
      `,
    );
    at = end;
  }
  return [...parts, piece(at)];
}

function Snippets({ document }) {
  return html`
    <ul class="snippets small">
      ${document.snippets.map(
        (hit) => html`
          <li key=${`${hit.page} ${hit.text}`}>
            <a href=${linkWith(["documents", document.id], { page: hit.page })}>
              ${t("result.onPage", { n: hit.page })}
            </a>
            <span class="soft">
              ${" "}
              <${Marked} ...${hit} />
            </span>
          </li>
        `,
      )}
    </ul>
  `;
}

function Entry({ document, extra }) {
  const name = nameOf(document);
  const place = placeOf(document);
  return html`
    <div class="row apart">
      <a class="strong grow" href=${link("documents", document.id)}>${name || t("job.untitled")}</a>
      <${Badge} status=${standing(document)} />
    </div>
    ${place &&
    place !== name &&
    html`
      <div class="small soft wrap">${place}</div>
    `}
    ${document.tags.length > 0 &&
    html`
      <${TagLinks} tags=${document.tags} />
    `}
    ${document.facets?.length > 0 &&
    html`
      <${FacetLinks} facets=${document.facets.slice(0, 6)} />
    `}
    ${document.snippets?.length > 0 &&
    html`
      <${Snippets} document=${document} />
    `}
    ${document.error_message &&
    html`
      <div class="small bad-text">
        ${explain({ code: document.error_code, detail: document.error_message }, "say.failed")}
      </div>
    `}
    <div class="small soft">
      ${word("source", document.file_source_type)}${" · "}
      ${moment(document.processed_at ?? document.created_at)}
      ${document.duplicate_of &&
      html`
        ${" · "}
        <a href=${link("documents", document.duplicate_of.document_id)}>
          ${t("review.same", { name: document.duplicate_of.file_name })}
        </a>
      `}
    </div>
    ${extra}
  `;
}

/** `before` and `after` give what stands beside an entry: a box to choose it, a button. */
export const DocumentRows = ({ found, before = null, after = null }) => html`
  <ul class="found">
    ${found.map(
      (document) => html`
        <li key=${document.id} class=${before ? "choosable" : ""}>
          ${before?.(document)}
          <div class="entry">
            <${Entry} document=${document} extra=${after?.(document)} />
          </div>
        </li>
      `,
    )}
  </ul>
`;
