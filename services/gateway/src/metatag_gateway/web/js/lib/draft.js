// A document as a person corrects it: what is changed against what the server has.

const TEXTS = ["title", "description", "note"];

/** What can be corrected of a document's detail. */
export function draftOf(document, tags) {
  return {
    title: document.title ?? "",
    description: document.description ?? "",
    note: document.note ?? "",
    tags,
    facets: (document.facets ?? []).map(({ kind, value, ...rest }) => ({ kind, value, ...rest })),
  };
}

const tagText = (tags) => JSON.stringify(tags.map(({ tag }) => tag));
const facetText = (facets) => JSON.stringify(facets.map(({ kind, value }) => [kind, value]));

/** The fields in which two drafts differ. */
export function differing(one, other) {
  const found = TEXTS.filter((name) => one[name] !== other[name]);
  if (tagText(one.tags) !== tagText(other.tags)) found.push("tags");
  if (facetText(one.facets) !== facetText(other.facets)) found.push("facets");
  return found;
}

/** The body that saves these fields of a draft. */
export function bodyOf(draft, fields) {
  const value = (name) => {
    if (name === "tags") return draft.tags.map(({ tag }) => tag);
    if (name === "facets")
      return draft.facets.map(({ kind, value: text }) => ({ kind, value: text }));
    return draft[name];
  };
  return Object.fromEntries(fields.map((name) => [name, value(name)]));
}

const same = (one, other) =>
  one.normalize("NFC").toLocaleLowerCase() === other.normalize("NFC").toLocaleLowerCase();

/** Whether a tag of these letters stands at another place of the list. */
export const standsAlready = (tags, text, at = -1) =>
  tags.some(({ tag }, place) => place !== at && same(tag, text));

/** A tag that a person wrote: no score, and no words of the document that it rests on. */
export const ownTag = (text) => ({
  tag: text,
  score: null,
  source: "person",
  kind: "",
  page: 0,
  evidence: "",
  grounded: false,
});
