// What corrections teach: whether they do, what became of which tags, how good the tags were.
import { useState } from "preact/hooks";
import { evaluation, forgetLearning, learning, setLearning } from "../api-records.js";
import { html } from "../html.js";
import { number, t } from "../i18n.js";
import { Button, Check, Confirm, Failure, Loading, useAction, useFetched } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";

const SHOWN = 12;
const percent = (share) => `${number(Math.round(100 * share))} %`;

function Learnt({ found, measured }) {
  if (!found.documents)
    return html`
      <p class="soft">${t("learning.none")}</p>
    `;
  return html`
    <p>
      ${t("learning.documents", { n: found.documents })}${" "}
      ${t("learning.counts", {
        kept: number(found.kept),
        removed: number(found.removed),
        added: number(found.added),
      })}${" "}
      ${measured?.documents ? t("learning.measured", { f1: percent(measured.f1_at_10) }) : ""}
    </p>
    <div class="scroll">
      <table class="plate" aria-label=${t("learning.title")}>
        <thead>
          <tr>
            <th>${t("result.tag")}</th>
            <th class="end">${t("learning.kept")}</th>
            <th class="end">${t("learning.removed")}</th>
            <th class="end">${t("learning.added")}</th>
          </tr>
        </thead>
        <tbody>
          ${found.tags.slice(0, SHOWN).map(
            (one) => html`
              <tr key=${one.tag}>
                <td class="wrap">${one.tag}</td>
                <td class="end num">${number(one.kept)}</td>
                <td class="end num">${number(one.removed)}</td>
                <td class="end num">${number(one.added)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

export function LearningCard() {
  const { data, error, again } = useFetched(
    async () => ({ found: await learning(), measured: await evaluation() }),
    [],
  );
  const [asking, ask] = useState(false);
  const [turn] = useAction(async (on) => {
    await setLearning(on);
    again();
  });
  const [forget] = useAction(async () => {
    await forgetLearning();
    ask(false);
    toast(t("learning.forgotten"), "good");
    again();
  });
  return html`
    <section class="card stack">
      <h2>${t("learning.title")}</h2>
      <p class="soft">${t("learning.lead")}</p>
      <${Failure} error=${error} again=${again} />
      ${!data &&
      !error &&
      html`
        <${Loading} />
      `}
      ${data &&
      html`
        <${Check} label=${t("learning.on")} checked=${data.found.enabled} onValue=${turn} />
        <${Learnt} ...${data} />
        ${data.found.documents > 0 &&
        html`
          <div>
            <${Button} cls="bad" icon="trash" onClick=${() => ask(true)}>${t("learning.forget")}<//>
          </div>
        `}
      `}
      ${asking &&
      html`
        <${Confirm}
          title=${t("learning.forget")}
          text=${t("learning.forgetText")}
          yes=${t("learning.forget")}
          onYes=${forget}
          onClose=${() => ask(false)} />
      `}
    </section>
  `;
}
