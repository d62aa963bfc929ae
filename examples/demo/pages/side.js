// Shows the agent's page and the lead's view beside each other, with what happens above them.

const at = (id) => document.getElementById(id);

/** In the demo's film the agent is signed in already; else the page asks, as it does in a console. */
async function signIn() {
  const tab = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/demo/sign-in", { method: "POST", headers, body: JSON.stringify({ tab }) });
  if (answer.status === 200) sessionStorage.setItem("atdesk.tab", JSON.stringify({ ...(await answer.json()), tab }));
}

const shows = {
  begin({ note, titles }) {
    at("lead-where").textContent = `, ${titles.lead}`;
    at("note").textContent = note;
    at("note").hidden = !note;
  },
  scene: ({ says }) => (at("says").textContent = says),
  end: ({ says }) => (at("foot").textContent = says),
};

const events = new EventSource("/live/events");
for (const [topic, show] of Object.entries(shows)) {
  events.addEventListener(topic, (event) => show(JSON.parse(event.data)));
}
events.addEventListener("end", () => events.close());

if (!sessionStorage.getItem("atdesk.tab")) await signIn();
at("agent").src = "/me/?host=demo";
