// How documents are read and tagged: the same choices for one document and for a batch.
import { useEffect, useState } from "preact/hooks";
import { vocabularies } from "../api.js";
import { profiles } from "../api-records.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { askLimits, limits } from "../lib/limits.js";
import { useStore } from "../store.js";
import { Check, Field } from "../ui/parts.js";
import { Profiles } from "./profiles.js";

export const DEFAULTS = {
  num_tags: "8",
  num_pages: "3",
  tagger: "auto",
  ocr: "auto",
  vision: "off",
  vision_model: "",
  tag_language: "",
  languages: "",
  vocabulary: "",
  strict: false,
  folder_tags: false,
  model_name: "",
  api_key: "",
  exclusion_words: "",
  budget_usd: "",
  profile: "",
  instructions: "",
  use_existing_tags: false,
  use_examples: false,
};

const list = (text) =>
  text
    .split(/[,\n]/)
    .map((term) => term.trim())
    .filter(Boolean);
const bounded = (text, low, high) => Math.min(high, Math.max(low, Math.round(Number(text)) || low));

const over = ({ num_pages }) => Number(num_pages) > limits.value.max_pages;

/** The sentence for what these choices cannot be, or null. */
export function misfit(options) {
  if (over(options)) return t("options.pagesOver", { n: limits.value.max_pages });
  const tags = Number(options.num_tags);
  return tags >= 3 && tags <= 15 ? null : t("options.tagsOver");
}

/** The public config; what was left alone is left out: defaults, or a profile, hold. */
export function toConfig(options) {
  const all = {
    num_tags: bounded(options.num_tags, 3, 15),
    num_pages: bounded(options.num_pages, 1, limits.value.max_pages),
    tagger: options.tagger,
    ocr: options.ocr,
  };
  const left = ([name, value]) => options.profile && String(value) === DEFAULTS[name];
  const config = Object.fromEntries(Object.entries(all).filter((one) => !left(one)));
  for (const name of ["use_existing_tags", "use_examples"]) if (options[name]) config[name] = true;
  for (const name of [
    "profile",
    "instructions",
    "tag_language",
    "vocabulary",
    "model_name",
    "api_key",
  ])
    if (options[name].trim()) config[name] = options[name].trim();
  if (options.vision !== "off") {
    config.vision = options.vision;
    if (options.vision_model.trim()) config.vision_model = options.vision_model.trim();
  }
  if (options.languages) config.languages = options.languages.split("+");
  if (options.strict && options.vocabulary) config.strict = true;
  if (options.folder_tags) config.folder_tags = true;
  if (Number(options.budget_usd) > 0) config.budget_usd = Number(options.budget_usd);
  const words = list(options.exclusion_words);
  if (words.length) config.exclusion_words = words;
  return config;
}

const Choice = ({ label, hint, value, onValue, choices }) => html`
  <${Field} as="select" label=${label} hint=${hint} value=${value} onValue=${onValue}>
    ${choices.map(
      ([name, text]) => html`
        <option value=${name} selected=${name === value}>${text}</option>
      `,
    )}
  <//>
`;

/** What a profile keeps of the choices: all but the key and what belongs to one batch. */
const kept = (options) => toConfig({ ...options, profile: "", api_key: "", budget_usd: "" });

