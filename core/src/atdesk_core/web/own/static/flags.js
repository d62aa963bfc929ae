// My flags, and my say against them.

import { json } from "./calls.js";
import { $, keep, make, show, write } from "./dom.js";
import { dayAndTime, t } from "./words.js";

let flags = [];

/** Shows every flag, the newest first. What is being typed stays. */
export function render(next, now) {
  flags = [...next].sort((one, other) => other.raised_at - one.raised_at);
  show($("no-flags"), flags.length === 0);
  keep($("flag-list"), flags, (one) => one.number, build);
  for (const flag of flags) update(flag, now);
  const open = flags.filter((one) => disputable(one, now)).length;
  show($("flags-open"), open > 0);
  write($("flags-open"), String(open));
}

/** Everything anew, in another language. */
export function repaint(now) {
  $("flag-list").replaceChildren();
  render(flags, now);
}

const disputable = (flag, now) => Boolean(flag.disputable_until && flag.disputable_until > now);

function build(flag) {
  const id = `dispute-${flag.number}`;
  const text = make("textarea", { id, rows: "4", maxlength: "2000", required: true, "aria-describedby": `${id}-note` });
  const form = make("form", { class: "dispute" },
    make("label", { for: id }, t("flag.dispute_label")), text,
    make("p", { id: `${id}-note`, class: "soft" }, t("flag.dispute_note")),
    make("div", { class: "actions" },
      make("button", { type: "submit", class: "main" }, t("flag.dispute")),
      make("button", { type: "button", onclick: () => withdraw(flag) }, t("flag.break"))));
  form.addEventListener("submit", (event) => dispute(event, flag, text));
  return make("li", { class: "card" }, make("h3", {}), make("p", { class: "standing" }), make("p", { class: "soft" }), make("p", { class: "mine" }), form, make("p", { class: "outcome", role: "status" }));
}

function update(flag, now) {
  const node = find(flag);
  write(node.querySelector("h3"), t("flag.title", { number: flag.number, what: flag.text }));
  write(node.querySelector(".standing"), flag.status_text.charAt(0).toUpperCase() + flag.status_text.slice(1));
  write(node.querySelector(".mine"), flag.disputed_text ? t("flag.mine", { text: flag.disputed_text }) : "");
  write(node.querySelector(".soft"), t("flag.times", { since: dayAndTime(flag.since), raised: dayAndTime(flag.raised_at) })
    + (disputable(flag, now) ? ` ${t("flag.until", { until: dayAndTime(flag.disputable_until) })}` : ""));
  show(node.querySelector("form"), disputable(flag, now));
}

const find = (flag) => $("flag-list").querySelector(`[data-key="${CSS.escape(String(flag.number))}"]`);

async function dispute(event, flag, text) {
  event.preventDefault();
  // What was typed leaves the field only when it has arrived.
  if (await send(flag, `flags/${encodeURIComponent(flag.number)}/dispute`, { text: text.value.trim() }, "flag.disputed")) text.value = "";
}

const withdraw = (flag) => send(flag, "break", { flag: flag.number }, "flag.was_break");

async function send(flag, path, body, done) {
  const outcome = find(flag).querySelector(".outcome");
  try {
    await json("POST", `api/me/${path}`, body);
    write(outcome, t(done));
    return true;
  } catch (error) {
    write(outcome, t("error.not_sent", { why: error.message }));
    return false;
  }
}
