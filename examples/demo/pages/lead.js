// What the lead has on the screen. The buttons are those of the card, pressed as the console presses them.

const at = (id) => document.getElementById(id);
const clock = (s) => `${Math.floor(Math.max(0, s) / 60)}:${String(Math.floor(Math.max(0, s)) % 60).padStart(2, "0")}`;
const cards = new Map();

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

async function press(card, value) {
  const body = JSON.stringify({ card, value });
  const answer = await fetch("/demo/press", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  at("said").textContent = answer.ok ? "" : "That button is not on the card any more.";
}

function button(card, { text, value }) {
  const one = make("button", text);
  one.type = "button";
  one.addEventListener("click", () => press(card, value));
  return one;
}

function open(link) {
  const one = make("a", "Open the flag");
  one.href = link;
  one.target = "_blank";
  one.rel = "noopener";
  return one;
}

function fields(pairs) {
  const list = make("dl");
  for (const [key, value] of pairs) list.append(make("dt", key), make("dd", value));
  return list;
}

function put(id, element, old) {
  at(id).querySelector(".empty")?.remove();
  if (old) old.replaceWith(element);
  else at(id).prepend(element);
}

const shows = {
  begin({ titles }) {
    at("state-title").textContent = `${titles.state}: Teo Lindqvist`;
    at("cards-title").textContent = titles.cards;
    at("group-title").textContent = titles.group;
    at("group-section").hidden = !titles.group;
  },
  state({ label, presence, by }) {
    at("state").textContent = label;
    at("state").dataset.presence = presence;
    at("by").textContent = by;
  },
  card(data) {
    const card = make("article", "", `card ${data.tone}`);
    const changed = data.changed_s ? `, changed ${clock(data.changed_s)}` : "";
    card.append(make("small", `${clock(data.at_s)}${changed}`), make("strong", data.head), fields(data.fields));
    const actions = make("div", "", "actions");
    actions.append(...data.presses.map((one) => button(data.id, one)));
    if (data.link) actions.append(open(data.link));
    card.append(actions);
    put("cards", card, cards.get(data.id));
    cards.set(data.id, card);
  },
  lead(data) {
    const message = make("p", "", "message");
    message.append(make("small", clock(data.at_s)), make("span", data.text));
    put("group", message);
  },
};

function clear() {
  cards.clear();
  for (const id of ["cards", "group"]) at(id).querySelectorAll(".card, .message").forEach((one) => one.remove());
}

const events = new EventSource("/live/events");
events.onopen = clear;
for (const [topic, show] of Object.entries(shows)) {
  events.addEventListener(topic, (event) => show(JSON.parse(event.data)));
}
events.addEventListener("end", () => events.close());
