// A template of my face, from photos that I take and confirm here. Guidance comes while the camera is open.

import { Refused, json } from "./calls.js";
import { $, focusOn, make, show, write } from "./dom.js";
import * as preview from "./preview.js";
import { t } from "./words.js";

const SIDE = 800;
const EVERY_MS = 900;
const FEWEST = 3;
const MOST = 5;

let opened = null;
let round = 0;
let photos = [];
// One picture of a person at a time is looked at: what is sent waits for what was asked.
let asking = Promise.resolve();
let sending = false;

/** Begins to listen. */
export function begin() {
  $("enrol-open").addEventListener("click", open);
  $("enrol-close").addEventListener("click", () => close(true));
  $("enrol-take").addEventListener("click", take);
  $("enrol-send").addEventListener("click", send);
}

/** Shows whether there is a template, and whether one may be made. */
export function render(me) {
  if (!me.enrolment && opened) close(false);
  show($("enrolment"), true);
  write($("enrolled"), t(me.enrolled ? "enrol.yes" : "enrol.no"));
  write($("enrol-not"), me.why_no_enrolment);
  show($("enrol-not"), !me.enrolment);
  show($("enrol-open"), !opened && me.enrolment);
}

/** Closes the camera; photos that were not sent are gone. */
export function close(focus = false) {
  round += 1;
  if (opened) preview.close();
  opened = null;
  photos = [];
  show($("enrol-box"), false);
  show($("enrol-open"), true);
  paint();
  if (focus) $("enrol-open").focus();
}

async function open() {
  write($("enrol-said"), "");
  const got = await preview.open($("enrol-video"), $("enrol-said"));
  if (!got) return;
  opened = got;
  got.onLost = (why) => { close(true); write($("enrol-said"), preview.trouble(why === "muted" ? "silent" : "none")); };
  show($("enrol-box"), true);
  show($("enrol-open"), false);
  focusOn($("enrol-take"));
  paint();
  guide(++round);
}

/** Asks about a picture a second. Nothing of it is kept, here or there. */
async function guide(mine) {
  while (mine === round && opened) {
    if (!sending) {
      asking = ask(mine);
      await asking;
    }
    await new Promise((again) => setTimeout(again, EVERY_MS));
  }
}

async function ask(mine) {
  try {
    const { blob } = await opened.picture(SIDE);
    const said = await json("POST", "api/me/enrolment/photo", blob);
    if (mine === round) advise(said);
  } catch (error) {
    if (mine === round && error.code !== "busy") write($("enrol-advice"), error.message);
  }
}

function advise(said) {
  $("enrol-frame").dataset.fit = said.fit;
  write($("enrol-advice"), said.fit ? t("enrol.fit") : said.words.join(" "));
  const face = $("enrol-face");
  const box = said.face;
  show(face, Boolean(box));
  // Sizes of a picture are set as attributes of SVG, which no policy on styles stands against.
  if (box) for (const [name, value] of [["x", box.x], ["y", box.y], ["width", box.w], ["height", box.h]]) face.setAttribute(name, String(value * 100));
}

async function take() {
  if (!opened || photos.length >= MOST) return;
  const { blob, width, height } = await opened.picture(SIDE);
  const canvas = make("canvas", { width: String(width), height: String(height), role: "img", "aria-label": t("enrol.photo", { n: photos.length + 1 }) });
  canvas.getContext("2d").drawImage(opened.video, 0, 0, width, height);
  photos.push({ blob, canvas, note: "" });
  paint();
}

function paint() {
  $("enrol-photos").replaceChildren(...photos.map((photo, place) => make("li", {}, photo.canvas,
    make("p", { class: "note" }, photo.note),
    make("button", { type: "button", onclick: () => remove(photo), "aria-label": t("enrol.remove", { n: place + 1 }) }, t("enrol.remove_short")))));
  $("enrol-send").disabled = photos.length < FEWEST;
  $("enrol-take").disabled = photos.length >= MOST;
  write($("enrol-count"), t("enrol.count", { n: photos.length, fewest: FEWEST, most: MOST }));
}

function remove(photo) {
  photos = photos.filter((one) => one !== photo);
  paint();
  focusOn($("enrol-take"));
}

async function send() {
  const form = new FormData();
  for (const photo of photos) form.append("photo", photo.blob, "photo.jpg");
  $("enrol-send").setAttribute("aria-busy", "true");
  sending = true;
  await asking;
  try {
    const got = await json("POST", "api/me/enrolment", form);
    close();
    write($("enrol-said"), t("enrol.done", { n: got.used }));
    focusOn($("enrolled"));
  } catch (error) {
    if (error instanceof Refused && error.body?.photos) mark(error.body.photos);
    write($("enrol-said"), error.message);
  } finally {
    sending = false;
    $("enrol-send").setAttribute("aria-busy", "false");
  }
}

/** Beside each photo what is wrong with it. */
function mark(said) {
  said.forEach((one, place) => { if (photos[place]) photos[place].note = one.words.join(" "); });
  paint();
}
