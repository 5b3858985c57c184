// Which column is what, with the first rows as they will be sent, and what is wrong before anything
// is.
import { useState } from "preact/hooks";
import { validatePaths } from "../api.js";
import { html } from "../html.js";
import { number, t, word } from "../i18n.js";
import { explain } from "../lib/messages.js";
import { documents as toDocuments, FIELDS } from "../lib/mapping.js";
import { readTable } from "../lib/table.js";
import { Button, Check, Field, Notice, useAction } from "../ui/parts.js";

const SHOWN = 5,
  CHECKED = 200;

function Preview({ documents, wrong }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${t("map.preview")}>
      <table class="plate preview" aria-label=${t("map.preview")}>
        <thead>
          <tr>
            <th>#</th>
            ${FIELDS.map(
              (field) => html`
                <th>${t(`field.${field}`)}</th>
              `,
            )}
          </tr>
        </thead>
        <tbody>
          ${documents.slice(0, SHOWN).map(
            (document) => html`
              <tr key=${document.row_number}>
                <td class="num soft">${document.row_number}</td>
                <td>
                  ${document.title ||
                  html`
                    <span class="soft">${t("map.fromDocument")}</span>
                  `}
                </td>
                <td>
                  <code>${document.file_path || "–"}</code>
                  ${wrong.has(document.row_number) &&
                  html`
                    <div class="small bad-text">${t(wrong.get(document.row_number))}</div>
                  `}
                </td>
                <td>${word("source", document.file_source_type)}</td>
                <td class="soft">${document.description.slice(0, 120) || "–"}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function Wrong({ wrong, documents }) {
  if (wrong.size === 0)
    return html`
      <${Notice} kind="good">${t("map.good", { n: documents.length })}<//>
    `;
  const groups = new Map();
  for (const [row, key] of wrong) groups.set(key, [...(groups.get(key) ?? []), row]);
  return html`
    <${Notice} kind="warn">
      <div class="stack tight">
        <span>${t("map.wrong", { n: wrong.size })}</span>
        <ul>
          ${[...groups].map(
            ([key, rows]) => html`
              <li key=${key} class="small">
                ${t(key)}
                ${t("map.rows", {
                  rows: rows.slice(0, 8).join(", ") + (rows.length > 8 ? " …" : ""),
                })}
              </li>
            `,
          )}
        </ul>
      </div>
    <//>
  `;
}

function Reach({ documents }) {
  const [found, setFound] = useState(null);
  const [run, busy] = useAction(async () => {
    const some = documents.filter((document) => document.file_path).slice(0, CHECKED);
    setFound(
      await validatePaths(
        some.map((document) => ({ path: document.file_path, type: document.file_source_type })),
      ),
    );
  });
  const bad = found?.results.filter((result) => !result.valid) ?? [];
  return html`
    <div class="stack tight">
      <div class="row">
        <${Button} icon="link" busy=${busy} onClick=${run}>${t("map.reach")}<//>
        <span class="soft small">${t("map.reachHint", { n: CHECKED })}</span>
      </div>
      ${found &&
      html`
        <${Notice} kind=${bad.length ? "warn" : "good"} role="status">
          ${t("map.reached", { good: found.valid_count, all: found.total })}
          ${bad.length > 0 &&
          html`
            <ul class="small">
              ${bad.slice(0, 5).map(
                (result) => html`
                  <li key=${result.path}>
                    <code>${result.path}</code>
                    ${": "}${explain({ detail: result.error }, "map.reachFailed")}
                  </li>
                `,
              )}
            </ul>
          `}
        <//>
      `}
    </div>
  `;
}

export function Mapping({ table, wrong, onChange }) {
  const documents = toDocuments(table.rows, table.mapping);
  const [read] = useAction(async (headed) => onChange(await readTable(table.file, headed)));
  return html`
    <section class="card stack">
      <div class="row apart">
        <h2>${table.name}</h2>
        <span class="soft small">
          ${t("map.found", { n: table.rows.length, encoding: table.encoding })}
        </span>
      </div>
      ${table.warnings.map(
        (sentence) => html`
          <${Notice} kind="warn" key=${sentence}>
            ${explain({ detail: sentence }, "say.tableWarning")}
          <//>
        `,
      )}
      <${Check} label=${t("map.header")} checked=${table.headed} onValue=${read} />
      <div class="fields">
        ${FIELDS.map(
          (field) => html`
            <${Field}
              as="select"
              key=${field}
              label=${t(`field.${field}`)}
              error=${field === "file_path" && !table.mapping.file_path
                ? t("map.needPath")
                : undefined}
              onValue=${(value) => onChange({ mapping: { ...table.mapping, [field]: value } })}>
              <option value="" selected=${!table.mapping[field]}>${t(`map.none.${field}`)}</option>
              ${table.columns.map(
                (name, at) => html`
                  <option value=${name} key=${name} selected=${table.mapping[field] === name}>
                    ${table.headed ? name : t("map.column", { n: at + 1 })}
                  </option>
                `,
              )}
            <//>
          `,
        )}
      </div>
      <h3>
        ${t("map.preview")}
        <span class="soft small">
          ${t("map.of", {
            shown: Math.min(SHOWN, documents.length),
            all: number(documents.length),
          })}
        </span>
      </h3>
      <${Preview} documents=${documents} wrong=${wrong} />
      ${table.mapping.file_path &&
      html`
        <${Wrong} wrong=${wrong} documents=${documents} />
        <${Reach} documents=${documents} />
      `}
    </section>
  `;
}
