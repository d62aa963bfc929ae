"use strict";
// Shows what the feed tells, the newest first. Text is only ever set as text, never as markup.

const at = (id) => document.getElementById(id);
const clock = (s) => `${Math.floor(Math.max(0, s) / 60)}:${String(Math.floor(Math.max(0, s)) % 60).padStart(2, "0")}`;
let story = null, began = 0, frames = 0, looks = 0, states = [], cards = new Map(), pending = false;

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function clear() {
  frames = looks = 0; states = []; cards = new Map();
  for (const id of ["lines", "states", "boxes"]) at(id).replaceChildren();
  for (const id of ["agent", "lead"]) at(id).querySelectorAll(".message, .card").forEach((one) => one.remove());
}

function add(id, element) {
  at(id).querySelector(".empty")?.remove();
  at(id).prepend(element);
}

const shows = {
  begin(data) {
    story = data;
    document.title = `atdesk ${data.title}`;
    at("title").textContent = data.title;
    at("note").textContent = data.note;
    at("note").hidden = !data.note;
    document.querySelectorAll(".agent h2, .lead h2, .log h2").forEach((title) => {
      title.querySelector(".tag")?.remove();
      if (data.note) title.append(make("span", "shortened times", "tag"));
    });
    at("scenes").replaceChildren(...data.scenes.map((scene, n) => {
      const item = make("li");
      item.append(make("span", scene.name));
      const end = n + 1 < data.scenes.length ? data.scenes[n + 1].starts_s : data.ends_s;
      item.style.setProperty("--share", end - scene.starts_s);
      return item;
    }));
  },
  scene(data) {
    began = data.epoch_s - data.at_s;
    at("says").textContent = data.says;
    line(data.at_s, "scene", data.says);
  },
  look(data) {
    looks += data.open ? 1 : 0;
    at("stage").dataset.look = data.open ? "open" : "closed";
    at("look").textContent = data.open ? "looking" : "not looking";
    count();
  },
  seen(data) {
    frames += 1;
    at("seen").textContent = data.says[0].toUpperCase() + data.says.slice(1);
    at("boxes").replaceChildren(...data.boxes.map(box));
    at("stage").dataset.picture = data.picture;
    if (!pending) { pending = true; requestAnimationFrame(load); }
    count();
  },
  state(data) {
    states.push(data);
    at("state-title").textContent = `${data.where} state`;
    const now = at("state");
    now.textContent = data.label;
    now.dataset.presence = data.presence;
    at("state-by").textContent = data.by;
    at("states").replaceChildren(...states.map((one) => make("li", `${clock(one.at_s)} ${one.label}`)));
  },
  agent(data) {
    const message = make("div", undefined, "message");
    message.append(make("small", `${clock(data.at_s)}  ${data.where}`), make("span", data.text));
    add("agent", message);
  },
  lead(data) {
    const message = make("div", undefined, "message");
    message.append(make("small", `${clock(data.at_s)}  ${data.where}`), make("span", data.text));
    add("lead", message);
  },
  card(data) {
    const card = make("div", undefined, `card ${data.tone}`);
    card.append(make("small", `${clock(data.at_s)}  ${data.where}${data.changed_s ? `, changed ${clock(data.changed_s)}` : ""}`));
    card.append(make("strong", data.head));
    const list = make("dl");
    for (const [key, value] of data.fields) list.append(make("dt", key), make("dd", value));
    const buttons = make("ul");
    for (const text of data.buttons) buttons.append(make("li", text));
    card.append(list, buttons);
    const old = cards.get(data.id);
    if (old) old.replaceWith(card); else add("lead", card);
    cards.set(data.id, card);
  },
  line(data) { line(data.at_s, data.tone, data.text); },
  end(data) { at("foot").textContent = data.says; at("look").textContent = "over"; at("stage").dataset.look = "closed"; story = null; },
};

function line(at_s, tone, text) {
  const item = make("li", undefined, tone);
  item.append(make("time", clock(at_s)), make("i"), make("span", text));
  at("lines").prepend(item);
}

function count() {
  at("count").textContent = `${looks} looks, ${frames} frames`;
}

function box(data) {
  const frame = make("div", undefined, data.kind);
  for (const [name, value] of [["left", data.x], ["top", data.y], ["width", data.width], ["height", data.height]]) {
    frame.style[name] = `${100 * value}%`;
  }
  frame.append(make("span", data.label));
  return frame;
}

function load() {
  pending = false;
  const picture = at("picture");
  picture.src = `/live/picture.jpg?n=${at("stage").dataset.picture}`;
  picture.hidden = false;
}

function progress() {
  if (!story || !began) return;
  const now = Date.now() / 1000 - began;
  [...at("scenes").children].forEach((item, n) => {
    const from = story.scenes[n].starts_s;
    const to = n + 1 < story.scenes.length ? story.scenes[n + 1].starts_s : story.ends_s;
    item.style.setProperty("--done", `${100 * Math.min(1, Math.max(0, (now - from) / (to - from)))}%`);
    item.classList.toggle("current", now >= from && now < to);
  });
}

const events = new EventSource("/live/events");
events.onopen = clear;
events.onerror = () => { if (story) at("look").textContent = "the connection is lost"; };
for (const [topic, show] of Object.entries(shows)) {
  events.addEventListener(topic, (event) => show(JSON.parse(event.data)));
}
events.addEventListener("end", () => events.close());
setInterval(progress, 200);
