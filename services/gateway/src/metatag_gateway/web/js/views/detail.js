// One document of the history: everything that is known of it, to be read, corrected and approved.
import { useState } from "preact/hooks";
import { documentDetail } from "../api.js";
import {
  downloadOriginal,
  downloadSearchable,
  downloadTagged,
  trashDocument,
} from "../api-records.js";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { fileOf, nameOf, placeOf, standing } from "../lib/records.js";
import { toResult } from "../lib/result.js";
import { go, link, setQuery } from "../router.js";
import {
  Badge,
  Button,
  Confirm,
  Failure,
  Loading,
  Notice,
  useAction,
  useFetched,
} from "../ui/parts.js";
import { toast } from "../ui/toasts.js";
import { Changes } from "./detail-changes.js";
import { SaveBar, useCorrections } from "./corrections.js";
import { Reprocess } from "./reprocess.js";
import { Result } from "./result.js";

function Head({ document, reviewed, onReviewed, busy, onNew }) {
  const [doomed, doom] = useState(false);
  const [remove] = useAction(async () => {
    await trashDocument(document.id);
    toast(t("trash.moved"), "good");
    go(link("history") + "?tab=documents", { replace: true });
  });
  const [original, loading] = useAction(() => downloadOriginal(document.id, fileOf(document)));
  const [tagged, tagging] = useAction(() => downloadTagged(document.id, fileOf(document)));
  const [found, finding] = useAction(() => downloadSearchable(document.id, fileOf(document)));
  return html`
    <p class="row small soft">
      <${Badge} status=${standing({ ...document, reviewed })} />
      <span>${word("source", document.file_source_type)}</span>
      <code class="wrap">
        ${document.file_source_type === "upload" ? placeOf(document) : document.file_path}
      </code>
    </p>
    <div class="row">
      <${Button}
        cls=${reviewed ? "" : "main"}
        icon="check"
        busy=${busy}
        aria-pressed=${reviewed ? "true" : "false"}
        onClick=${() => onReviewed(!reviewed)}>
        ${t(reviewed ? "review.takeBack" : "review.approve")}
      <//>
      <${Button} icon="download" busy=${loading} onClick=${original}>${t("detail.original")}<//>
      <${Button} icon="tag" busy=${tagging} onClick=${tagged}>${t("detail.tagged")}<//>
      <${Button} icon="search" busy=${finding} onClick=${found}>${t("detail.searchable")}<//>
      <${Reprocess} document=${document} onNew=${onNew} />
      <${Button} cls="bad" icon="trash" onClick=${() => doom(true)}>${t("trash.move")}<//>
    </div>
    ${document.duplicate_of &&
    html`
      <${Notice}>
        <a href=${link("documents", document.duplicate_of.document_id)}>
          ${t("review.same", { name: document.duplicate_of.file_name })}
        </a>
      <//>
    `}
    ${doomed &&
    html`
      <${Confirm}
        title=${t("trash.moveTitle")}
        text=${t("trash.moveText")}
        yes=${t("trash.move")}
        onYes=${remove}
        onClose=${() => doom(false)} />
    `}
  `;
}

function Document({ first, query, onNew }) {
  const work = useCorrections(first);
  const [shown, setShown] = useState({ page: Number(query.get("page")) || 1, evidence: "" });
  const onShown = (next) => {
    setShown(next);
    setQuery({ page: next.page > 1 ? next.page : "" }, { replace: true });
  };
  const result = toResult(work.document);
  return html`
    <${Head}
      document=${work.document}
      reviewed=${work.document.reviewed}
      busy=${work.busy}
      onReviewed=${(reviewed) => work.save({ reviewed })}
      onNew=${onNew} />
    <${Result}
      result=${result}
      draft=${work.draft}
      onDraft=${work.setDraft}
      shown=${shown}
      onShown=${onShown}
      aside=${html`
        <${Changes} document=${work.document} onUndo=${work.undo} busy=${work.busy} />
      `} />
    <${SaveBar} work=${work} />
  `;
}

export function DetailView({ id, query }) {
  const { data, error, again } = useFetched(() => documentDetail(id), [id]);
  return html`
    <div class="view stack loose">
      <header>
        <p class="small">
          <a href=${link("history") + "?tab=documents"}>${t("history.documents")}</a>
          ${data?.job_id &&
          html`
            ${" · "}
            <a href=${link("jobs", data.job_id)}>${t("detail.job")}</a>
          `}
        </p>
        <h1 class="wrap">${data ? nameOf(data) || t("job.untitled") : t("detail.title")}</h1>
      </header>
      <${Failure} error=${error} again=${again} />
      ${!data &&
      !error &&
      html`
        <${Loading} />
      `}
      ${data &&
      html`
        <${Document}
          key=${`${data.id} ${data.version}`}
          first=${data}
          query=${query}
          onNew=${again} />
      `}
    </div>
  `;
}
