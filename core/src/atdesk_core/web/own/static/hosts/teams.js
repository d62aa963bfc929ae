// Microsoft Teams, by its own SDK: the one host that can say who is here, and the one whose SDK is loaded for it. It is
// half as large again as this whole page, and loads in Teams alone.

const SDK = new URL("teams/MicrosoftTeams.min.js", import.meta.url).href;
const ANSWER_MS = 10_000;
// The first time Teams may ask the person whether they agree.
const CONSENT_MS = 120_000;
const CONTRAST = { paper: "#000", sheet: "#000", ink: "#fff", soft: "#fff", line: "#fff", edge: "#fff", link: "#ff0" };

/** Joins Teams. Rejects when nothing answers as Teams does. */
export async function join() {
  const { app, authentication } = await begun();
  const { app: about } = await app.getContext();
  app.registerOnThemeChangeHandler(dress);
  dress(about.theme);
  return {
    // Teams tells the agent by the bot's message.
    notice() {},
    waiting() {},
    kind: "teams",
    language: about.locale,
    /** What Teams says of the person: asked for anew each time, and kept nowhere. */
    token: () => soon(authentication.getAuthToken(), CONSENT_MS),
  };
}

/** TeamsJS, once it has spoken with what frames the page; whom that may be, `frame-ancestors` has decided. */
export async function begun() {
  if (parent === self) throw new Error("the page is in no frame");
  await new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: SDK, onload: resolve, onerror: () => reject(new Error("TeamsJS did not load")) });
    document.head.append(script);
  });
  await soon(globalThis.microsoftTeams.app.initialize([...(location.ancestorOrigins ?? [])].slice(0, 1)));
  return globalThis.microsoftTeams;
}

/** TeamsJS waits for ever for a host that does not answer. */
const soon = (answer, patienceMs = ANSWER_MS) =>
  Promise.race([answer, new Promise((_, reject) => setTimeout(() => reject(new Error("Teams does not answer")), patienceMs))]);

let night;

/** Light, dark or high contrast as Teams is, whatever the system prefers. */
function dress(theme) {
  const { style } = document.documentElement;
  const dark = theme === "dark" || theme === "contrast";
  night ??= [...document.styleSheets].flatMap((one) => [...one.cssRules]).filter((rule) => rule.media?.mediaText.includes("prefers-color-scheme"));
  for (const rule of night) rule.media.mediaText = dark ? "all" : "not all";
  style.colorScheme = dark ? "dark" : "light";
  for (const [name, colour] of Object.entries(CONTRAST)) style.setProperty(`--${name}`, theme === "contrast" ? colour : "");
}
