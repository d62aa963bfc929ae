// What the agent is told first, with the time that is left before a lead can see anything.

import * as clock from "./clock.js";
import { Refused, json } from "./calls.js";
import { $, keep, make, show, write } from "./dom.js";
import * as pause from "./pause.js";
import { left, t } from "./words.js";

// Moments at which a screen reader is told how much time is left; a countdown of every second would drown it.
const SAY_AT_S = [60, 30, 10];

let notices = [];
let tell = () => {};
const seen = new Set();
const saidAt = new Map();

/** Begins to count down. `onSeen(notice_id)` tells the service that it was on the screen. */
export function begin(onSeen) {
  tell = onSeen;
  setInterval(count, 500);
  document.addEventListener("visibilitychange", markSeen);
}

/** Shows these notices, the newest first. */
export function render(next) {
  notices = [...next].sort((one, other) => other.since - one.since);
  show($("notices"), notices.length > 0);
  // A notice is made anew only when what can be done about it changed; what is being typed stays.
  keep($("notice-list"), notices, (one) => `${one.notice_id} ${one.can}`, build);
  count();
  markSeen();
}

/** The service asks whether this one is on the screen; it may stand there already. */
export function add(notice) {
  seen.delete(notice.notice_id);
  const known = notices.some((one) => one.notice_id === notice.notice_id);
  render(known ? notices : [...notices, { can: [], flag: null, ...notice }]);
}

/** Everything anew, in another language. */
export function repaint() {
  $("notice-list").replaceChildren();
  render(notices);
}

/** Whether a lead can see something soon. */
export const urgent = () => notices.some((one) => one.lead_sees_at && one.lead_sees_at > clock.now());

function build(notice) {
  const id = `notice-${notice.notice_id}`;
  const node = make("li", { class: "notice", "aria-labelledby": id },
    make("p", { id, class: "notice-text" }, notice.text),
    notice.said_wrong && make("p", { class: "soft" }, t("notice.wrong_done")),
    make("p", { class: "countdown" }),
    make("div", { class: "actions" }, ...Object.keys(ACTIONS).filter((one) => notice.can.includes(one)).map((one) => ACTIONS[one](notice))),
    notice.can.includes("wrong") && wrongForm(notice),
    make("p", { class: "outcome", role: "status" }));
  return node;
}

const button = (key, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, t(key));

const ACTIONS = {
  back: (notice) => button("notice.back", () => act(notice, "resume", {}, "notice.back_done"), { class: "main" }),
  pause: () => button("notice.pause", () => pause.pause()),
  break: (notice) => button("notice.break", () => act(notice, "break", notice.flag ? { flag: notice.flag } : {}, "notice.break_done")),
  wrong: (notice) => button("notice.wrong", (event) => open(notice, event.target), { "aria-expanded": String($(`wrong-${notice.notice_id}`)?.hidden === false), "aria-controls": `wrong-${notice.notice_id}` }),
};

function open(notice, opener) {
  const form = $(`wrong-${notice.notice_id}`);
  show(form, form.hidden);
  opener.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) form.querySelector("textarea").focus();
}

function wrongForm(notice) {
  const id = `wrong-${notice.notice_id}`;
  const old = $(id);
  const text = make("textarea", { id: `${id}-text`, rows: "3", maxlength: "2000" });
  text.value = old?.querySelector("textarea").value ?? "";
  const form = make("form", { id, hidden: old?.hidden ?? true },
    make("label", { for: text.id }, t("notice.wrong_label")), text,
    make("button", { type: "submit" }, t("notice.wrong_send")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await act(notice, `notices/${encodeURIComponent(notice.notice_id)}/wrong`, { text: text.value.trim() }, "notice.wrong_done")) show(form, false);
  });
  return form;
}

/** A part of the notice as it stands on the page; null when it has gone. */
const part = (notice, selector) => $(`notice-${notice.notice_id}`)?.parentElement.querySelector(selector);

async function act(notice, path, body, done) {
  const outcome = () => part(notice, ".outcome") ?? $("said");
  try {
    await json("POST", `api/me/${path}`, body);
    write(outcome(), t(done));
    return true;
  } catch (error) {
    write(outcome(), error instanceof Refused ? error.message : t("error.not_sent", { why: error.message }));
    return false;
  }
}

function count() {
  for (const notice of notices) {
    const node = part(notice, ".countdown");
    if (!node) continue;
    show(node, notice.lead_sees_at);
    if (!notice.lead_sees_at) continue;
    const seconds = notice.lead_sees_at - clock.now();
    write(node, seconds > 0 ? t("notice.countdown", { left: left(seconds) }) : t("notice.over"));
    say(notice, seconds);
  }
}

function say(notice, seconds) {
  const step = SAY_AT_S.filter((one) => seconds <= one).at(-1);
  if (!step || seconds <= 0 || saidAt.get(notice.notice_id) === step) return;
  saidAt.set(notice.notice_id, step);
  write($("polite"), t("notice.countdown", { left: left(seconds) }));
}

function markSeen() {
  if (document.hidden) return;
  for (const { notice_id: id, text } of notices) {
    if (seen.has(id)) continue;
    requestAnimationFrame(() => {
      if (seen.has(id) || !tell(id)) return;
      seen.add(id);
      write($("alert"), text);
    });
  }
}
