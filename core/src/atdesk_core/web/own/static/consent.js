// Agreeing, refusing, withdrawing. Both answers weigh the same.

import { call, json } from "./calls.js";
import { $, focusOn, make, save, show, write } from "./dom.js";
import { dayAndTime, t } from "./words.js";

let consent = null;
let receipt = null;
let known = "";

/** Begins to listen. */
export function begin() {
  $("agree").addEventListener("click", () => answer("consent", { version: consent.version, language: consent.language }));
  $("refuse").addEventListener("click", () => answer("consent/refuse", { version: consent.version }));
  $("withdraw").addEventListener("click", () => ask(true));
  $("withdraw-no").addEventListener("click", () => ask(false));
  $("withdraw-yes").addEventListener("click", erase);
  $("receipt").addEventListener("click", saveReceipt);
}

/** Gets the text when it is looked at, and again when something about it changed. */
export async function render(me, visible) {
  const now = JSON.stringify([me.consent, document.documentElement.lang]);
  if (!visible || now === known) return;
  known = now;
  try {
    consent = await json("GET", `api/me/consent?language=${document.documentElement.lang}`);
    paint();
  } catch (error) {
    known = "";
    write($("consent-said"), error.message);
  }
}

function paint() {
  const text = $("consent-text");
  text.lang = consent.language;
  text.replaceChildren(...paragraphs(consent.text));
  write($("consent-version"), t("consent.version", { version: consent.version }));
  write($("alternative"), consent.alternative);
  show($("alternative-box"), Boolean(consent.alternative));
  write($("consent-standing"), standing());
  show($("answers"), !consent.given_at);
  show($("withdraw-box"), Boolean(consent.given_at));
}

function standing() {
  if (consent.given_at) return t("consent.given", { at: dayAndTime(consent.given_at) });
  return t(consent.refused ? "consent.refused" : "consent.open");
}

/** Plain text with empty lines between paragraphs; a line with a dash is an item of a list. */
function paragraphs(text) {
  return text.trim().split(/\n\s*\n/).map((block) => {
    const lines = block.split("\n").map((line) => line.trim());
    if (lines.every((line) => /^[-*] /.test(line))) return make("ul", {}, ...lines.map((line) => make("li", {}, line.slice(2))));
    if (lines.length === 1 && /^#+ /.test(lines[0])) return make("h3", {}, lines[0].replace(/^#+ /, ""));
    return make("p", {}, lines.join(" "));
  });
}

async function answer(path, body) {
  try {
    await json("POST", `api/me/${path}`, body);
    write($("consent-said"), t(path === "consent" ? "consent.given_now" : "consent.refused_now"));
    focusOn($("consent-standing"));
  } catch (error) {
    // The text changed while it was being read: the new one is shown, nothing was agreed to.
    if (error.code === "text_changed") known = "";
    write($("consent-said"), error.message);
  }
}

function ask(open) {
  show($("withdraw-sure"), open);
  show($("withdraw"), !open);
  if (open) focusOn($("withdraw-sure-title"));
  else $("withdraw").focus();
}

async function erase() {
  $("withdraw-yes").setAttribute("aria-busy", "true");
  try {
    const got = await call("DELETE", "api/me/consent");
    receipt = await got.blob();
    show($("withdraw-sure"), false);
    show($("withdraw"), true);
    show($("receipt-box"), true);
    write($("consent-said"), t("erase.done"));
    focusOn($("receipt-box"));
  } catch (error) {
    write($("consent-said"), t("error.not_sent", { why: error.message }));
  } finally {
    $("withdraw-yes").setAttribute("aria-busy", "false");
  }
}

function saveReceipt() {
  save(receipt, "receipt.json");
}
