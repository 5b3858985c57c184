// Searches that are kept under a name: open, save the present view, rename, delete.
import { useState } from "preact/hooks";
import { sentence } from "../api.js";
import { changeSearch, deleteSearch, saveSearch, searches } from "../api-records.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { addressOf, toParams } from "../lib/saved.js";
import { Button, Confirm, Dialog, Failure, Field, useAction, useFetched } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

/** Asks for a name; `onName` keeps it, and what it refuses is said beside the field. */
function NameDialog({ title, first, onName, onClose }) {
  const [name, setName] = useState(first);
  const [wrong, setWrong] = useState("");
  const [keep, busy] = useAction(async () => {
    try {
      await onName(name.trim());
      onClose();
    } catch (error) {
      setWrong(sentence(error));
    }
  });
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form
        class="stack"
        onSubmit=${(event) => {
          event.preventDefault();
          if (name.trim()) keep();
        }}>
        <${Field}
          label=${t("saved.name")}
          maxlength="100"
          error=${wrong || undefined}
          value=${name}
          onValue=${setName}
          autofocus />
        <div class="row">
          <${Button} cls="main" type="submit" busy=${busy} disabled=${!name.trim()}>
            ${t("saved.keep")}
          <//>
          <${Button} onClick=${onClose}>${t("saved.leave")}<//>
        </div>
      </form>
    <//>
  `;
}

function Saved({ search, again }) {
  const [asked, ask] = useState("");
  const [remove] = useAction(async () => {
    await deleteSearch(search.id);
    again();
  });
  const close = () => ask("");
  const button = (name, icon) => html`
    <${Button}
      cls="slim"
      icon=${icon}
      label=${t(`saved.${name}Named`, { name: search.name })}
      onClick=${() => ask(name)} />
  `;
  return html`
    <li class="row tight">
      <a class="chip" href=${addressOf(search.params)}>${search.name}</a>
      ${button("rename", "pencil")}${button("delete", "close")}
      ${asked === "rename" &&
      html`
        <${NameDialog}
          title=${t("saved.rename")}
          first=${search.name}
          onName=${async (name) => {
            await changeSearch(search.id, { name });
            again();
          }}
          onClose=${close} />
      `}
      ${asked === "delete" &&
      html`
        <${Confirm}
          title=${t("saved.deleteTitle", { name: search.name })}
          text=${t("saved.deleteText")}
          yes=${t("saved.delete")}
          onYes=${remove}
          onClose=${close} />
      `}
    </li>
  `;
}

/** `query` of a view of documents; of any other there is nothing to save. */
export function SavedSearches({ query, ofDocuments }) {
  const { data, error, again } = useFetched(searches, []);
  const [naming, name] = useState(false);
  const params = ofDocuments ? toParams(query) : {};
  const found = data?.searches ?? [];
  return html`
    <div class="row apart">
      <ul class="row" aria-label=${t("saved.title")}>
        ${found.map(
          (search) => html`
            <${Saved} key=${search.id} search=${search} again=${again} />
          `,
        )}
      </ul>
      ${Object.keys(params).length > 0 &&
      html`
        <${Button} cls="slim" onClick=${() => name(true)}>${t("saved.save")}<//>
      `}
    </div>
    <${Failure} error=${error} again=${again} />
    ${naming &&
    html`
      <${NameDialog}
        title=${t("saved.save")}
        first=${query.get("q") ?? ""}
        onName=${async (given) => {
          await saveSearch({ name: given, params });
          toast(t("saved.done", { name: given }), "good");
          again();
        }}
        onClose=${() => name(false)} />
    `}
  `;
}
