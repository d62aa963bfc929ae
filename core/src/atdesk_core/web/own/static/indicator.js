// Whether a look is on. Nothing is said to be shown before it really is.

import { $, show, write } from "./dom.js";
import { exactTime, t } from "./words.js";

const AGAIN_MS = 3500;
// A page that is covered by its host, scrolled away or in a hidden tab shows nothing to anybody.
const ENOUGH = 0.5;

let visible = false;
let look = null;
let timer = 0;
let painted = "";
let shown = () => {};

/** Begins to watch whether the indicator can be seen. `onShown(look_id)` tells the service. */
export function begin(onShown) {
  shown = onShown;
  new IntersectionObserver((entries) => {
    visible = entries.at(-1).intersectionRatio >= ENOUGH;
    if (visible) acknowledge();
  }, { threshold: [0, ENOUGH] }).observe($("status"));
  document.addEventListener("visibilitychange", acknowledge);
}

/** A look began: `{look_id, source, reason, since}`. The service hears of it when it is painted. */
export function raise(one) {
  const known = look?.look_id === one.look_id;
  look = one;
  paint();
  if (known) return;
  clearInterval(timer);
  timer = setInterval(acknowledge, AGAIN_MS);
  write($("polite"), t("look.began", { source: source(one) }));
  acknowledge();
}

/** This look ended; without an id whatever is up. */
export function lower(lookId) {
  if (!look || (lookId && look.look_id !== lookId)) return;
  look = null;
  clearInterval(timer);
  paint();
  write($("polite"), t("look.ended"));
}

/** Whether the indicator of this look is up, and was painted. */
export const isUp = (lookId) => look?.look_id === lookId && painted === lookId && visible && !document.hidden;

/** The look that is on, or null. */
export const current = () => look;

/** Says it anew, in another language. */
export function paint() {
  document.body.toggleAttribute("data-look", look !== null);
  show($("look"), look !== null);
  if (!look) return;
  write($("look-line"), t("look.on"));
  write($("look-more"), t("look.how", { source: source(look), reason: look.text || look.reason, since: exactTime(look.since) }));
}

const source = (one) => t(one.source === "page" ? "look.by_page" : "look.by_meeting");

/** After two frames the first of them is on the screen. A page that is not painted never gets here. */
function acknowledge() {
  const one = look;
  if (!one || !visible || document.hidden) return;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (look?.look_id !== one.look_id) return;
    painted = one.look_id;
    shown(one.look_id);
  }));
}
