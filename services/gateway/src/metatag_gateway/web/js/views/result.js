// What came out of a document: tags to use and to mend, how each page was read, the text beside its
// picture, cost and time.
import { useState } from "preact/hooks";
import { saveAs } from "../api.js";
import { html } from "../html.js";
import { duration, money, moment, number, t, word } from "../i18n.js";
import { line } from "../lib/csv.js";
import { toResult } from "../lib/result.js";
import { Button, copy, Notice } from "../ui/parts.js";
import { PageReader } from "./result-reader.js";
import { Pages } from "./result-pages.js";
import { Tags } from "./result-tags.js";

const safe = (title) =>
  (title || "document")
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, " ")
    .trim()
    .slice(0, 80) || "document";

function save(kind, result, tags) {
  const name = safe(result.title);
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
  saveAs(new Blob([kind === "csv" ? "\ufeff" : "", text]), `${name}.${kind}`);
}

function Facts({ result }) {
  const tokens = result.usage?.total_tokens;
  const facts = [
    ["fact.cost", money(result.cost)],
    ["fact.time", duration(result.seconds)],
    ["fact.tagger", word("tagger", result.tagger)],
    result.model && ["fact.model", result.model],
    tokens > 0 && ["fact.tokens", number(tokens)],
    ["fact.pages", result.pageCount ? number(result.pageCount) : "–"],
    ["fact.method", word("method", result.method)],
    result.confidence > 0 && ["fact.confidence", `${number(result.confidence, 1)} %`],
    ["fact.language", word("language", result.language)],
    result.vocabulary && ["fact.vocabulary", result.vocabulary],
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

export function Result({ answer }) {
  const result = toResult(answer);
  const [tags, setTags] = useState(result.tags);
  const [page, setPage] = useState(1);
  return html`
    <article class="stack" aria-label=${result.title}>
      <div class="outcome">
        <section class="card stack">
          <h2 class="result-title">${result.title}</h2>
          ${result.error &&
          html`
            <${Notice} kind="bad">${result.error}<//>
          `}
          ${result.degraded &&
          html`
            <${Notice} kind="warn">${t("result.degraded")} ${result.degradedReason ?? ""}<//>
          `}
          <${Tags} tags=${tags} onTags=${setTags} onPage=${setPage} />
          <div class="row">
            <${Button}
              cls="main"
              icon="copy"
              onClick=${() => copy(tags.map((tag) => tag.tag).join(", "))}>
              ${t("result.copy")}
            <//>
            ${["csv", "json", "txt"].map(
              (kind) => html`
                <${Button} icon="download" key=${kind} onClick=${() => save(kind, result, tags)}>
                  ${kind.toUpperCase()}
                <//>
              `,
            )}
          </div>
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
              <${Pages} pages=${result.pages} chosen=${page} onPage=${setPage} />
            </section>
          `}
        </div>
      </div>
      <${PageReader} result=${result} page=${page} onPage=${setPage} />
    </article>
  `;
}
