// The page of the video effect in Teams: a small one of its own. It speaks with atdesk on this very computer, and with
// nothing else: loaded from anywhere else it does nothing.

import { ROOT, json, proveWith } from "../calls.js";
import * as clock from "../clock.js";
import { $, make, show, write } from "../dom.js";
import { begun } from "../hosts/teams.js";
import * as indicator from "../indicator.js";
import { connect } from "../live.js";
import * as signIn from "../sign_in.js";
import { choose, speak, t } from "../words.js";
import { bufferHandler, frameHandler } from "./handlers.js";
import { Outgoing } from "./outgoing.js";
import { own } from "./words.js";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

let me = null;
let line = "closed";
let teams = null;
let meeting = "";
let live = null;
let outgoing = null;

async function begin() {
  await speak(choose(new URLSearchParams(location.search).get("lang"), ...navigator.languages));
  say();
  if (!LOOPBACK.test(ROOT.hostname)) return trouble("other_machine");
  try {
    teams = await begun();
  } catch {
    return trouble("no_teams");
  }
  const context = await teams.app.getContext();
  meeting = context.meeting?.id ?? "";
  if (await speak(choose(context.app.locale))) say();
  const client = { page: "effect", hostClientType: context.app.host?.clientType ?? "" };
  outgoing = new Outgoing(() => json("POST", "api/me/effect", { meeting_id: meeting }), () => Boolean(me?.paused), client, trouble);
  if (!effect()) return trouble("unsupported");
  indicator.begin((id) => live?.send({ t: "shown", look_id: id }), () => {});
  $("pause").addEventListener("click", pause);
  proveWith(signIn.proof, enter);
  await enter();
}

/** Takes part in the agent's video. False where this Teams has none for apps. */
function effect() {
  try {
    const { videoEffects } = teams;
    if (!videoEffects.isSupported()) return false;
    // Before anything else, so that no video waits for our sign-in.
    videoEffects.registerForVideoFrame({
      videoFrameHandler: frameHandler(outgoing), videoBufferHandler: bufferHandler(outgoing), config: { format: "NV12" },
    });
    videoEffects.registerForVideoEffect(async (id) => outgoing.chose(id));
    return true;
  } catch {
    return false;
  }
}

async function enter() {
  try {
    await signIn.byHost({ kind: "teams", token: () => teams.authentication.getAuthToken() });
  } catch (error) {
    return trouble("", error);
  }
  trouble("");
  live ??= connect(signIn.proof, {
    me: take, lookBegins: (look) => { indicator.raise({ since: clock.now(), ...look }, true); say(); }, lookEnds: (id) => { indicator.lower(id); say(); },
    notice: told, frames() {}, state: lineIs,
  });
  live.stop();
  live.start();
  await outgoing.start();
}

async function take(next) {
  clock.set(next.now);
  me = next;
  // At once: words may take their time to come, and what the line says meanwhile is newer.
  if (me.look) indicator.raise(me.look);
  else indicator.lower();
  await speak(me.person.language, me.person.time_zone);
  if (me !== next) return;
  $("notices").replaceChildren(...me.notices.map((one) => make("li", { class: "band" }, one.text)));
  say();
  for (const one of me.notices) seen(one);
  outgoing.check();
}

/** The whole state brings it as well. */
function told(one) {
  $("notices").append(make("li", { class: "band" }, one.text));
  seen(one);
}

/** After two frames it is on the screen; a panel that nobody sees is not painted. */
function seen({ notice_id: id }) {
  requestAnimationFrame(() => requestAnimationFrame(() => live.send({ t: "seen", notice_id: id })));
}

function lineIs(state, code) {
  line = state;
  if (state !== "open") indicator.lower();
  if (state === "closed") {
    outgoing.stop();
    if (code === 4401) enter();
    else trouble(code === 4409 ? "elsewhere" : "not_allowed");
  }
  say();
}

async function pause() {
  await json("POST", me?.paused ? "api/me/resume" : "api/me/pause", {}).catch((error) => trouble("", error));
}

/** Why nothing comes of it; the words of this page where there are some. */
function trouble(code, error) {
  write($("trouble"), own(code, { id: meeting }) || error?.message || "");
}

function say() {
  const look = indicator.current();
  const state = look ? "look" : me?.paused ? "paused" : line === "open" ? "quiet" : "none";
  $("status").dataset.state = state;
  indicator.paint();
  show($("quiet"), !look);
  write($("quiet-line"), t(state === "paused" ? "status.paused" : "status.quiet"));
  write($("quiet-more"), state === "paused" ? "" : own("quiet"));
  show($("stop"), me !== null);
  write($("pause"), own(me?.paused ? "back" : "pause"));
  write($("person"), me?.person.name ?? "");
  write($("explains"), own("explains"));
  write($("limit-title"), own("limit"));
}

await begin();
