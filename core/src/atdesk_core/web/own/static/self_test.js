// What the checker sees, drawn on my own picture. Nothing is kept.

import { json } from "./calls.js";
import { $, make, show, write } from "./dom.js";
import * as preview from "./preview.js";
import { has, number, t } from "./words.js";

const SIDE = 640;

/** Begins to listen. */
export function begin() {
  $("test-run").addEventListener("click", run);
  $("test-clear").addEventListener("click", clear);
}

/** Shows whether it may be used now. */
export function render(me) {
  show($("test-run"), me.self_test);
  show($("test-not"), !me.self_test);
}

/** The picture goes, here too. */
export function clear() {
  $("test-canvas").width = 0;
  $("test-canvas").height = 0;
  show($("test-result"), false);
}

async function run() {
  const button = $("test-run");
  button.setAttribute("aria-busy", "true");
  clear();
  const opened = await preview.open(document.createElement("video"), $("test-said"));
  try {
    if (opened) await look(opened);
  } catch (error) {
    write($("test-said"), error.message);
  } finally {
    preview.close();
    button.setAttribute("aria-busy", "false");
  }
}

async function look(opened) {
  const picture = await opened.picture(SIDE);
  const pen = draw(opened.video, picture);
  preview.close();
  const said = await json("POST", "api/me/self-test", picture.blob);
  for (const box of said.boxes) outline(pen, box, picture);
  write($("test-says"), said.would_say);
  $("test-boxes").replaceChildren(...said.boxes.map((box) => make("li", {}, t("test.box", { what: label(box), share: Math.round(box.score * 100) }))));
  show($("test-nothing"), said.boxes.length === 0);
  $("test-quality").replaceChildren(...Object.entries(said.quality).flatMap(([name, value]) =>
    [make("dt", {}, has(`quality.${name}`) ? t(`quality.${name}`) : name), make("dd", {}, number(Math.round(value * 100) / 100))]));
  show($("test-result"), true);
  write($("test-said"), t("test.done"));
}

const label = (box) => box.label || (has(`box.${box.kind}`) ? t(`box.${box.kind}`) : box.kind);

function draw(video, { width, height }) {
  const canvas = $("test-canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, width, height);
  return pen;
}

/** A box with a dark edge, so that it stands on light and dark pictures, and its words inside the picture. */
function outline(pen, box, { width, height }) {
  const [x, y, w, h] = [box.x * width, box.y * height, box.w * width, box.h * height];
  for (const [line, colour] of [[5, "rgb(13 15 14 / .8)"], [2.5, COLOURS[box.kind] ?? "#f2d38a"]]) {
    Object.assign(pen, { lineWidth: line, strokeStyle: colour });
    pen.strokeRect(x, y, w, h);
  }
  pen.font = "600 15px system-ui, sans-serif";
  const text = label(box);
  const wide = pen.measureText(text).width + 10;
  const left = Math.min(Math.max(0, x), Math.max(0, width - wide));
  const top = y >= 22 ? y - 22 : Math.min(height - 22, y + h);
  pen.fillStyle = "rgb(13 15 14 / .82)";
  pen.fillRect(left, top, wide, 21);
  pen.fillStyle = "#fff";
  pen.fillText(text, left + 5, top + 15);
}

const COLOURS = { face: "#8fe0c4", person: "#f2d38a", thing: "#ff9a80" };
