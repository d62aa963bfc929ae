// Desk checks that are to come: when a person looks, and moving one, once.

import { json } from "./calls.js";
import { $, keep, make, show, write } from "./dom.js";
import { dayAndTime, t } from "./words.js";

let checks = [];

/** Shows each with its time. What is being chosen stays. */
export function render(next) {
  checks = next;
  show($("desk-checks"), checks.length > 0);
  keep($("desk-check-list"), checks, (one) => `${one.check_id} ${one.at} ${one.told} ${one.can_move}`, build);
}

/** Everything anew, in another language. */
export function repaint() {
  $("desk-check-list").replaceChildren();
  render(checks);
}

function build(one) {
  const told = t(one.told ? "desk.told" : "desk.untold");
  return make("li", {}, make("b", {}, dayAndTime(one.at)), ` - ${told}`, one.can_move && form(one));
}

function form(one) {
  const id = `desk-check-${one.check_id}`;
  // The service reads it where the agent works, which is also where the times of this page are.
  const to = make("input", { id, type: "datetime-local", required: true });
  const made = make("form", {}, make("label", { for: id }, t("desk.to")), to, make("button", { type: "submit" }, t("desk.move")));
  made.addEventListener("submit", (event) => move(event, one, to.value));
  return made;
}

async function move(event, one, to) {
  event.preventDefault();
  try {
    await json("POST", `api/me/desk-checks/${encodeURIComponent(one.check_id)}/move`, { to });
    write($("desk-said"), t("desk.moved"));
  } catch (error) {
    write($("desk-said"), error.message);
  }
}
