// What applies to me today: policy in plain words, meetings, and what is left of the budget.

import { $, keep, make, show, write } from "./dom.js";
import { number, t, time } from "./words.js";

/** Shows what the service says holds now. */
export function render(me) {
  write($("hello"), t("today.title"));
  write($("shift"), shift(me.shift));
  list($("sentences"), me.policy?.sentences ?? []);
  show($("no-policy"), !me.policy);
  show($("policy-about"), Boolean(me.policy));
  if (me.policy) write($("policy-about"), t("policy.about", { version: me.policy.version, accountable: me.policy.accountable }));
  meetings(me);
  budget(me.budget);
  show($("page-frames"), !(me.policy?.camera && me.policy.page_frames));
}

function shift(one) {
  return one ? t("shift.now", { from: time(one.starts_at), to: time(one.ends_at) }) : t("shift.none");
}

function list(parent, sentences) {
  keep(parent, sentences, (one) => one, (one) => make("li", {}, one));
}

function meetings(me) {
  const named = me.meetings ?? [];
  show($("no-meetings"), named.length === 0);
  keep($("meeting-list"), named, (one) => `${one.id} ${one.purpose}`, (one) =>
    make("li", {}, make("b", {}, one.id), one.purpose && ` - ${one.purpose}`));
}

function budget(one) {
  show($("budget"), Boolean(one));
  if (!one) return;
  const total = one.frames_used + one.frames_left;
  write($("budget-looks"), number(one.looks));
  write($("budget-frames"), t("budget.of", { used: one.frames_used, total }));
  write($("budget-seconds"), t("budget.of", { used: Math.round(one.seconds_used), total: Math.round(one.seconds_used + one.seconds_left) }));
  Object.assign($("budget-meter"), { max: Math.max(1, total), value: one.frames_used });
  write($("budget-left"), t("budget.left", { n: one.frames_left }));
}
