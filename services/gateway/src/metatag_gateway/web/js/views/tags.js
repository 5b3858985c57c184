// All tags with their counts: found, renamed, merged, split and deleted everywhere.
import { useEffect, useState } from "preact/hooks";
import { startTagJob, tags } from "../api-records.js";
import { html } from "../html.js";
import { moment, number, t } from "../i18n.js";
import { linkWith, setQuery } from "../router.js";
import { Pager } from "../ui/pager.js";
import {
  Button,
  Confirm,
  Empty,
  Failure,
  Field,
  Loading,
  useAction,
  useFetched,
} from "../ui/parts.js";
import { Choose } from "./bulk.js";
import { TagJobs } from "./tag-jobs.js";
import { NewName, Split } from "./tag-names.js";

const SIZE = 50;
const SORTS = ["count", "name", "latest"];

/** The weeks of a tag as small columns. */
function Trend({ trend }) {
  const most = Math.max(1, ...trend);
  const height = (count) => Math.max(1, (count / most) * 18);
  return html`
    <svg
      class="trend"
      viewBox=${`0 0 ${trend.length * 6} 18`}
      role="img"
      aria-label=${t("tags.weeks", { counts: trend.join(", ") })}>
      ${trend.map(
        (count, at) => html`
          <rect x=${at * 6} width="4" y=${18 - height(count)} height=${height(count)} />
        `,
      )}
    </svg>
  `;
}

function Row({ found, chosen, onChosen }) {
  const { tag, count, latest, trend } = found;
  const toggle = (on) => onChosen(on ? [...chosen, tag] : chosen.filter((one) => one !== tag));
  return html`
    <tr>
      <td><${Choose} name=${tag} checked=${chosen.includes(tag)} onChange=${toggle} /></td>
      <td class="wrap">
        <a href=${linkWith(["history"], { tab: "documents", tag })}>${tag}</a>
      </td>
      <td class="end num">${number(count)}</td>
      <td class="roomy"><${Trend} trend=${trend} /></td>
      <td class="roomy small soft">${moment(latest)}</td>
    </tr>
  `;
}

const Table = ({ found, chosen, onChosen }) => html`
  <div class="scroll">
    <table class="plate tags-table" aria-label=${t("nav.tags")}>
      <thead>
        <tr>
          <th><span class="sr">${t("choose")}</span></th>
          <th>${t("result.tag")}</th>
          <th class="end">${t("history.documents")}</th>
          <th class="roomy">${t("tags.trend")}</th>
          <th class="roomy">${t("tags.latest")}</th>
        </tr>
      </thead>
      <tbody>
        ${found.map(
          (each) => html`
            <${Row} key=${each.tag} found=${each} chosen=${chosen} onChosen=${onChosen} />
          `,
        )}
      </tbody>
    </table>
  </div>
`;

/** What can be done with the tags that are chosen; each is a job that can be undone. */
function Acts({ chosen, onStarted, onClear }) {
  const [asking, ask] = useState("");
  const [remove, busy] = useAction(async () => {
    await startTagJob({ action: "delete", tags: chosen });
    onStarted();
  });
  const one = chosen.length === 1;
  const dialog = { chosen, onStarted, onClose: () => ask("") };
  return html`
    <div class="save-bar" role="region" aria-label=${t("tags.chosen", { n: chosen.length })}>
      <span class="grow wrap" role="status">${t("tags.chosen", { n: chosen.length })}</span>
      <${Button} onClick=${onClear}>${t("chooseNone")}<//>
      <${Button} cls="main" icon="pencil" onClick=${() => ask("name")}>
        ${t(one ? "tags.rename" : "tags.merge")}
      <//>
      ${one &&
      html`
        <${Button} icon="plus" onClick=${() => ask("split")}>${t("tags.split")}<//>
      `}
      <${Button} cls="bad" icon="trash" busy=${busy} onClick=${() => ask("delete")}>
        ${t("tags.delete")}
      <//>
    </div>
    ${asking === "name" &&
    html`
      <${NewName} ...${dialog} />
    `}
    ${asking === "split" &&
    html`
      <${Split} ...${dialog} />
    `}
    ${asking === "delete" &&
    html`
      <${Confirm}
        title=${t("tags.deleteTitle")}
        text=${t("tags.deleteText", { tags: chosen.join(", ") })}
        yes=${t("tags.delete")}
        onYes=${remove}
        onClose=${() => ask("")} />
    `}
  `;
}

function Filters({ prefix, sort }) {
  const [typed, setTyped] = useState(prefix);
  useEffect(() => {
    setTyped((now) => (now.trim() === prefix ? now : prefix));
  }, [prefix]);
  useEffect(() => {
    const text = typed.trim();
    // The first letter is a new entry for the Back key, the others are not.
    const timer = setTimeout(
      () => text !== prefix && setQuery({ q: text, at: "" }, { replace: prefix !== "" }),
      300,
    );
    return () => clearTimeout(timer);
  }, [typed]);
  return html`
    <div class="filters">
      <${Field}
        type="search"
        label=${t("tags.search")}
        maxlength="200"
        value=${typed}
        onValue=${setTyped} />
      <${Field}
        as="select"
        label=${t("sort.label")}
        value=${sort}
        onValue=${(name) => setQuery({ sort: name === "count" ? "" : name, at: "" })}>
        ${SORTS.map(
          (name) => html`
            <option value=${name} selected=${name === sort}>${t(`tags.by.${name}`)}</option>
          `,
        )}
      <//>
    </div>
  `;
}

function Found({ data, prefix, offset, chosen, onChosen }) {
  return html`
    <p class="small soft" role="status">
      ${t("tags.count", { n: data.total })}
      ${data.sampled_documents > 0 && ` ${t("tags.sampled", { n: data.sampled_documents })}`}
    </p>
    ${data.tags.length
      ? html`
          <${Table} found=${data.tags} chosen=${chosen} onChosen=${onChosen} />
        `
      : html`
          <${Empty} icon="tag">${t(prefix ? "tags.none" : "tags.empty")}<//>
        `}
    <${Pager}
      offset=${offset}
      size=${SIZE}
      shown=${data.tags.length}
      total=${data.total}
      onOffset=${(at) => setQuery({ at: at || "" })} />
  `;
}

export function TagsView({ query }) {
  const prefix = query.get("q") ?? "";
  const sort = query.get("sort") ?? "count";
  const offset = Number(query.get("at")) || 0;
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const [round, setRound] = useState(0);
  const { data, error, again } = useFetched(
    () => tags({ prefix, sort, limit: SIZE, offset }),
    [prefix, sort, offset],
  );
  const started = () => {
    setChosen([]);
    setRound(round + 1);
  };
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("nav.tags")}</h1>
        <p class="soft">${t("tags.lead")}</p>
      </header>
      <${TagJobs} round=${round} onNews=${again} />
      <section class="card stack">
        <${Filters} prefix=${prefix} sort=${sort} />
        <${Failure} error=${error} again=${again} />
        ${!data &&
        !error &&
        html`
          <${Loading} />
        `}
        ${data &&
        html`
          <${Found} ...${{ data, prefix, offset, chosen }} onChosen=${setChosen} />
        `}
      </section>
      ${chosen.length > 0 &&
      html`
        <${Acts} chosen=${chosen} onClear=${() => setChosen([])} onStarted=${started} />
      `}
    </div>
  `;
}
