// The dialogs in which tags get other names: one renamed, several merged, one split.
import { useState } from "preact/hooks";
import { startTagJob } from "../api-records.js";
import { sentence } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { listed } from "../lib/records.js";
import { Button, Dialog, Field, Notice } from "../ui/parts.js";

/** Begin a job: [start, busy, error]. A refusal stays in the dialog. */
function useStart(onStarted) {
  const [state, set] = useState(/** @type {{ busy?: boolean, error?: any }} */ ({}));
  const start = async (body) => {
    set({ busy: true });
    try {
      await startTagJob(body);
      onStarted();
    } catch (error) {
      set({ error });
    }
  };
  return /** @type {[(body: any) => Promise<void>, boolean, any]} */ ([
    start,
    state.busy ?? false,
    state.error,
  ]);
}

const Refused = ({ error }) =>
  error &&
  html`
    <${Notice} kind="bad" role="alert">${sentence(error)}<//>
  `;

/** One new name for the chosen tags; where it is another tag's already, they can be merged. */
export function NewName({ chosen, onStarted, onClose }) {
  const [name, setName] = useState(chosen[0]);
  const [start, busy, error] = useStart(onStarted);
  const one = chosen.length === 1;
  const merging = !one || error?.code === "conflict";
  const submit = (event) => {
    event.preventDefault();
    const to = name.trim();
    if (to) start({ action: merging ? "merge" : "rename", tags: chosen, to });
  };
  return html`
    <${Dialog} title=${t(one ? "tags.renameTitle" : "tags.mergeTitle")} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        <p class="wrap">${chosen.join(", ")}</p>
        <${Field}
          label=${t(one ? "tags.newName" : "tags.mergeInto")}
          maxlength="200"
          value=${name}
          onValue=${setName}
          autofocus />
        <p class="small soft">${t("tags.everywhere")}</p>
        <${Refused} error=${error} />
        <div class="row">
          <${Button} type="submit" cls="main" busy=${busy} disabled=${!name.trim()}>
            ${t(merging ? "tags.merge" : "tags.rename")}
          <//>
          <${Button} onClick=${onClose}>${t("keep")}<//>
        </div>
      </form>
    <//>
  `;
}

/** Several tags in the place of one. */
export function Split({ chosen, onStarted, onClose }) {
  const [names, setNames] = useState("");
  const [start, busy, error] = useStart(onStarted);
  const into = listed(names);
  const submit = (event) => {
    event.preventDefault();
    if (into.length > 1) start({ action: "split", tags: chosen, into });
  };
  return html`
    <${Dialog} title=${t("tags.splitTitle", { tag: chosen[0] })} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        <${Field}
          label=${t("tags.splitInto")}
          hint=${t("bulk.hint")}
          value=${names}
          onValue=${setNames}
          autofocus />
        <p class="small soft">${t("tags.everywhere")}</p>
        <${Refused} error=${error} />
        <div class="row">
          <${Button} type="submit" cls="main" busy=${busy} disabled=${into.length < 2}>
            ${t("tags.split")}
          <//>
          <${Button} onClick=${onClose}>${t("keep")}<//>
        </div>
      </form>
    <//>
  `;
}
