// What the page says, in the agent's language and time zone.

const LANGUAGES = ["en", "es", "fr"];
const HERE = new URL("words/", import.meta.url);

let words = {};
let language = "";
let locale = "";
let zone;

/** The first of the wanted languages that there is, such as "fr" for "fr-CA"; English when there is none. */
export function choose(...wanted) {
  const short = wanted.filter(Boolean).map((one) => String(one).toLowerCase().slice(0, 2));
  return short.find((one) => LANGUAGES.includes(one)) ?? "en";
}

/** Speaks this language from now on, with times of this IANA zone. True when something changed. */
export async function speak(wanted, timeZone) {
  const next = choose(wanted);
  const nextZone = knownZone(timeZone) ?? zone;
  const changed = next !== language || nextZone !== zone;
  zone = nextZone;
  if (next !== language) {
    const answer = await fetch(new URL(`${next}.json`, HERE));
    words = await answer.json();
    language = next;
    // Of the same language the browser's own kind: 15:05 in London, 3:05 PM in Boston.
    locale = navigator.languages.find((one) => choose(one) === next && one.startsWith(next)) ?? next;
    document.documentElement.lang = next;
  }
  if (changed) paint();
  return changed;
}

function knownZone(name) {
  try {
    return name ? new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone : undefined;
  } catch {
    return undefined;
  }
}

/** The words under a key. `{name}` stands for a value; `n` picks the plural where there are several forms. */
export function t(key, values = {}) {
  let text = words[key];
  if (text === undefined) return key;
  if (typeof text === "object") text = text[new Intl.PluralRules(language).select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
}

/** Whether there are words for this key. */
export const has = (key) => key in words;

const shown = (value) => (typeof value === "number" ? number(value) : String(value ?? ""));

/** Fills every element that names its words: `data-t="key"`, `data-t-attributes="aria-label:key"`. */
export function paint(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-attributes]")) {
    for (const pair of node.dataset.tAttributes.split(";")) {
      const [name, key] = pair.split(":");
      node.setAttribute(name, t(key));
    }
  }
}

export const number = (value) => new Intl.NumberFormat(locale).format(value);
export const time = (at) => format(at, { hour: "2-digit", minute: "2-digit" });
export const exactTime = (at) => format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const dayAndTime = (at) => format(at, { dateStyle: "medium", timeStyle: "short" });
export const iso = (at) => new Date(at * 1000).toISOString();

/** A date such as 2026-11-22 in words. */
export function day(date) {
  const noon = new Date(`${date}T12:00:00Z`);
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(noon);
}

/** Minutes and seconds that are left, such as 1:05. */
export function left(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function format(at, options) {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(at * 1000));
}
