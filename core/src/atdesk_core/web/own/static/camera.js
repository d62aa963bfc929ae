// The camera: open while it is needed and closed right after. Sound is never asked for.

const QUALITY = 0.7;
// Sooner than the service gives the look up, so that it hears why.
const FIRST_PICTURE_MS = 4000;

/** What went wrong: "denied", "blocked" (by the console), "none", "in_use", "insecure", "silent" or "failed". */
export class CameraTrouble extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const BY_NAME = { NotAllowedError: "denied", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "in_use", AbortError: "in_use" };

/** "granted", "denied" or "prompt", as the browser has it for this page. Nothing is asked. */
export async function permission() {
  // Chromium names what the person has said, even to a frame that may not ask.
  if (isBlocked()) return "denied";
  try {
    return (await navigator.permissions.query({ name: "camera" })).state;
  } catch {
    // A browser that cannot say: then it is as if nobody had been asked.
    return "prompt";
  }
}

/** Whether the console around the page keeps the camera from it, whatever anybody allows. */
export const isBlocked = () => !(document.featurePolicy?.allowsFeature?.("camera") ?? true);

/** Opens the camera and waits for its first picture. Raises CameraTrouble. */
export async function open(video = document.createElement("video")) {
  if (!navigator.mediaDevices) throw new CameraTrouble("insecure");
  const stream = await ask();
  const camera = new Camera(stream, video);
  try {
    await camera.begin();
  } catch (error) {
    camera.close();
    throw error;
  }
  return camera;
}

async function ask() {
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 } }, audio: false });
  } catch (error) {
    const code = BY_NAME[error.name] ?? "failed";
    throw new CameraTrouble(code === "denied" && isBlocked() ? "blocked" : code);
  }
}

class Camera {
  #stream;
  #canvas = document.createElement("canvas");

  constructor(stream, video) {
    this.#stream = stream;
    this.video = video;
    this.open = true;
    this.onLost = () => {};
    Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
    // `ended` comes when it is unplugged or taken away, never from our own close; `mute` when its lid closes.
    this.track.addEventListener("ended", () => this.open && this.onLost("unplugged"));
    this.track.addEventListener("mute", () => this.open && this.onLost("muted"));
  }

  get track() {
    return this.#stream.getVideoTracks()[0];
  }

  /** Muted: the track is there and gives nothing, as with a closed lid. */
  get silent() {
    return this.track.muted;
  }

  begin() {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new CameraTrouble(this.silent ? "silent" : "failed")), FIRST_PICTURE_MS);
      this.video.addEventListener("loadeddata", () => { clearTimeout(late); resolve(); }, { once: true });
      this.video.play().catch(() => {});
    });
  }

  /** One JPEG, its longer side at most this: `{blob, width, height, at}` (`at` in milliseconds since the epoch). */
  async picture(maxSide) {
    const { videoWidth: wide, videoHeight: high } = this.video;
    const scale = Math.min(1, maxSide / Math.max(wide, high));
    const width = Math.round(wide * scale);
    const height = Math.round(high * scale);
    Object.assign(this.#canvas, { width, height });
    const at = Date.now();
    this.#canvas.getContext("2d").drawImage(this.video, 0, 0, width, height);
    const blob = await new Promise((resolve) => this.#canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return { blob, width, height, at };
  }

  /** Stops the camera; its light goes out. Closing twice is fine. */
  close() {
    this.open = false;
    for (const track of this.#stream.getTracks()) track.stop();
    this.video.srcObject = null;
    this.#canvas.width = 0;
  }
}
