// The page's picture beside its text: turned page by page, enlarged, the words of a tag marked.
import { useEffect, useRef, useState } from "preact/hooks";
import { pagePicture } from "../api.js";
import { pageWords } from "../api-records.js";
import { html } from "../html.js";
import { number, percent, t } from "../i18n.js";
import { textPages } from "../lib/result.js";
import { Button, copy } from "../ui/parts.js";

export const ZOOMS = [1, 1.5, 2, 3];
export const WIDTH = 1000;
const MAX_WIDTH = 2000;

/** The picture's address, or null while there is none, or false where it cannot be had. */
function usePicture(id, page, width) {
  const [address, set] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    let made = null;
    set(null);
    if (!id) {
      set(false);
      return;
    }
    pagePicture(id, page, width, stop.signal).then(
      (blob) => {
        made = URL.createObjectURL(blob);
        set(made);
      },
      (error) => error.name === "AbortError" || set(false),
    );
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [id, page, width]);
  return address;
}

/** The hits of a tag on a page, with their boxes; none where they are not known. */
function usePlaces(id, page, tag) {
  const [hits, set] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    let left = false;
    set([]);
    if (id && tag)
      pageWords(id, page, tag).then(
        (answer) => left || set(answer.hits),
        () => {},
      );
    return () => {
      left = true;
    };
  }, [id, page, tag]);
  return hits;
}

const share = (value) => `${value * 100}%`;
const place = (box) => ({
  left: share(box.x0),
  top: share(box.y0),
  width: share(box.x1 - box.x0),
  height: share(box.y1 - box.y0),
});

/** Text before, the evidence itself, text after; words may be broken over lines in the page. */
export function around(text, evidence) {
  const words = (evidence ?? "").split(/\s+/).filter(Boolean);
  if (words.length === 0) return [text];
  const escaped = words.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = new RegExp(escaped.join("\\s+"), "iu").exec(text);
  if (!found) return [text];
  const end = found.index + found[0].length;
  return [text.slice(0, found.index), found[0], text.slice(end)];
}

/** The marks over a page's picture; the first is brought into view. */
function Places({ hits }) {
  const first = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const sheet = first.current?.closest(".sheet");
    if (sheet) sheet.scrollTop = first.current.offsetTop - sheet.clientHeight / 3;
  }, [hits]);
  return hits.flatMap((hit, at) =>
    hit.boxes.map(
      (box, line) => html`
        <span
          key=${`${at}-${line}`}
          ref=${at + line === 0 ? first : null}
          class=${`place ${hit.kind}`}
          style=${place(box)}></span>
      `,
    ),
  );
}

/** `tag` is the one whose places are marked on the picture. */
export function Sheet({ id, page, zoom, tag = "" }) {
  const picture = usePicture(id, page, zoom > 1 ? MAX_WIDTH : WIDTH);
  const hits = usePlaces(id, page, tag);
  if (picture === false)
    return html`
      <p class="soft small">${t("reader.noPicture")}</p>
    `;
  return html`
    <div
      class="sheet"
      tabindex="0"
      role="group"
      aria-label=${t("reader.alt", { n: page })}
      aria-busy=${picture ? "false" : "true"}>
      ${picture
        ? html`
            <div class="sheet-page" style=${{ width: `${zoom * 100}%` }}>
              <img src=${picture} alt=${t("reader.alt", { n: page })} />
              <${Places} hits=${hits} />
            </div>
          `
        : html`
            <div class="sheet-wait"></div>
          `}
    </div>
  `;
}

export function PageText({ text, evidence, perPage, page }) {
  const box = useRef(/** @type {any} */ (null));
  const [before, hit, after] = around(text, evidence);
  useEffect(() => {
    const mark = box.current?.querySelector("mark");
    if (mark) box.current.scrollTop = mark.offsetTop - box.current.clientHeight / 3;
  }, [text, evidence]);
  return html`
    <div class="stack tight">
      <div class="row apart small soft">
        <span>${t(perPage ? "reader.text" : "reader.allText", { n: page })}</span>
        ${text &&
        html`
          <${Button} cls="slim plain" icon="copy" onClick=${() => copy(text)}>
            ${t("reader.copy")}
          <//>
        `}
      </div>
      <pre class="text" ref=${box} tabindex="0" aria-label=${t("reader.allText")}>
${[
          before || t("reader.noText"),
          hit &&
            html`
              <mark>${hit}</mark>
            `,
          after,
        ]}</pre
      >
    </div>
  `;
}

/** Ways through the pages, and to a larger picture. */
export function Ways({ page, last, zoom, onPage, onZoom }) {
  const at = ZOOMS.indexOf(zoom);
  return html`
    <div class="row tight">
      <${Button}
        cls="slim"
        icon="minus"
        label=${t("reader.smaller")}
        disabled=${at <= 0}
        onClick=${() => onZoom(ZOOMS[at - 1])} />
      <span class="num small">${percent(zoom)}</span>
      <${Button}
        cls="slim"
        icon="plus"
        label=${t("reader.larger")}
        disabled=${at === ZOOMS.length - 1}
        onClick=${() => onZoom(ZOOMS[at + 1])} />
      ${last > 1 &&
      html`
        <${Button}
          cls="slim"
          icon="left"
          label=${t("reader.before")}
          disabled=${page <= 1}
          onClick=${() => onPage(page - 1)} />
        <span class="num small" aria-live="polite">${number(page)}${" / "}${number(last)}</span>
        <${Button}
          cls="slim"
          icon="right"
          label=${t("reader.after")}
          disabled=${page >= last}
          onClick=${() => onPage(page + 1)} />
      `}
    </div>
  `;
}

export const lastPage = (result) =>
  Math.max(result.pages.length, textPages(result.text).length, result.pageCount ?? 1, 1);

/** `zoom` and `onZoom` are the caller's where it has keys for them. */
export function PageReader({
  result,
  page,
  onPage,
  evidence = "",
  tag = "",
  zoom = 0,
  onZoom = null,
}) {
  const [own, setOwn] = useState(1);
  const texts = textPages(result.text);
  const perPage = texts.length > 1;
  const text = (perPage ? texts[page - 1] : texts[0])?.trim() ?? "";
  return html`
    <section class="card stack" id="reader" tabindex="-1" aria-label=${t("reader.title")}>
      <div class="head">
        <h2>${t("reader.title")}</h2>
        <${Ways}
          page=${page}
          last=${lastPage(result)}
          zoom=${zoom || own}
          onPage=${onPage}
          onZoom=${onZoom ?? setOwn} />
      </div>
      <div class="reader">
        <${Sheet} id=${result.id} page=${page} zoom=${zoom || own} tag=${tag} />
        <${PageText} text=${text} evidence=${evidence} perPage=${perPage} page=${page} />
      </div>
    </section>
  `;
}
