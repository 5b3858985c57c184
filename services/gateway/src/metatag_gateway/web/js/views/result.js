// What came out of a document: what to know of it, its tags and particulars to use and to correct,
// how each page was read, the text beside its picture, cost and time.
import { fileName, saveAs } from "../api.js";
import { html } from "../html.js";
import { duration, money, moment, number, t, word } from "../i18n.js";
import { line } from "../lib/csv.js";
import { Button, copy, Field } from "../ui/parts.js";
import { Facets } from "./result-facets.js";
import { ResultNotices } from "./result-notices.js";
import { lastPage, PageReader } from "./result-reader.js";
import { Pages } from "./result-pages.js";
import { Tags } from "./result-tags.js";

function save(kind, result, tags) {
  const text = {
    json: () =>
      JSON.stringify(
        {
          title: result.title,
          tags,
          pages: result.pages,
          language: result.language,
          tagger: result.tagger,
          model_name: result.model,
          usage: result.usage,
          document_id: result.id,
        },
        null,
        2,
      ),
    csv: () =>
      [
        line(["tag", "score", "source", "page", "evidence"]),
        ...tags.map((tag) => line([tag.tag, tag.score, tag.source, tag.page || "", tag.evidence])),
      ].join("\r\n"),
    txt: () => result.text,
  }[kind]();
  // The mark in front makes spreadsheets read the Devanagari in a CSV.
  saveAs(new Blob([kind === "csv" ? "\ufeff" : "", text]), `${fileName(result.title)}.${kind}`);
}

function Facts({ result }) {
  const tokens = result.usage?.total_tokens;
  const { pagesRead: read, pageCount: all } = result;
  const facts = [
    result.file && ["fact.file", result.file],
    ["fact.pages", read && read < all ? t("fact.pagesOf", { read, all }) : all ? number(all) : "–"],
    ["fact.method", word("method", result.method)],
    result.confidence > 0 && ["fact.confidence", `${number(result.confidence, 1)} %`],
    ["fact.language", word("language", result.language)],
    ["fact.tagger", word("tagger", result.tagger)],
    result.model && ["fact.model", result.model],
    tokens > 0 && ["fact.tokens", number(tokens)],
    result.vocabulary && ["fact.vocabulary", result.vocabulary],
    ["fact.cost", money(result.cost)],
    result.seconds > 0 && ["fact.time", duration(result.seconds)],
    result.processedAt && ["fact.when", moment(result.processedAt)],
  ].filter(Boolean);
  return html`
    <dl class="facts">
      ${facts.map(
        ([key, value]) => html`
          <div key=${key}>
            <dt>${t(key)}</dt>
            <dd>${value}</dd>
          </div>
        `,
      )}
    </dl>
  `;
}

function Texts({ draft, put }) {
  return html`
    <${Field}
      label=${t("file.title")}
      name="title"
      maxlength="500"
      value=${draft.title}
      onValue=${put("title")} />
    <details class="more" open=${Boolean(draft.description || draft.note)}>
      <summary>${t("correct.texts")}</summary>
      <div class="stack">
        <${Field}
          as="textarea"
          label=${t("field.description")}
          maxlength="5000"
          value=${draft.description}
          onValue=${put("description")} />
        <${Field}
          as="textarea"
          label=${t("correct.note")}
          hint=${t("correct.noteHint")}
          maxlength="5000"
          value=${draft.note}
          onValue=${put("note")} />
      </div>
    </details>
  `;
}

/** The words and particulars, which a person corrects; `draft` is how they stand now. */
export function Corrections({ result, draft, onDraft, onPage }) {
  const put = (name) => (value) => onDraft({ ...draft, [name]: value });
  return html`
    <${Tags} tags=${draft.tags} onTags=${put("tags")} onPage=${onPage} />
    <${Facets} facets=${draft.facets} onFacets=${put("facets")} onPage=${onPage} />
    <${Texts} draft=${draft} put=${put} />
    ${draft.tags.length > 0 &&
    html`
      <div class="row">
        <${Button} icon="copy" onClick=${() => copy(draft.tags.map((tag) => tag.tag).join(", "))}>
          ${t("result.copy")}
        <//>
        ${["csv", "json", "txt"].map(
          (kind) => html`
            <${Button}
              key=${kind}
              icon="download"
              label=${t("result.save", { kind: kind.toUpperCase() })}
              onClick=${() => save(kind, result, draft.tags)}>
              ${kind.toUpperCase()}
            <//>
          `,
        )}
      </div>
    `}
  `;
}

/** `shown`: { page, evidence }, which page is open and what is marked in it. */
export function Result({ result, draft, onDraft, shown, onShown, aside = null }) {
  const last = lastPage(result);
  const open = (page, evidence = "", tag = "") => {
    onShown({ page: Math.min(Math.max(1, page), last), evidence, tag });
    const reader = document.getElementById("reader");
    reader?.scrollIntoView({ behavior: "smooth", block: "nearest" });
    reader?.focus({ preventScroll: true });
  };
  return html`
    <article class="stack" aria-label=${result.title}>
      <${ResultNotices} result=${result} />
      <div class="outcome">
        <section class="card stack">
          <h2>${t("result.tags")}</h2>
          <${Corrections} result=${result} draft=${draft} onDraft=${onDraft} onPage=${open} />
        </section>
        <div class="stack">
          <section class="card">
            <h2>${t("result.facts")}</h2>
            <${Facts} result=${result} />
          </section>
          ${result.pages.length > 0 &&
          html`
            <section class="card">
              <h2>${t("result.pages")}</h2>
              <${Pages} pages=${result.pages} chosen=${shown.page} onPage=${(page) => open(page)} />
            </section>
          `}
          ${aside}
        </div>
      </div>
      <${PageReader}
        result=${result}
        page=${shown.page}
        evidence=${shown.evidence}
        tag=${shown.tag ?? ""}
        onPage=${(page) => onShown({ page, evidence: "" })} />
    </article>
  `;
}
