// Words of the page in English and Hindi, and numbers, dates and durations in the reader's manner.
import { en } from "./lang/en.js";
import { hi } from "./lang/hi.js";
import { language } from "./prefs.js";

const WORDS = { en, hi };
const locale = () => (language.value === "hi" ? "hi-IN" : "en-IN");

/** The text for a key; `{name}` is replaced, and `key_one` is used where `n` is 1. */
export function t(key, values = {}) {
  const words = WORDS[language.value] ?? en;
  const text = (values.n === 1 && (words[`${key}_one`] ?? null)) || words[key] || en[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value, 1) : (value ?? whole);
  });
}

/**
 * The text for a word the server chose ("completed"), or that word itself when it is new to this
 * page.
 */
export function word(group, value) {
  if (!value) return "–";
  const key = `${group}.${value}`;
  return (WORDS[language.value] ?? en)[key] ?? en[key] ?? String(value).replaceAll("_", " ");
}

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value ?? 0);
export const percent = (share) =>
  new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(
    share || 0,
  );
export const moment = (iso) =>
  iso
    ? new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(
        new Date(iso),
      )
    : "–";
export const day = (iso) =>
  new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" }).format(new Date(iso));

/** US dollars; null when the provider did not say. */
export function money(usd) {
  if (usd === null || usd === undefined) return t("cost.unknown");
  if (usd === 0) return t("cost.free");
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: 5,
  }).format(usd);
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 1) return t("time.ms", { n: Math.round(seconds * 1000) });
  if (seconds < 60) return t("time.s", { n: Math.round(seconds * 10) / 10 });
  if (seconds < 3600)
    return t("time.ms2", { m: Math.floor(seconds / 60), s: Math.round(seconds % 60) });
  return t("time.hm", { h: Math.floor(seconds / 3600), m: Math.floor((seconds % 3600) / 60) });
}

export function bytes(size) {
  if (!size) return "–";
  const unit = size >= 1e6 ? "megabyte" : size >= 1e3 ? "kilobyte" : "byte";
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit,
    maximumFractionDigits: size >= 1e6 ? 1 : 0,
  }).format(size / { megabyte: 1e6, kilobyte: 1e3, byte: 1 }[unit]);
}
