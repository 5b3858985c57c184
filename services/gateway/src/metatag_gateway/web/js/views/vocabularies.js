// Lists of allowed tags: made from lines or a CSV, changed, taken away.
import { useState } from "preact/hooks";
import {
  deleteVocabulary,
  putVocabulary,
  readDocuments,
  vocabularies,
  vocabulary,
} from "../api.js";
import { html } from "../html.js";
import { number, t } from "../i18n.js";
import { FileField } from "../ui/file-field.js";
import { count, fromRows, toTable, toText } from "../lib/terms.js";
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
import { toast } from "../ui/toasts.js";

// Files of SKOS by their ending.
const SKOS = { ttl: "text/turtle", rdf: "application/rdf+xml", xml: "application/rdf+xml" };

function Editor({ first, onSaved, onClose }) {
  const [name, setName] = useState(first.name);
  const [text, setText] = useState(first.text);
  const [error, setError] = useState(null);
  const terms = count(text);
  const [save, busy] = useAction(async () => {
    const made = await putVocabulary(name.trim(), toTable(text));
    toast(t("vocabulary.saved", { name: made.name, version: made.version }), "good");
    onSaved();
  });
  const submit = (event) => {
    event.preventDefault();
    const wrong = !name.trim()
      ? t("vocabulary.needName")
      : terms === 0
        ? t("vocabulary.needTerms")
        : null;
    setError(wrong);
    if (!wrong) save();
  };
  const [read] = useAction(async (file) => {
    const stem = file.name.replace(/\.\w+$/, "");
    const type = SKOS[file.name.split(".").pop().toLowerCase()];
    if (type) {
      // The server reads it: a thesaurus has more than fits into a field of text.
      const made = await putVocabulary(name.trim() || stem, file, type);
      toast(t("vocabulary.saved", { name: made.name, version: made.version }), "good");
      onSaved();
      return;
    }
    const found = await readDocuments(file, false);
    setText(fromRows(found.columns, found.documents));
    if (!name) setName(stem);
  });
  return html`
    <section class="card">
      <h2>${t(first.name ? "vocabulary.change" : "vocabulary.new")}</h2>
      <form class="stack" onSubmit=${submit} novalidate>
        <${Field}
          label=${t("vocabulary.name")}
          maxlength="100"
          value=${name}
          readonly=${Boolean(first.name)}
          onValue=${setName}
          error=${error} />
        <${Field}
          as="textarea"
          rows="10"
          label=${t("vocabulary.terms")}
          hint=${t("vocabulary.termsHint")}
          value=${text}
          onValue=${setText} />
        <${FileField}
          accept=".csv,.tsv,.txt,.xlsx,.ttl,.rdf,.xml"
          label=${t("vocabulary.file")}
          onFile=${(file) => file && read(file)} />
        <div class="row">
          <${Button} type="submit" cls="main" busy=${busy}>${t("vocabulary.save", { n: terms })}<//>
          <${Button} onClick=${onClose}>${t("cancel")}<//>
        </div>
      </form>
    </section>
  `;
}

export function VocabulariesView() {
  const { data, error, again } = useFetched(vocabularies, []);
  const [edited, edit] = useState(null);
  const [doomed, doom] = useState(null);
  const [open] = useAction(async (name) =>
    edit({ name, text: toText((await vocabulary(name)).terms) }),
  );
  const [remove] = useAction(async (name) => {
    await deleteVocabulary(name);
    toast(t("vocabulary.deleted"), "good");
    again();
  });
  const found = data?.vocabularies ?? [];
  return html`
    <div class="view stack loose">
      <header class="row apart">
        <div>
          <h1>${t("nav.vocabularies")}</h1>
          <p class="soft">${t("vocabulary.lead")}</p>
        </div>
        ${!edited &&
        html`
          <${Button} cls="main" icon="plus" onClick=${() => edit({ name: "", text: "" })}>
            ${t("vocabulary.new")}
          <//>
        `}
      </header>
      ${edited &&
      html`
        <${Editor}
          key=${edited.name}
          first=${edited}
          onSaved=${() => {
            edit(null);
            again();
          }}
          onClose=${() => edit(null)} />
      `}
      <${Failure} error=${error} again=${again} />
      <section class="card">
        ${!data && !error
          ? html`
              <${Loading} />
            `
          : found.length === 0
            ? html`
                <${Empty} icon="tag">${t("vocabulary.empty")}<//>
              `
            : html`
                <ul class="found">
                  ${found.map(
                    (one) => html`
                      <li key=${one.name}>
                        <div class="row apart">
                          <div class="grow">
                            <div class="strong">${one.name}</div>
                            <div class="small soft num">
                              ${t("vocabulary.about", {
                                n: one.term_count,
                                version: number(one.version),
                              })}
                            </div>
                          </div>
                          <div class="row tight">
                            <${Button} cls="slim" icon="pencil" onClick=${() => open(one.name)}>
                              ${t("edit")}
                            <//>
                            <${Button}
                              cls="slim plain"
                              icon="trash"
                              label=${t("vocabulary.delete", { name: one.name })}
                              onClick=${() => doom(one.name)} />
                          </div>
                        </div>
                      </li>
                    `,
                  )}
                </ul>
              `}
      </section>
      ${doomed &&
      html`
        <${Confirm}
          title=${t("vocabulary.deleteTitle")}
          text=${doomed}
          yes=${t("vocabulary.deleteYes")}
          onYes=${() => remove(doomed)}
          onClose=${() => doom(null)} />
      `}
    </div>
  `;
}
