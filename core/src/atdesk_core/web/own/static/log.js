// My log: every look by day, also those that found nothing and those that were not allowed.

import { call, json } from "./calls.js";
import { $, make, save, show, write } from "./dom.js";
import { day as inWords, exactTime, iso, t } from "./words.js";

let days = [];
let chosen = "";
let entries = [];
let numbers = {};

/** Begins to listen. */
export function begin() {
  $("log-day").addEventListener("change", (event) => load(event.target.value));
  $("log-looks").addEventListener("change", fill);
  $("log-export").addEventListener("click", exportAll);
  $("log-print").addEventListener("click", () => print());
  $("log-again").addEventListener("click", () => load(chosen));
}

/** Gets one day; without one, the newest. */
export async function load(day = chosen) {
  try {
    const got = await json("GET", `api/me/log${day ? `?day=${encodeURIComponent(day)}` : ""}`);
    days = got.days;
    chosen = got.day;
    // The latest first: whoever looks here has just seen something.
    entries = got.entries.reverse();
    numbers = got.numbers;
    write($("log-said"), "");
    show($("log-again"), false);
    paint();
  } catch (error) {
    write($("log-said"), error.message);
    show($("log-again"), true);
  }
}

/** Everything anew, in another language. */
export function paint() {
  const options = (days.includes(chosen) || !chosen ? days : [chosen, ...days]).map((day) =>
    make("option", { value: day, selected: day === chosen }, inWords(day)));
  $("log-day").replaceChildren(...options);
  show($("log-choice"), days.length > 0);
  write($("log-heading"), chosen ? inWords(chosen) : "");
  fill();
}

function fill() {
  const looksOnly = $("log-looks").checked;
  const shown = entries.filter((one) => !looksOnly || one.look_id);
  show($("log-none"), shown.length === 0);
  show($("log-table"), shown.length > 0);
  $("log-rows").replaceChildren(...shown.map(row));
  write($("log-count"), t("log.count", { n: numbers.looks ?? 0, frames: numbers.frames ?? 0 }));
}

function row(one) {
  const details = [...one.details, one.rule && t("log.rule", { rule: one.rule }), one.policy_version && t("log.policy", { version: one.policy_version })];
  return make("tr", { "data-kind": one.kind },
    make("th", { scope: "row" }, make("time", { datetime: iso(one.at) }, exactTime(one.at))),
    make("td", {}, one.sentence, make("span", { class: "details" }, details.filter(Boolean).join(" - "))));
}

async function exportAll() {
  const button = $("log-export");
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await call("GET", "api/me/export");
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
    save(await answer.blob(), name ?? "atdesk-log.zip");
    write($("log-said"), t("log.exported"));
  } catch (error) {
    write($("log-said"), error.message);
  } finally {
    button.setAttribute("aria-busy", "false");
  }
}
