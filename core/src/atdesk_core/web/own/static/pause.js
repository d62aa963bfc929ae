// Pause and "I'm back". What could not be sent says so, and is tried again where one can see it.

import { Refused, json } from "./calls.js";
import { $, make, show, write } from "./dom.js";
import { has, t } from "./words.js";

const AGAIN_S = 2;

let me = null;
let pending = null;
let stopCamera = () => {};
let settled = () => {};
let reasons = "";

/** Begins to listen. `onPause()` closes this page's own camera at once, whatever the network does; `onSettled()`: answered. */
export function begin(onPause, onSettled) {
  stopCamera = onPause;
  settled = onSettled;
  $("pause").addEventListener("click", () => pause());
  $("back").addEventListener("click", () => send("resume"));
  $("pause-reason").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("pause-text").value.trim();
    pause(text ? { text } : {});
    $("pause-text").value = "";
  });
  $("unsent-stop").addEventListener("click", () => settle());
  document.addEventListener("keydown", byKey);
}

// Alt+Shift+P; `code` because the letter itself differs where Alt makes other letters.
function byKey(event) {
  if (!event.altKey || !event.shiftKey || event.code !== "KeyP" || event.repeat || !me) return;
  event.preventDefault();
  if (me.paused) send("resume");
  else pause();
}

/** The agent's own stop. `reason`: `{category}` or `{text}`, or nothing. */
export function pause(reason = {}) {
  const sent = send("pause", reason);
  stopCamera();
  return sent;
}

/** Whether the agent asked for a pause that the service has not confirmed. */
export const asked = () => pending?.what === "pause";

/** Sends, and sends again until it is through or the agent stops it. */
async function send(what, body = {}) {
  const one = { what, tries: 0, again: () => attempt(one, body) };
  if (pending) clearTimeout(pending.timer);
  pending = one;
  render(me);
  await one.again();
}

async function attempt(one, body) {
  if (pending !== one) return;
  one.tries += 1;
  try {
    await json("POST", `api/me/${one.what}`, body);
    if (pending === one) settle(t(`${one.what}.done`));
  } catch (error) {
    if (pending !== one) return;
    one.error = error;
    // A refusal is an answer: only what never arrived, or met a service in trouble, is tried again.
    if (error instanceof Refused && error.status < 500 && error.status !== 429 && error.status !== 401) {
      return settle(error.message);
    }
    one.timer = setTimeout(one.again, AGAIN_S * 1000);
    render(me);
  }
}

/** Tries at once: the network is back, or somebody signed in again. */
export function hurry() {
  if (pending?.error) {
    clearTimeout(pending.timer);
    pending.again();
  }
}

function settle(said = "") {
  clearTimeout(pending?.timer);
  pending = null;
  write($("said"), said);
  render(me);
  settled();
}

/** Shows what holds. */
export function render(next) {
  me = next;
  if (!me) return;
  const waiting = pending !== null;
  const focused = document.activeElement;
  show($("pause"), !me.paused);
  show($("back"), Boolean(me.paused));
  if (focused === $("pause") && me.paused) $("back").focus();
  if (focused === $("back") && !me.paused) $("pause").focus();
  $("pause").setAttribute("aria-busy", waiting);
  $("back").setAttribute("aria-busy", waiting);
  show($("unsent"), Boolean(pending?.error));
  if (pending?.error) write($("unsent-line"), t(`${pending.what}.unsent`, { n: pending.tries, why: pending.error.message }));
  renderReasons(me.policy?.pause ?? { reason: "none", categories: [] });
}

function renderReasons(rule) {
  show($("why-pause"), !me.paused && rule.reason !== "none");
  show($("pause-reason"), rule.reason === "text");
  const wanted = rule.reason === "none" ? [] : rule.categories;
  const signature = JSON.stringify([wanted, document.documentElement.lang]);
  if (signature === reasons) return;
  reasons = signature;
  $("categories").replaceChildren(...wanted.map(({ code, label }) =>
    make("button", { type: "button", class: "chip", onclick: () => pause({ category: code }) }, has(`category.${code}`) ? t(`category.${code}`) : label)));
}
