// Documents in the trash: brought back, or deleted for good before their time.
import { useState } from "preact/hooks";
import { deleteForGood, restore, trash } from "../api-records.js";
import { html } from "../html.js";
import { moment, t } from "../i18n.js";
import { nameOf } from "../lib/records.js";
import { setQuery } from "../router.js";
import { Button, Confirm, Empty, Failure, Loading, useAction, useFetched } from "../ui/parts.js";
import { Pager } from "../ui/pager.js";
import { toast } from "../ui/toasts.js";
import { DocumentRows } from "./document-rows.js";

const SIZE = 50;

export function TrashView({ query }) {
  const offset = Number(query.get("at")) || 0;
  const { data, error, again } = useFetched(() => trash({ limit: SIZE, offset }), [offset]);
  const [doomed, doom] = useState(null);
  const [bring, busy] = useAction(async (document) => {
    await restore(document.id);
    toast(t("trash.restored", { name: nameOf(document) }), "good");
    again();
  });
  const [remove] = useAction(async (document) => {
    await deleteForGood(document.id);
    toast(t("history.deleted"), "good");
    again();
  });
  const ways = (document) => html`
    <div class="row">
      <span class="small soft grow">
        ${document.deleted_for_good_at &&
        t("trash.until", { when: moment(document.deleted_for_good_at) })}
      </span>
      <${Button} cls="slim" icon="retry" busy=${busy} onClick=${() => bring(document)}>
        ${t("trash.restore")}
      <//>
      <${Button} cls="slim bad" icon="trash" onClick=${() => doom(document)}>
        ${t("trash.forGood")}
      <//>
    </div>
  `;
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("nav.trash")}</h1>
        <p class="soft">
          ${data &&
          t(data.retention_days ? "trash.lead" : "trash.leadEver", { n: data.retention_days })}
        </p>
      </header>
      <section class="card stack">
        <${Failure} error=${error} again=${again} />
        ${!data &&
        !error &&
        html`
          <${Loading} />
        `}
        ${data?.documents.length === 0 &&
        html`
          <${Empty} icon="trash">${t("trash.empty")}<//>
        `}
        ${data?.documents.length > 0 &&
        html`
          <${DocumentRows} found=${data.documents} after=${ways} />
          <${Pager}
            offset=${offset}
            size=${SIZE}
            shown=${data.documents.length}
            total=${data.total}
            onOffset=${(at) => setQuery({ at: at || "" })} />
        `}
      </section>
      ${doomed &&
      html`
        <${Confirm}
          title=${t("trash.forGoodTitle")}
          text=${nameOf(doomed)}
          yes=${t("trash.forGood")}
          onYes=${() => remove(doomed)}
          onClose=${() => doom(null)} />
      `}
    </div>
  `;
}