export function Options({ value, onValue, children }) {
  const [names, setNames] = useState([]);
  useEffect(() => {
    vocabularies().then(
      (found) => setNames(found.vocabularies.map((one) => one.name)),
      () => {},
    );
  }, []);
  const [profileNames, setProfiles] = useState([]);
  const askProfiles = () =>
    profiles().then(
      (found) => setProfiles(found.profiles.map((one) => one.name)),
      () => {},
    );
  useEffect(() => void askProfiles(), []);
  const { max_pages } = useStore(limits);
  useEffect(askLimits, []);
  const put = (name) => (given) => onValue({ ...value, [name]: given });
  const pick = (name) => ({ value: value[name], onValue: put(name) });
  return html`
    <div class="stack">
      <div class="fields">
        <${Field}
          label=${t("options.tags")}
          hint=${t("options.tagsHint")}
          type="number"
          min="3"
          max="15"
          ...${pick("num_tags")} />
        <${Field}
          label=${t("options.pages")}
          hint=${t("options.pagesHint", { n: max_pages })}
          error=${over(value) ? t("options.pagesOver", { n: max_pages }) : undefined}
          type="number"
          min="1"
          max=${max_pages}
          ...${pick("num_pages")}>
          <button
            type="button"
            class="link small start"
            onClick=${() => put("num_pages")(String(max_pages))}>
            ${t("options.allPages")}
          </button>
        <//>
        <${Choice}
          label=${t("options.tagger")}
          choices=${["auto", "local", "llm", "both"].map((name) => [name, t(`tagger.${name}`)])}
          ...${pick("tagger")} />
        <${Choice}
          label=${t("options.language")}
          choices=${[
            ["", t("options.languageAuto")],
            ["en", t("language.en")],
            ["hi", t("language.hi")],
            ["document", t("options.languageDocument")],
          ]}
          hint=${value.tagger === "local" && ["en", "hi"].includes(value.tag_language)
            ? t("options.offlineLanguage")
            : undefined}
          ...${pick("tag_language")} />
      </div>
      <details class="more">
        <summary>${t("options.more")}</summary>
        <div class="stack">
          <div class="fields">
            <${Choice}
              label=${t("options.ocr")}
              choices=${["auto", "force", "skip"].map((name) => [name, t(`ocr.${name}`)])}
              ...${pick("ocr")} />
            <${Choice}
              label=${t("options.vision")}
              hint=${value.vision === "off" ? undefined : t("options.visionHint")}
              choices=${["off", "auto", "force"].map((name) => [name, t(`vision.${name}`)])}
              ...${pick("vision")} />
            ${value.vision !== "off" &&
            html`
              <${Field}
                label=${t("options.visionModel")}
                placeholder="openai/gpt-4o-mini"
                ...${pick("vision_model")} />
            `}
            <${Choice}
              label=${t("options.read")}
              choices=${[
                ["", t("options.readAuto")],
                ["eng", t("language.eng")],
                ["hin", t("language.hin")],
                ["eng+hin", t("options.readBoth")],
              ]}
              ...${pick("languages")} />
            <${Choice}
              label=${t("options.vocabulary")}
              choices=${[["", t("options.vocabularyNone")], ...names.map((name) => [name, name])]}
              ...${pick("vocabulary")} />
            ${(value.tagger !== "local" || value.vision !== "off") &&
            html`
              <${Field}
                label=${t("options.key")}
                hint=${t("options.keyHint")}
                type="password"
                autocomplete="off"
                ...${pick("api_key")} />
            `}
            ${value.tagger !== "local" &&
            html`
              <${Field}
                label=${t("options.model")}
                placeholder="openai/gpt-4o-mini"
                ...${pick("model_name")} />
              <${Field}
                wide
                as="textarea"
                maxlength="2000"
                label=${t("options.instructions")}
                hint=${t("options.instructionsHint")}
                ...${pick("instructions")} />
            `}
            <${Field}
              wide
              as="textarea"
              label=${t("options.exclude")}
              hint=${t("options.excludeHint")}
              ...${pick("exclusion_words")} />
          </div>
          ${value.tagger !== "local" &&
          ["use_existing_tags", "use_examples"].map(
            (name) => html`
              <${Check}
                key=${name}
                label=${t(`options.${name}`)}
                checked=${value[name]}
                onValue=${put(name)} />
            `,
          )}
          <${Profiles}
            value=${value.profile}
            names=${profileNames}
            settings=${() => kept(value)}
            onChosen=${put("profile")}
            again=${askProfiles} />
          <${Check}
            label=${t("options.folderTags")}
            hint=${t("options.folderTagsHint")}
            checked=${value.folder_tags}
            onValue=${put("folder_tags")} />
          ${value.vocabulary &&
          html`
            <${Check}
              label=${t("options.strict")}
              hint=${t("options.strictHint")}
              checked=${value.strict}
              onValue=${put("strict")} />
          `}
          ${children}
        </div>
      </details>
    </div>
  `;
}
