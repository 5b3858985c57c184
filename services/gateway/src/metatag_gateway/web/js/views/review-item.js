// One document of the queue: its page, enlarged as wanted, beside what was made of it.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { nameOf, placeOf } from "../lib/records.js";
import { textPages, toResult } from "../lib/result.js";
import { link } from "../router.js";
import { Button, useAction } from "../ui/parts.js";
import { SaveBar, useCorrections } from "./corrections.js";
import { ResultNotices } from "./result-notices.js";
import { lastPage, PageText, Sheet, Ways, ZOOMS } from "./result-reader.js";
import { Corrections } from "./result.js";

const typing = (target) =>
  target.closest?.("input, textarea, select, dialog, [contenteditable]") !== null;

/** Call what a key stands for, unless it is typed into a field. */
function useKeys(keys) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const act = latest.current[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** Click the n-th control of a kind, as the key for it does. */
const click = (box, selector, at = 0) => box.current?.querySelectorAll(selector)[at]?.click();

function useReview({ work, last, onApproved, onSkip }) {
  const [shown, setShown] = useState({ page: 1, evidence: "", tag: "" });
  const [zoom, setZoom] = useState(1);
  const box = useRef(/** @type {any} */ (null));
  const [ready, busy] = useAction(async () => {
    if (work.changed.length === 0) await onApproved(work.document.version);
    else if (await work.save({ reviewed: true })) await onApproved(0);
  });
  const open = (page, evidence = "", tag = "") =>
    setShown({ page: Math.min(Math.max(1, page), last), evidence, tag });
  const step = (by) => setZoom(ZOOMS[Math.min(Math.max(0, ZOOMS.indexOf(zoom) + by), 3)]);
  const edits = Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [
      String(at + 1),
      () => click(box, ".tags .tag-acts button:first-child", at),
    ]),
  );
  useKeys({
    ...edits,
    "a": () => busy || ready(),
    "s": () => busy || onSkip(),
    "t": () => click(box, "[data-at=new]"),
    "e": () => box.current?.querySelector("[name=title]")?.focus(),
    "arrowleft": () => open(shown.page - 1),
    "arrowright": () => open(shown.page + 1),
    "+": () => step(1),
    "=": () => step(1),
    "-": () => step(-1),
  });
  return { shown, open, zoom, setZoom, box, ready, busy };
}

function Picture({ result, review, last }) {
  return html`
    <section class="card stack tight review-page" aria-label=${t("reader.title")}>
      <${Ways}
        page=${review.shown.page}
        last=${last}
        zoom=${review.zoom}
        onPage=${review.open}
        onZoom=${review.setZoom} />
      <${Sheet}
        id=${result.id}
        page=${review.shown.page}
        zoom=${review.zoom}
        tag=${review.shown.tag} />
    </section>
  `;
}

export function ReviewItem({ first, reasons, onApproved, onSkip }) {
  const work = useCorrections(first);
  const result = toResult(work.document);
  const last = lastPage(result);
  const review = useReview({ work, last, onApproved, onSkip });
  const texts = textPages(result.text);
  const text = (texts.length > 1 ? texts[review.shown.page - 1] : texts[0]) ?? "";
  return html`
    <div class="review" ref=${review.box}>
      <${Picture} result=${result} review=${review} last=${last} />
      <section class="card stack review-words">
        <div>
          <h2 class="wrap">
            <a href=${link("documents", first.id)}>${nameOf(first) || t("job.untitled")}</a>
          </h2>
          ${placeOf(first) !== nameOf(first) &&
          html`
            <p class="small soft wrap">${placeOf(first)}</p>
          `}
          <ul class="row tight">
            ${reasons.map(
              (name) => html`
                <li key=${name} class="badge warn">${t(`reason4.${name}`)}</li>
              `,
            )}
          </ul>
        </div>
        <div class="row">
          <${Button} cls="main" icon="check" busy=${review.busy} onClick=${review.ready}>
            ${t(
              work.changed.length
                ? "review.saveNext"
                : first.status === "failed"
                  ? "review.asideNext"
                  : "review.approveNext",
            )}
          <//>
          <${Button} icon="right" disabled=${review.busy} onClick=${onSkip}>${t("review.skip")}<//>
        </div>
        <${ResultNotices} result=${result} />
        <${Corrections}
          result=${result}
          draft=${work.draft}
          onDraft=${work.setDraft}
          onPage=${review.open} />
        <${PageText}
          text=${text.trim()}
          evidence=${review.shown.evidence}
          perPage=${texts.length > 1}
          page=${review.shown.page} />
      </section>
    </div>
    <${SaveBar} work=${work} />
  `;
}
