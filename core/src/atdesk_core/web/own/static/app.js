// The agent's page, put together.

import { json } from "./calls.js";
import * as camera from "./camera.js";
import * as clock from "./clock.js";
import * as consent from "./consent.js";
import * as deskChecks from "./desk_checks.js";
import { $, show, write } from "./dom.js";
import * as enrolment from "./enrolment.js";
import * as flags from "./flags.js";
import { Frames } from "./frames.js";
import { Attention, findHost } from "./hosts/host.js";
import * as idle from "./idle.js";
import * as indicator from "./indicator.js";
import { connect, taken } from "./live.js";
import * as log from "./log.js";
import * as notices from "./notices.js";
import * as pause from "./pause.js";
import * as preview from "./preview.js";
import * as selfTest from "./self_test.js";
import * as session from "./session.js";
import { proof } from "./sign_in.js";
import * as status from "./status.js";
import * as today from "./today.js";
import * as views from "./views.js";
import { choose, paint, speak, t } from "./words.js";

const query = new URLSearchParams(location.search);
const framed = globalThis.top !== globalThis.self;

let me = null;
let line = "closed";
let waitingUntil = 0;
let trouble = "";
let framesOn = false;
let attention = null;

const live = connect(proof, {
  me: take,
  lookBegins: (look) => { indicator.raise({ since: clock.now(), ...look }, true); draw(); },
  lookEnds: (id) => { indicator.lower(id); frames.endLook(); draw(); logIfOpen(); },
  frames: (wanted) => frames.open(wanted),
  notice: (one) => me && notices.add(one),
  state: lineIs,
});

const frames = new Frames(proof, () => pause.asked() || Boolean(me?.paused), (message) => live.send(message), {
  trouble: (code) => { trouble = code; drawCamera(); },
  fine: () => { trouble = ""; drawCamera(); },
  state: (state, code) => state === "closed" && session.now() === "here" && code === 4401 && session.closed(code),
  reauth: () => session.offerSoon(),
});

async function take(next) {
  clock.set(next.now);
  const before = me;
  me = next;
  // At once: words may take their time to come, and what the line says meanwhile is newer.
  if (me.look) indicator.raise(me.look);
  else indicator.lower();
  if (!me.look) frames.endLook();
  if (before?.look && !me.look) logIfOpen();
  if (await speak(next.person.language, next.person.time_zone)) repaint();
  if (me !== next) return;
  draw();
  attention?.show(me.notices, t("notices.title"));
  wantFrames();
}

function draw() {
  status.render(session.now(), line, me, Math.max(0, (waitingUntil - Date.now()) / 1000));
  if (!me) return;
  write($("person"), me.person.name);
  pause.render(me);
  today.render(me);
  notices.render(me.notices);
  offers();
  flags.render(me.flags, clock.now());
  deskChecks.render(me.desk_checks);
  consent.render(me, views.now() === "agree");
  enrolment.render(me);
  selfTest.render(me);
  idle.render(me);
  drawCamera();
  frames.check();
}

/** The same in another language: what is made once is made anew. */
function repaint() {
  paint();
  session.paint();
  notices.repaint();
  flags.repaint(clock.now());
  deskChecks.repaint();
  log.paint();
}

function offers() {
  show($("offer-queue"), me.offer_queue);
}

async function backOnQueue() {
  try {
    await json("POST", "api/me/back-on-queue", {});
    write($("offer-said"), t("queue.done"));
  } catch (error) {
    write($("offer-said"), error.message);
    if (error.code === "sign_in_with") session.again();
  }
}

/** The camera of this page as a source: asked for by a click once, explained where it fails. */
async function drawCamera() {
  const wanted = Boolean(me?.policy?.camera && me.policy.page_frames);
  const state = wanted ? await camera.permission() : "";
  show($("camera"), wanted);
  show($("camera-allow"), wanted && state !== "granted");
  if (wanted) write($("camera-standing"), trouble || state === "denied" ? preview.trouble(trouble || state) : t(`camera.standing_${state}`));
}

async function allowCamera() {
  try {
    (await camera.open()).close();
    trouble = "";
  } catch (error) {
    trouble = error.code;
  }
  await frames.check(true);
  await drawCamera();
}

function wantFrames() {
  const wanted = Boolean(session.now() === "here" && line === "open" && me?.policy?.camera && me.policy.page_frames);
  if (wanted === framesOn) return;
  framesOn = wanted;
  if (wanted) frames.start();
  else frames.stop();
}
function lineIs(state, detail) {
  line = state;
  waitingUntil = state === "waiting" ? Date.now() + detail * 1000 : 0;
  // Without the line nobody can say whether a look is on; ours ends, its camera with it.
  if (state !== "open") {
    indicator.lower();
    frames.endLook();
  } else pause.hurry();
  if (state === "closed") session.closed(detail);
  draw();
  wantFrames();
}

function viewIs(view) {
  preview.close();
  enrolment.close();
  selfTest.clear();
  if (view === "log") log.load();
  draw();
}

function logIfOpen() {
  if (views.now() === "log") log.load();
}

function away() {
  live.dropped();
  frames.dropped();
}

const handlers = {
  taken,
  here() {
    live.start();
    if (views.now() === "log") log.load();
    draw();
  },
  renewed() {
    live.stop();
    live.start();
    pause.hurry();
  },
  gone(state) {
    live.stop();
    frames.stop();
    framesOn = false;
    preview.close();
    line = "closed";
    indicator.lower();
    if (state === "out") me = null;
    draw();
  },
  left() {
    json("POST", "sign-out", {}).catch(() => {});
  },
};

async function begin() {
  await speak(choose(query.get("lang"), ...navigator.languages));
  indicator.begin((id) => live.send({ t: "shown", look_id: id }), () => frames.check(true));
  notices.begin((id) => live.send({ t: "seen", notice_id: id }));
  pause.begin(() => { frames.endLook("paused"); frames.check(); }, () => frames.check());
  for (const part of [log, consent, enrolment, selfTest, idle]) part.begin();
  $("offer-go").addEventListener("click", backOnQueue);
  $("camera-allow").addEventListener("click", allowCamera);
  $("try-now").addEventListener("click", () => { live.hurry(); frames.hurry(); });
  addEventListener("offline", away);
  addEventListener("online", () => { live.hurry(); frames.hurry(); pause.hurry(); });
  addEventListener("pagehide", () => { preview.close(); frames.endLook(); });
  // The seconds until the next try, and what ends by time alone.
  setInterval(() => line === "waiting" && draw(), 1000);
  show($("own-window"), framed);
  views.begin(viewIs);
  const joining = findHost(query).then(async (host) => {
    attention = new Attention(host);
    session.joined(host);
    if (me) attention.show(me.notices, t("notices.title"));
    else if (host.language && (await speak(choose(query.get("lang"), host.language)))) repaint();
  });
  if (query.get("host") === "teams") await joining;
  await session.begin(framed, handlers);
  document.body.removeAttribute("data-starting");
}

await begin();
