// The tags of one document: score, source and evidence of each; words can be corrected, added and
// taken away.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { percent, t, word } from "../i18n.js";
import { ownTag, standsAlready } from "../lib/draft.js";
import { Button } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";
import { around } from "./result-reader.js";

function Evidence({ tag, onPage }) {
  if (!tag.evidence && !tag.page) return null;
  const [before, hit, after] = around(tag.evidence ?? "", tag.tag);
  return html`
    <div class="small soft evidence">
      ${tag.evidence &&
      html`
        <q>
          ${before}${hit &&
          html`
            <b>${hit}</b>
          `}${after}
        </q>
      `}${tag.page > 0 &&
      html`
        <button type="button" class="link" onClick=${() => onPage(tag.page, tag.evidence, tag.tag)}>
          ${t("result.onPage", { n: tag.page })}
        </button>
      `}
    </div>
  `;
}

function Editor({ value, onDone, onCancel }) {
  const input = useRef(/** @type {any} */ (null));
  // Before the paint: whoever types on at once loses no letter.
  useLayoutEffect(() => input.current.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    const text = input.current.value.trim().slice(0, 200);
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
        maxlength="200" />
      <${Button} type="submit" cls="slim" icon="check" label=${t("save")} />
      <${Button} cls="slim plain" icon="close" label=${t("cancel")} onClick=${onCancel} />
    </form>
  `;
}

/** `onTags` is called with the whole new list; without it nothing can be changed. */
export function Tags({ tags, onTags = null, onPage }) {
  const [edited, setEdited] = useState(null);
  const list = useRef(/** @type {any} */ (null));
  // Whoever works by keyboard goes on where the change was begun.
  const back = (at) => {
    setEdited(null);
    requestAnimationFrame(() => list.current?.querySelector(`[data-at="${at}"]`)?.focus());
  };
  const put = (text, at) => {
    if (standsAlready(tags, text, at)) toast(t("result.tagTwice", { tag: text }), "warn");
    else if (at < 0) onTags([...tags, ownTag(text)]);
    // Other words rest on nothing that was read: score and evidence were the old tag's.
    else if (tags[at].tag !== text) onTags(tags.map((tag, i) => (i === at ? ownTag(text) : tag)));
    back(at < 0 ? "new" : at);
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
                      onDone=${(text) => put(text, at)}
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
                    ${tag.source !== "person" &&
                    tag.score !== null &&
                    tag.score !== undefined &&
                    html`
                      <div class="score" title=${t("result.scoreHint")}>
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
            <${Editor} value="" onDone=${(text) => put(text, -1)} onCancel=${() => back("new")} />
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
