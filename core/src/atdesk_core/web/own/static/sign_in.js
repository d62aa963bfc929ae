// The sign-in of this tab. Token and secret live in this tab alone.

import { Refused, ROOT, json } from "./calls.js";
import * as keeping from "./keeping.js";

const KEY = "atdesk.tab";
const POPUP = "popup,width=520,height=680";

/** What this tab is signed in with: `{tab, token, expires_at, name}`; without a token before the sign-in. */
export function kept() {
  const text = keeping.read(KEY);
  return text ? JSON.parse(text) : null;
}

/** The proof that goes with a request, or null. */
export function proof() {
  const one = kept();
  return one?.token ? one : null;
}

/** Forgets the token, keeps nothing. */
export function forget() {
  keeping.drop(KEY);
}

/** Who one can sign in with: `[{id, label}]`. */
export const providers = () => json("GET", "sign-in/providers");

/** A new secret for this tab; the provider only ever learns its hash. */
function newSecret() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return base64url(bytes);
}

/** The address where the sign-in begins. The secret is made before, so that a click can open it at once. */
export async function address(provider) {
  const tab = kept()?.tab ?? newSecret();
  keeping.keep(KEY, JSON.stringify({ ...kept(), tab }));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(tab));
  const start = new URL(`sign-in/${encodeURIComponent(provider)}/start`, ROOT);
  start.searchParams.set("tab", base64url(new Uint8Array(hash)));
  return start.href;
}

/** Opens the sign-in: in a window of its own where this page is to stay, else in this one. False: it was blocked. */
export function begin(href, stays) {
  if (!stays) {
    location.assign(href);
    return true;
  }
  // The name keeps it to one window, however often the button is pressed.
  return window.open(href, "atdesk-sign-in", POPUP) !== null;
}

/** Calls `done(code)` when the window that was opened has a code for us. */
export function onCode(done) {
  addEventListener("message", (event) => {
    if (event.origin === ROOT.origin && event.data?.t === "signed_in" && event.data.code) done(event.data.code);
  });
}

/** The code that came back in the address, which is taken out of it at once. */
export function codeInAddress() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Turns a one-time code into this tab's token. */
export async function exchange(code) {
  const tab = kept()?.tab;
  if (!tab) throw new Refused(400, "no_tab", "");
  await trade("exchange", { code }, tab);
}

/** Turns what the host says of the person into this tab's token: `{kind, token()}`. */
export async function byHost(host) {
  await trade(host.kind, { token: await host.token() }, kept()?.tab ?? newSecret(), { host: host.kind });
}

async function trade(where, proof, tab, more) {
  const got = await json("POST", `sign-in/${where}`, { ...proof, tab_secret: tab });
  keeping.keep(KEY, JSON.stringify({ ...got, ...more, tab }));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
