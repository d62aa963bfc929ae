// Who is at this page: signed out, here, over in the middle, in another tab. What was typed is never lost by it.

import { Refused, Unreachable, proveWith } from "./calls.js";
import * as clock from "./clock.js";
import { $, focusOn, make, show, write } from "./dom.js";
import * as signIn from "./sign_in.js";
import { t, time } from "./words.js";

const WARN_S = 180;

let state = "starting";
let framed = false;
let on = {};
let warned = 0;
let host = null;
// Whose page this is: null before anybody is here, "" once they have signed out.
let whose = null;
let blocked = false;

/** Finds out who is here. `on` has `taken()`: the person wants this page, `here()`, `renewed()`, `gone(state)`, `left()`. */
export async function begin(inFrame, handlers) {
  framed = inFrame;
  on = handlers;
  proveWith(signIn.proof, () => set("expired"));
  signIn.onCode(come);
  $("sign-out").addEventListener("click", leave);
  $("use-here").addEventListener("click", () => { on.taken(); set("here"); });
  $("sign-in-again").addEventListener("click", again);
  // Whom the host named before may not be whom it names now.
  if (signIn.kept()?.host) signIn.forget();
  const code = signIn.codeInAddress();
  if (code) await come(code);
  else set(signIn.proof() ? "here" : "out");
}

/** The console around the page. One that can say who is here is asked before anybody has to click. */
export function joined(one) {
  if (one.token) host = one;
}

/** How it is: "out", "here", "expired", "elsewhere" or "forbidden". */
export const now = () => state;

/** The connection was closed for good. */
export function closed(code) {
  set({ 4401: "expired", 4403: "forbidden", 4409: "elsewhere" }[code] ?? "expired");
}

/** Says it anew, in another language. */
export function paint() {
  show($("out"), state === "out" || state === "expired" || state === "forbidden");
  show($("elsewhere"), state === "elsewhere");
  show($("views"), state !== "starting" && state !== "out");
  show($("nav"), state !== "starting" && state !== "out");
  show($("sign-out"), state === "here");
  $("views").toggleAttribute("data-stale", state !== "here");
  if (state === "out" || state === "expired" || state === "forbidden") {
    write($("out-title"), t(`out.${state}`));
    write($("out-text"), t(`out.${state}_text`));
  }
}

function set(next) {
  const before = state;
  state = next;
  paint();
  if (next === before) return;
  if (next !== "here") show($("soon"), false);
  if (next === "forbidden") offer();
  if (next === "out" || next === "expired") ask().then((here) => here || offer());
  if (next === "expired" || next === "elsewhere") write($("alert"), t(next === "expired" ? "out.expired" : "elsewhere.title"));
  if (next === "here") {
    whose = signIn.proof()?.person ?? "";
    warn();
    on.here();
  } else on.gone(next);
}

/** The service asks for a newer sign-in: nothing is interrupted until it really ends. Then the host is asked. */
export function offerSoon() {
  if (host) return;
  write($("soon-text"), t("soon.text", { at: time(signIn.proof()?.expires_at ?? clock.now()) }));
  show($("soon"), state === "here");
}

/** Offers to sign in anew while everything goes on. */
export function again() {
  write($("out-title"), t("out.out"));
  write($("out-text"), "");
  offer();
  focusOn($("out-title"));
}

/** The buttons to sign in with. Their addresses are made now, so that the click itself may open a window. */
async function offer() {
  show($("out"), true);
  try {
    const offered = await signIn.providers();
    const made = await Promise.all(offered.map(async (one) => [one, await signIn.address(one.id)]));
    $("providers").replaceChildren(...made.map(([one, href]) =>
      make("button", { type: "button", class: "main", onclick: () => go(href) }, t("out.with", { provider: one.label }))));
    if (host) $("providers").append(make("button", { type: "button", onclick: () => { on.taken(); ask(); } }, t("again")));
    write($("out-banner"), made.length || host ? offered.map((one) => one.banner ?? "").join(" ").trim() : t("out.no_provider"));
  } catch (error) {
    write($("out-said"), error.message);
    $("providers").replaceChildren(make("button", { type: "button", onclick: offer }, t("again")));
  }
}

function go(href) {
  // Where somebody is in the middle of something the page stays, and what is typed in it; unless no window can be had.
  const stays = framed || (!blocked && (state === "here" || state === "expired"));
  blocked = !signIn.begin(href, stays);
  write($("out-said"), t(blocked ? "out.blocked" : "out.opened"));
}

async function come(code) {
  on.taken();
  if (!(await take(() => signIn.exchange(code))) && state === "starting") set("out");
}

/** Signs in with what the host says of the person, if it can say that. */
const ask = async () => host !== null && take(() => signIn.byHost(host));

/** Signs in. False: it did not work, which the page says. */
async function take(way) {
  try {
    await way();
  } catch (error) {
    write($("out-said"), error instanceof Unreachable || (host && error instanceof Refused) ? error.message : t("out.failed"));
    return false;
  }
  // Another person gets a page of their own: nothing that was typed or shown here is left in it.
  if (whose !== null && signIn.proof().person !== whose) {
    location.reload();
    return true;
  }
  if (state === "here") {
    show($("out"), false);
    warn();
    on.renewed();
  } else {
    set("here");
    focusOn($("main"));
  }
  return true;
}

/** Some minutes before the sign-in ends it can be made anew, without anything being interrupted. */
function warn() {
  clearTimeout(warned);
  show($("soon"), false);
  const ends = signIn.proof()?.expires_at;
  if (!ends) return;
  const wait = Math.min((ends - WARN_S - clock.now()) * 1000, 2 ** 31 - 1);
  warned = setTimeout(offerSoon, Math.max(0, wait));
}

function leave() {
  on.left();
  host = null;
  signIn.forget();
  set("out");
  whose = "";
  for (const one of document.querySelectorAll("textarea")) one.value = "";
}
