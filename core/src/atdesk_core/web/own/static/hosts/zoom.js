// The Zoom client that shows the page as a Zoom App. It speaks as Zoom's own SDK does, which is several times as large
// as this whole page; a browser test holds both beside each other.

const ANSWER_MS = 10_000;
const CAPABILITIES = ["showNotification"];

/** Joins the client. Rejects when this is no Zoom client, or it does not answer. */
export async function join() {
  const call = bridge();
  await call("config", { js_api_lists: CAPABILITIES, version: "0.16" });
  return {
    // In "do not disturb" Zoom refuses; the page shows the notice in any case.
    notice: ({ title, text }) => void call("showNotification", { type: "info", title, message: text }).catch(() => {}),
    waiting() {},
  };
}

/** Calls the client: a request goes out as JSON, its answer comes back as a message with the same id. */
function bridge() {
  const [post, heardAt] = wire();
  const waiting = new Map();
  const heard = ({ data }) => {
    if (data?.type !== "apiResponse") return;
    waiting.get(data.data.jsCallId)?.(data.data);
    waiting.delete(data.data.jsCallId);
  };
  heardAt.addEventListener?.("message", heard);
  // The client on a Mac calls this name instead of sending a message.
  globalThis.zoomSdk ??= { native2js: heard };
  return (apiName, data) =>
    new Promise((resolve, reject) => {
      const jsCallId = `id${hex(crypto.getRandomValues(new Uint8Array(16)))}`;
      setTimeout(() => waiting.delete(jsCallId) && reject(new Error(`${apiName} was not answered`)), ANSWER_MS);
      waiting.set(jsCallId, ({ errorCode, errorMessage, result }) =>
        errorCode || errorMessage ? reject(new Error(errorMessage ?? `code ${errorCode}`)) : resolve(result),
      );
      post(JSON.stringify({ jsCallId, apiName, data }));
    });
}

/** How this client takes a message, and where its messages arrive: browser, Windows, Mac. */
function wire() {
  const { chrome, webkit, parent } = globalThis;
  if (parent !== globalThis.self) return [(text) => parent.postMessage(text, "*"), globalThis];
  if (chrome?.webview) return [(text) => chrome.webview.postMessage(text), chrome.webview];
  const mac = webkit?.messageHandlers?.jsOCHelper;
  if (mac) return [(text) => mac.postMessage(text), {}];
  throw new Error("this is no Zoom client");
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
