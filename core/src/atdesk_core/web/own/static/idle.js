// A silent keyboard as an event, where policy asks for it and the page has a window of its own. No key is ever seen.

import { json } from "./calls.js";
import { $, show, write } from "./dom.js";
import { t } from "./words.js";

// The least that the browser allows.
const THRESHOLD_MS = 60_000;

let stopped = null;
let allowed = false;
let standing = "idle.off";

/** Begins to listen. */
export function begin() {
  $("idle-allow").addEventListener("click", ask);
}

const possible = () => "IdleDetector" in globalThis && globalThis.top === globalThis.self;

/** Runs where policy wants it and the agent allowed it; the question is asked by a click alone. */
export async function render(me) {
  const wanted = me.idle_detection && possible();
  show($("idle"), wanted);
  if (!wanted) return stop();
  if (!allowed) allowed = await granted();
  show($("idle-allow"), !allowed);
  write($("idle-standing"), t(allowed ? "idle.on" : standing));
  if (allowed && !stopped) await start();
}

async function granted() {
  try {
    return (await navigator.permissions.query({ name: "idle-detection" })).state === "granted";
  } catch {
    return false;
  }
}

async function ask() {
  allowed = (await globalThis.IdleDetector.requestPermission()) === "granted";
  standing = "idle.refused";
  await render({ idle_detection: true });
}

async function start() {
  stopped = new AbortController();
  const detector = new globalThis.IdleDetector();
  let silentSince = 0;
  detector.addEventListener("change", () => {
    const idle = detector.userState === "idle" || detector.screenState === "locked";
    if (idle === silentSince > 0) return;
    // The browser says so when the threshold has passed, not when the silence began.
    if (idle) silentSince = Date.now() - THRESHOLD_MS;
    const seconds = idle ? (Date.now() - silentSince) / 1000 : 0;
    if (!idle) silentSince = 0;
    json("POST", "api/me/idle", { idle, idle_for_s: Math.round(seconds) }).catch(() => {});
  });
  await detector.start({ threshold: THRESHOLD_MS, signal: stopped.signal });
}

/** No more. */
export function stop() {
  stopped?.abort();
  stopped = null;
}
