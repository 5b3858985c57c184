// Tags of many documents changed at once: those chosen in a list, or all that a search finds.
import { useState } from "preact/hooks";
import { startTagJob } from "../api-records.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { listed } from "../lib/records.js";
import { Button, Check, Dialog, Field, useAction } from "../ui/parts.js";
import { ReprocessMany } from "./reprocess.js";

/** `which` says of which documents, as the server wants it. */
function Editor({ which, count, onStarted, onClose }) {
  const [add, setAdd] = useState("");
  const [remove, setRemove] = useState("");
  const [only, setOnly] = useState(false);
  const [start, busy] = useAction(async (body) => onStarted((await startTagJob(body)).id));
  const added = listed(add);
  const removed = listed(remove);
  const ready = added.length + removed.length > 0 || only;
  const submit = (event) => {
    event.preventDefault();
    const change = only ? { replace: added } : { add: added, remove: removed };
    if (ready) start({ action: "edit", ...change, ...which });
  };
  return html`
    <${Dialog} title=${t("bulk.title", { n: count })} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        <${Field}
          label=${t("bulk.add")}
          hint=${t("bulk.hint")}
          value=${add}
          onValue=${setAdd}
          autofocus />
        ${!only &&
        html`
          <${Field}
            label=${t("bulk.remove")}
            hint=${t("bulk.hint")}
            value=${remove}
            onValue=${setRemove} />
        `}
        <${Check} label=${t("bulk.only")} checked=${only} onValue=${setOnly} />
        <p class="small soft">${t("bulk.undoable")}</p>
        <div class="row">
          <${Button} type="submit" cls="main" busy=${busy} disabled=${!ready}>${t("bulk.apply")}<//>
          <${Button} onClick=${onClose}>${t("keep")}<//>
        </div>
      </form>
    <//>
  `;
}

/**
 * What is done with a choice stands at the bottom of the window. `found`: how many the search
 * finds, of which `more` are not shown; `whole`: all of them are meant.
 */
export function Bulk({ chosen, found, whole, search, onWhole, onClear, onStarted }) {
  const [open, setOpen] = useState(false);
  if (chosen.length === 0) return null;
  const count = whole ? found.total : chosen.length;
  const said = whole && !found.total_exact ? "bulk.chosenMore" : "bulk.chosen";
  return html`
    <div class="save-bar" role="region" aria-label=${t("bulk.region")}>
      <span class="grow wrap" role="status">${t(said, { n: count })}</span>
      ${!whole &&
      found.total > chosen.length &&
      html`
        <${Button} onClick=${onWhole}>
          ${t(found.total_exact ? "bulk.all" : "bulk.allMore", { n: found.total })}
        <//>
      `}
      <${Button} onClick=${onClear}>${t("chooseNone")}<//>
      ${!whole &&
      html`
        <${ReprocessMany} ids=${chosen} />
      `}
      <${Button} cls="main" icon="tag" onClick=${() => setOpen(true)}>${t("bulk.apply")}<//>
    </div>
    ${open &&
    html`
      <${Editor}
        which=${whole ? { search } : { document_ids: chosen }}
        count=${count}
        onStarted=${(id) => {
          setOpen(false);
          onStarted(id);
        }}
        onClose=${() => setOpen(false)} />
    `}
  `;
}

export const Choose = ({ name, checked, onChange }) => html`
  <input
    type="checkbox"
    class="choose"
    aria-label=${t("chooseOne", { name })}
    checked=${checked}
    onChange=${(event) => onChange(event.currentTarget.checked)} />
`;
