// The line at the top: is a look on, and if not, how it stands. It is always there.

import { $, show, write } from "./dom.js";
import * as indicator from "./indicator.js";
import * as notices from "./notices.js";
import { name } from "./title.js";
import { t, time } from "./words.js";

/** `session` is that of session.js, `line` the state of the live line, `me` what holds or null. */
export function render(session, line, me, waitS = 0) {
  const state = which(session, line, me);
  $("status").dataset.state = state;
  indicator.paint();
  show($("quiet"), !indicator.current());
  const [head, more] = words(state, me, waitS);
  write($("quiet-line"), head);
  write($("quiet-more"), more);
  show($("try-now"), state === "lost" && line === "waiting");
  show($("stop"), me !== null && session !== "out");
  name(["look", "paused", "lost"].includes(state) ? state : "quiet", session === "here" && notices.urgent());
}

function which(session, line, me) {
  if (session !== "here") return "none";
  if (line !== "open" || !me) return me || line === "waiting" ? "lost" : "none";
  if (indicator.current()) return "look";
  // A break is a pause, too.
  if (me.break_since) return "break";
  return me.paused ? "paused" : "quiet";
}

function words(state, me, waitS) {
  if (state === "paused") return [t("status.paused"), me.paused.since ? t("status.since", { since: time(me.paused.since) }) : me.paused.text];
  if (state === "break") return [t("status.break"), t("status.since", { since: time(me.break_since) })];
  if (state === "lost") return [t("status.lost"), waitS ? t("status.lost_wait", { n: Math.ceil(waitS) }) : t("status.lost_now")];
  if (state === "quiet") return [t("status.quiet"), me.why_no_look || t("status.quiet_more")];
  return [t("status.none"), t("status.none_more")];
}
