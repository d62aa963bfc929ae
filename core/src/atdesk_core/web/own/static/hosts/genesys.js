// The Genesys Cloud console, by the messages of its client app SDK, which is a quarter as large as this whole page.
// A browser test holds both beside each other. What is said goes to the origin that framed the page, and no other:
// the page's `frame-ancestors` has already decided which that may be.

const PROTOCOL = { protocol: "purecloud-client-apps", protocolAgentName: "atdesk", protocolAgentVersion: "1" };
const SHOWN_S = 30;

/** Joins the console; it shows the page once it is told that the page is up. Throws when nothing frames the page. */
export function join(parameters) {
  const origin = new URL(parameters.get("gcHostOrigin")).origin;
  if (parent === self) throw new Error("the page is in no frame");
  const say = (action, what = {}) => parent.postMessage({ ...what, action, ...PROTOCOL }, origin);
  addEventListener("message", ({ data, origin: from, source }) => {
    if (source !== parent || from !== origin || data?.purecloudEventType !== "appLifecycleHook") return;
    if (data.hook === "bootstrap") say("bootstrapped");
    if (data.hook === "stop") say("stopped");
  });
  return {
    notice: ({ id, title, text }) =>
      say("showToast", { title, message: text, type: "info", id, markdownMessage: false, timeout: SHOWN_S, showCloseButton: true }),
    waiting: (count) => say("setAttentionCount", { count }),
  };
}
