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

/** Plain text: empty lines between blocks; dashes make a list; a short line above more, or alone, is a heading. */
function paragraphs(text) {
  return text.trim().split(/\n\s*\n/).flatMap((block) => {
    const lines = block.split("\n").map((line) => line.trim());
    const made = [];
    if (/^[^-*.:]{1,80}$/.test(lines[0])) made.push(make("h4", {}, lines.shift().replace(/^#+ /, "")));
    for (const line of lines) {
      if (!/^[-*] /.test(line)) made.push(make("p", {}, line));
      else if (made.at(-1)?.tagName === "UL") made.at(-1).append(make("li", {}, line.slice(2)));
      else made.push(make("ul", {}, make("li", {}, line.slice(2))));
    }
    return made;
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
