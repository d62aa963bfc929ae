// Shows the agent's page and the lead's view beside each other, with what happens above them.

const at = (id) => document.getElementById(id);

/** In the demo's film the agent is signed in already; else the page asks, as it does in a console. Where the film
 * comes through the agent's page, a second one would take over: what the engine sees is shown instead. */
async function signIn() {
  const tab = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/demo/sign-in", { method: "POST", headers, body: JSON.stringify({ tab }) });
  if (answer.status === 409) {
    at("agent-where").textContent = "Teo Lindqvist: what the engine sees, and what the agent is told";
    return "/live";
  }
  if (answer.status === 200) sessionStorage.setItem("atdesk.tab", JSON.stringify({ ...(await answer.json()), tab }));
  return "/me/?host=demo";
}

const shows = {
  begin({ note, titles }) {
    at("lead-where").textContent = `Mira Halloran, ${titles.lead}`;
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

at("agent").src = sessionStorage.getItem("atdesk.tab") ? "/me/?host=demo" : await signIn();
