// The history of one document: who changed what and when; the last change can be undone.
import { documentHistory } from "../api-records.js";
import { html } from "../html.js";
import { moment, t, word } from "../i18n.js";
import { user } from "../session.js";
import { Button, Failure, Loading, useFetched } from "../ui/parts.js";

const texts = (list) => list.map((one) => one.tag ?? `${t(`facet.${one.kind}`)}: ${one.value}`);

/** What went and what came: of lists only the entries that differ. */
function difference(before, after) {
  if (Array.isArray(before) || Array.isArray(after)) {
    const [old, now] = [texts(before ?? []), texts(after ?? [])];
    const gone = old.filter((one) => !now.includes(one)).join(", ");
    const come = now.filter((one) => !old.includes(one)).join(", ");
    return gone || come ? [gone, come] : ["", t("change.order")];
  }
  const said = (value) =>
    typeof value === "boolean" ? t(value ? "change.yes" : "change.no") : (value ?? "");
  return [said(before), said(after)];
}

function Difference({ field, before, after }) {
  const [gone, come] = difference(before, after);
  return html`
    <div>
      <dt>${t(`correct.${field}`)}</dt>
      <dd>
        ${gone &&
        html`
          <del class="soft">${gone}</del>
        `}${gone && come && " → "}
        ${come &&
        html`
          <ins>${come}</ins>
        `}
      </dd>
    </div>
  `;
}

function Change({ change }) {
  const who =
    change.by === user.value?.id
      ? t("change.you")
      : change.by
        ? t("change.other")
        : t("change.machine");
  return html`
    <li class=${change.undone ? "undone" : ""}>
      <div class="small">
        <span class="strong">${word("change", change.action)}</span>
        ${change.undone &&
        html`
          ${" "}
          <span class="chip small">${t("change.undone")}</span>
        `}
        <span class="soft">${" · "}${who}${" · "}${moment(change.at)}</span>
      </div>
      <dl class="small change">
        ${change.changes.map(
          (one) => html`
            <${Difference} key=${one.field} ...${one} />
          `,
        )}
      </dl>
    </li>
  `;
}

export function Changes({ document, onUndo, busy }) {
  const { data, error, again } = useFetched(
    () => documentHistory(document.id),
    [document.id, document.version],
  );
  const changes = data?.changes ?? [];
  const open = changes.some((change) => !change.undone && change.action !== "undo");
  return html`
    <section class="card stack tight">
      <div class="head">
        <h2>${t("change.title")}</h2>
        ${open &&
        html`
          <${Button} cls="slim" icon="retry" busy=${busy} onClick=${onUndo}>${t("change.undo")}<//>
        `}
      </div>
      <${Failure} error=${error} again=${again} />
      ${!data &&
      !error &&
      html`
        <${Loading} />
      `}
      ${data &&
      changes.length === 0 &&
      html`
        <p class="soft small">${t("change.none")}</p>
      `}
      <ol class="changes stack tight">
        ${changes.map(
          (change) => html`
            <${Change} key=${change.version} change=${change} />
          `,
        )}
      </ol>
    </section>
  `;
}
