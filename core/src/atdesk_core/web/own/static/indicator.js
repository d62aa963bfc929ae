// Whether a look is on. Nothing is said to be shown before it really is.

import { $, show, write } from "./dom.js";
import { exactTime, t } from "./words.js";

const AGAIN_MS = 3500;
// A page that is covered by its host, scrolled away or in a hidden tab shows nothing to anybody.
const ENOUGH = 0.5;

const looks = new Map();
const painted = new Set();
let visible = false;
let timer = 0;
let shown = () => {};

/** Begins to watch whether the indicator can be seen. `onShown(look_id)` tells the service; `onSeen()`: it can be. */
export function begin(onShown, onSeen) {
  shown = onShown;
  const changed = () => {
    acknowledge();
    if (visible && !document.hidden) onSeen();
  };
  new IntersectionObserver((entries) => {
    visible = entries.at(-1).intersectionRatio >= ENOUGH;
    changed();
  }, { threshold: [0, ENOUGH] }).observe($("status"));
  document.addEventListener("visibilitychange", changed);
}

/**
 * A look is on: `{look_id, source, reason, text, since}`. The service hears of it when it is painted; `asked`: it has
 * just asked, so it is told even if the whole state brought the same look a moment before.
 */
export function raise(look, asked = false) {
  const known = looks.has(look.look_id);
  looks.set(look.look_id, { ...looks.get(look.look_id), ...look });
  paint();
  // Said again even of a look that is known: `me` may have told of it before the service waited for the answer.
  acknowledge();
  if (known && asked) acknowledge();
  if (known) return;
  clearInterval(timer);
  timer = setInterval(acknowledge, AGAIN_MS);
  write($("polite"), t("look.began", { source: source(look) }));
}

/** This look ended; without an id every one. */
export function lower(lookId) {
  const before = looks.size;
  for (const id of lookId ? [lookId] : [...looks.keys()]) {
    looks.delete(id);
    painted.delete(id);
  }
  if (looks.size === before) return;
  if (looks.size === 0) clearInterval(timer);
  paint();
  write($("polite"), t("look.ended"));
}

/** Whether the indicator of this look is up, and was painted. */
export const isUp = (lookId) => painted.has(lookId) && visible && !document.hidden;

/** The look that began last of those that are on, or undefined. */
export const current = () => [...looks.values()].at(-1);

/** Says it anew, in another language. */
export function paint() {
  const look = current();
  document.body.toggleAttribute("data-look", look !== undefined);
  show($("look"), look !== undefined);
  if (!look) return;
  write($("look-line"), t("look.on"));
  write($("look-more"), t("look.how", { source: source(look), reason: look.text || look.reason, since: exactTime(look.since) }));
}

const source = (look) => t(look.source === "page" ? "look.by_page" : "look.by_meeting");

/** After two frames the first of them is on the screen. A page that is not painted never gets here. */
function acknowledge() {
  if (looks.size === 0 || !visible || document.hidden) return;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    for (const id of looks.keys()) {
      painted.add(id);
      shown(id);
    }
  }));
}
