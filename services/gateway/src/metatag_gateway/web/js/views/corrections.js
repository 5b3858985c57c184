// The corrections of one document: a draft beside what the server has, saved against its version.
// Where somebody else was quicker, both versions are shown and a person chooses.
import { useEffect, useState } from "preact/hooks";
import { documentDetail } from "../api.js";
import { patchDocument, undoDocument } from "../api-records.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { bodyOf, differing, draftOf } from "../lib/draft.js";
import { toResult } from "../lib/result.js";
import { Button, Dialog, useAction } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

// Corrections that are not saved yet outlive a look at another view, with the version they are of.
const unsaved = new Map();

const fresh = (document) => draftOf(document, toResult(document).tags);

/**
 * { document, draft, setDraft, changed, save, undo, discard, conflict, settle, busy }. `save` takes
 * fields beside the draft's, such as `reviewed`, and gives the saved document or null.
 */
export function useCorrections(first) {
  const kept = unsaved.get(first.id);
  const [document, setDocument] = useState(kept?.document ?? first);
  const [draft, setDraft] = useState(() => kept?.draft ?? fresh(first));
  const [conflict, setConflict] = useState(null);
  const changed = differing(fresh(document), draft);
  if (changed.length) unsaved.set(document.id, { document, draft });
  else unsaved.delete(document.id);
  const take = (saved) => {
    setDocument(saved);
    setDraft(fresh(saved));
    setConflict(null);
    return saved;
  };
  const send = async (version, body) => {
    try {
      return take(await patchDocument(document.id, version, body));
    } catch (error) {
      if (error.status !== 412) throw error;
      setConflict({ theirs: await documentDetail(document.id), body });
      return null;
    }
  };
  const [save, saving] = useAction(async (more = {}) => {
    const saved = await send(document.version, { ...bodyOf(draft, changed), ...more });
    if (saved) toast(t("correct.saved"), "good");
    return saved;
  });
  const [undo, undoing] = useAction(async () => {
    take(await undoDocument(document.id, document.version));
    toast(t("correct.undone"), "good");
  });
  const settle = (mine) =>
    mine ? send(conflict.theirs.version, conflict.body) : take(conflict.theirs);
  useEffect(() => {
    // Closing the tab with unsaved corrections is asked about by the browser.
    if (changed.length === 0) return;
    const ask = (event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [changed.length > 0]);
  return {
    document,
    draft,
    setDraft,
    changed,
    save,
    undo,
    discard: () => setDraft(fresh(document)),
    conflict,
    settle,
    busy: saving || undoing,
  };
}

const shown = (value) =>
  Array.isArray(value)
    ? value.map((one) => one.tag ?? one.value ?? one).join(", ") || "–"
    : String(value ?? "") || "–";

function Conflict({ work }) {
  const { body, theirs } = work.conflict;
  const names = Object.keys(body).filter((name) => name !== "reviewed");
  const theirDraft = fresh(theirs);
  return html`
    <${Dialog} title=${t("conflict.title")} onClose=${() => work.settle(false)}>
      <p>${t("conflict.text")}</p>
      <div class="scroll">
        <table class="plate" aria-label=${t("conflict.title")}>
          <thead>
            <tr>
              <th>${t("conflict.what")}</th>
              <th>${t("conflict.mine")}</th>
              <th>${t("conflict.theirs")}</th>
            </tr>
          </thead>
          <tbody>
            ${names.map(
              (name) => html`
                <tr key=${name}>
                  <th scope="row">${t(`correct.${name}`)}</th>
                  <td>${shown(body[name])}</td>
                  <td>${shown(theirDraft[name])}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
      <div class="row">
        <${Button} cls="main" onClick=${() => work.settle(true)}>${t("conflict.keepMine")}<//>
        <${Button} onClick=${() => work.settle(false)}>${t("conflict.takeTheirs")}<//>
      </div>
    <//>
  `;
}

/** What is not saved yet, at the bottom of the window. */
export function SaveBar({ work }) {
  return html`
    ${work.changed.length > 0 &&
    html`
      <div class="save-bar" role="region" aria-label=${t("correct.unsaved")}>
        <span class="grow" role="status">
          ${t("correct.unsaved")}${": "}
          ${work.changed.map((name) => t(`correct.${name}`)).join(", ")}
        </span>
        <${Button} onClick=${work.discard} disabled=${work.busy}>${t("correct.discard")}<//>
        <${Button} cls="main" icon="check" busy=${work.busy} onClick=${() => work.save()}>
          ${t("correct.save")}
        <//>
      </div>
    `}
    ${work.conflict &&
    html`
      <${Conflict} work=${work} />
    `}
  `;
}
