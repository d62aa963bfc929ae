// One view at a time; its name is in the address, so that back, reload and links work.

import { $, focusOn, show } from "./dom.js";

const VIEWS = ["today", "log", "flags", "agree", "test"];

let current = "today";

/** The view that is open. */
export const now = () => current;

/** Begins to listen. `onChange(view)` gets the new one. */
export function begin(onChange) {
  addEventListener("hashchange", () => {
    open();
    onChange(current);
    focusOn($(`view-${current}`).querySelector("h2"));
    scrollTo(0, 0);
  });
  open();
}

function open() {
  const wanted = location.hash.slice(1);
  current = VIEWS.includes(wanted) ? wanted : "today";
  for (const view of VIEWS) {
    show($(`view-${view}`), view === current);
    const link = document.querySelector(`nav a[href="#${view}"]`);
    if (view === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
