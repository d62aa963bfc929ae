// What Teams' client says to an app's frame, by the messages of TeamsJS 2.58.0.
//
// `?app=ADDRESS&settings=JSON`. Settings: `context` (of the frame: content, sidePanel, ...), `theme`, `locale`, `video`
// ("sharedFrame", "mediaStream" or "" for none), `blocks` (the frame may not open the camera), `token`, or `refuses` (why
// there is none), `deaf` (nothing is answered), `user`, `meeting`.
const query = new URLSearchParams(location.search);
const settings = {
  context: "content", theme: "default", locale: "en-gb", video: "", blocks: false, token: "", refuses: "",
  deaf: false, user: "ann-oid", meeting: "", ...JSON.parse(query.get("settings") ?? "{}"),
};
const frame = Object.assign(document.createElement("iframe"), { name: "app", title: "atdesk" });
if (!settings.blocks) frame.allow = "camera";
const origin = new URL(query.get("app")).origin;

/** Everything the app said: `{func, args}`. */
window.received = [];

const answers = {
  initialize: () => [
    settings.context, "desktop",
    JSON.stringify({ apiVersion: 4, hostVersionsInfo: {}, isLegacyTeams: false,
      supports: { meeting: {}, ...(settings.video && { video: { [settings.video]: {} } }) } }),
    "2.58.0",
  ],
  getContext: () => [{
    frameContext: settings.context, tid: "11111111-2222-4333-8444-555555555555", userObjectId: settings.user,
    meetingId: settings.meeting, locale: settings.locale, theme: settings.theme, hostClientType: "desktop",
    entityId: "atdesk", sessionId: "s",
  }],
  "authentication.getAuthToken": () => (settings.refuses ? [false, settings.refuses] : [true, settings.token]),
};

addEventListener("message", ({ data, source }) => {
  if (source !== frame.contentWindow || typeof data?.func !== "string") return;
  received.push({ func: data.func, args: data.args });
  const answer = answers[data.func]?.(...(data.args ?? []));
  if (data.func === "video.mediaStream.registerForVideoFrame") tell("video.startVideoExtensibilityVideoStream", { streamId: "outgoing" });
  if (answer && !settings.deaf) source.postMessage({ id: data.id, uuidAsString: data.uuidAsString, args: answer }, origin);
});

/** The host says something by itself, such as `tell("themeChange", "dark")`. */
window.tell = (func, ...args) => frame.contentWindow.postMessage({ func, args }, origin);

/** Video of the shared kind: NV12 pictures of one grey, until `stop()`. */
window.play = (grey, { width = 640, height = 480, fps = 22 } = {}) => {
  let at = 0;
  window.played = 0;
  const timer = setInterval(() => {
    const size = width * height;
    const videoFrameBuffer = new Uint8ClampedArray(size * 1.5).fill(128).fill(grey, 0, size);
    played += 1;
    tell("video.newVideoFrame", { width, height, videoFrameBuffer, lumaStride: width, chromaStride: width, timestamp: (at += 1e6 / fps) });
  }, 1000 / fps);
  window.stop = () => clearInterval(timer);
};

frame.src = query.get("app");
document.querySelector("main").append(frame);
