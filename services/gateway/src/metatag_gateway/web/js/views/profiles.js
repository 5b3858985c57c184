// Profiles: settings of tagging under a name, chosen, kept and deleted beside the settings.
import { useState } from "preact/hooks";
import { deleteProfile, saveProfile } from "../api-records.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Button, Confirm, Field, useAction } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

/** `settings` gives what is kept; `names` are the profiles there are. */
export function Profiles({ value, names, settings, onChosen, again }) {
  const [name, setName] = useState("");
  const [doomed, doom] = useState("");
  const [save, busy] = useAction(async () => {
    const wanted = name.trim();
    await saveProfile(wanted, settings());
    toast(t("profile.saved", { name: wanted }), "good");
    setName("");
    again();
    onChosen(wanted);
  });
  const [remove] = useAction(async () => {
    await deleteProfile(doomed);
    doom("");
    again();
    onChosen("");
  });
  return html`
    <div class="row">
      <${Field}
        as="select"
        label=${t("profile.title")}
        hint=${value ? t("profile.hint") : undefined}
        value=${value}
        onValue=${onChosen}>
        <option value="" selected=${!value}>${t("profile.none")}</option>
        ${names.map(
          (one) => html`
            <option value=${one} selected=${one === value}>${one}</option>
          `,
        )}
      <//>
      ${value &&
      html`
        <${Button} cls="slim plain" icon="trash" onClick=${() => doom(value)}>
          ${t("profile.delete")}
        <//>
      `}
    </div>
    <div class="row">
      <${Field} label=${t("profile.name")} maxlength="100" value=${name} onValue=${setName} />
      <${Button} busy=${busy} disabled=${!name.trim()} onClick=${save}>${t("profile.save")}<//>
    </div>
    ${doomed &&
    html`
      <${Confirm}
        title=${t("profile.deleteTitle", { name: doomed })}
        text=${t("profile.deleteText")}
        yes=${t("profile.delete")}
        onYes=${remove}
        onClose=${() => doom("")} />
    `}
  `;
}
