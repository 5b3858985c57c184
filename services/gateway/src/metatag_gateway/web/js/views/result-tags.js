// The tags of one document: score, source and evidence of each; words can be mended, added and
// taken away.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { percent, t, word } from "../i18n.js";
import { Button } from "../ui/parts.js";

function Evidence({ tag, onPage }) {
  if (!tag.evidence && !tag.page) return null;
  return html`
    <div class="small soft evidence">
      ${tag.evidence &&
      html`
        <q>${tag.evidence}</q>
      `}${tag.page > 0 &&
      html`
        <button type="button" class="link" onClick=${() => onPage(tag.page)}>
          ${t("result.onPage", { n: tag.page })}
        </button>
      `}
    </div>
  `;
}

function Editor({ value, onDone, onCancel }) {
  const input = useRef(/** @type {any} */ (null));
  useEffect(() => input.current.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    const text = input.current.value.trim().slice(0, 60);
    if (text) onDone(text);
    else onCancel();
  };
  return html`
    <form
      class="row tight grow"
      onSubmit=${submit}
      onKeyDown=${(event) => event.key === "Escape" && onCancel()}>
      <input
        ref=${input}
        class="input grow"
        aria-label=${t("result.tag")}
        value=${value}
        maxlength="60" />
      <${Button} type="submit" cls="slim" icon="check" label=${t("save")} />
      <${Button} cls="slim plain" icon="close" label=${t("cancel")} onClick=${onCancel} />
    </form>
  `;
}

export function Tags({ tags, onTags, onPage }) {
  const [edited, setEdited] = useState(null);
  const list = useRef(/** @type {any} */ (null));
  // Whoever works by keyboard goes on where the change was begun.
  const back = (at) => {
    setEdited(null);
    requestAnimationFrame(() => list.current?.querySelector(`[data-at="${at}"]`)?.focus());
  };
  const change = (at, text) => {
    onTags(tags.map((tag, i) => (i === at ? { ...tag, tag: text, source: "edited" } : tag)));
    back(at);
  };
  const add = (text) => {
    if (!tags.some((tag) => tag.tag === text))
      onTags([
        ...tags,
        { tag: text, score: null, source: "edited", kind: "", page: 0, evidence: "" },
      ]);
    back("new");
  };
  return html`
    <div class="stack tight" ref=${list}>
      <ul class="tags" aria-label=${t("result.tags")}>
        ${tags.map(
          (tag, at) => html`
            <li key=${tag.tag}>
              ${edited === at
                ? html`
                    <${Editor}
                      value=${tag.tag}
                      onDone=${(text) => change(at, text)}
                      onCancel=${() => back(at)} />
                  `
                : html`
                    <div class="tag-words">
                      <div class="row tight">
                        <span class="strong tag-name">${tag.tag}</span>
                        ${tag.source &&
                        html`
                          <span class="chip small">${word("tagSource", tag.source)}</span>
                        `}${tag.kind &&
                        html`
                          <span class="soft small">${word("tagKind", tag.kind)}</span>
                        `}
                      </div>
                      <${Evidence} tag=${tag} onPage=${onPage} />
                    </div>
                    ${tag.score !== null &&
                    tag.score !== undefined &&
                    html`
                      <div class="score" title=${t("result.score")}>
                        <span class="num small">${percent(tag.score)}</span>
                        <span class="bar" aria-hidden="true">
                          <i style=${{ width: `${Math.round(tag.score * 100)}%` }}></i>
                        </span>
                      </div>
                    `}
                    <div class="row tight tag-acts">
                      <${Button}
                        cls="slim plain"
                        icon="pencil"
                        data-at=${at}
                        label=${t("result.edit", { tag: tag.tag })}
                        onClick=${() => setEdited(at)} />
                      <${Button}
                        cls="slim plain"
                        icon="close"
                        label=${t("result.drop", { tag: tag.tag })}
                        onClick=${() => onTags(tags.filter((_, i) => i !== at))} />
                    </div>
                  `}
            </li>
          `,
        )}
      </ul>
      ${edited === "new"
        ? html`
            <${Editor} value="" onDone=${add} onCancel=${() => back("new")} />
          `
        : html`
            <div>
              <${Button}
                cls="slim plain"
                icon="plus"
                data-at="new"
                onClick=${() => setEdited("new")}>
                ${t("result.add")}
              <//>
            </div>
          `}
    </div>
  `;
}
