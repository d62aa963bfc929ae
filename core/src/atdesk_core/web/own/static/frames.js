// Pictures for a look, over `atdesk.frames.v1` (docs/frames.md), whose socket is open only while looks come. The camera
// is opened when one is asked for and its indicator is up, and closed with it; never to ask for a permission.

import * as camera from "./camera.js";
import * as indicator from "./indicator.js";
import { Wire } from "./wire.js";

const PROTOCOL = "atdesk.frames.v1";
const HEADER_BYTES = 32;
const INDICATOR_WAIT_MS = 2000;
// Whatever happens to the service, no camera stays open longer than its look can take, and this.
const GRACE_S = 10;

const GAPS = { denied: "denied", blocked: "denied", insecure: "denied", none: "unplugged", in_use: "in_use", silent: "muted", failed: "lost" };

const TROUBLES = { denied: "denied", unplugged: "none", in_use: "in_use", muted: "silent", lost: "failed" };
// A console may forbid the camera and let the browser call it granted, as meetings of Teams do.
const TRIED = new Set(["in_use", "muted", "lost", "hidden", "denied"]);

/** One page as a source of pictures. `tell` says on the live line whether it is one; `on` has `trouble(code)`, `fine()`,
 * `state(state, detail)`. */
export class Frames {
  #wire;
  #look = null;
  #seq = 0;
  // What the service was told: why there is nothing to be had, "" for a camera, null for nothing yet.
  #gap;

  constructor(proof, paused, tell, on) {
    Object.assign(this, { proof, paused, tell, on });
    this.#wire = new Wire("frames", PROTOCOL, {
      hello: () => ({ t: "hello", v: 1, source: globalThis.microsoftTeams ? "teams-tab" : "page", token: proof()?.token ?? "", tab: proof()?.tab ?? "" }),
      onMessage: (message) => this.#heard(message),
      onState: (state, detail) => {
        if (state !== "open") this.endLook();
        on.state(state, detail);
      },
    });
    navigator.permissions?.query({ name: "camera" }).then((one) => one.addEventListener("change", () => this.check(true)), () => {});
    navigator.mediaDevices?.addEventListener("devicechange", () => this.check(true));
  }

  hurry() { this.#wire.hurry(); }
  dropped() { this.#wire.dropped(); }

  /** From now on the page is a source: the service hears whether a look could be served. */
  start() {
    this.#gap = null;
    this.check();
  }

  stop() {
    this.#gap = undefined;
    this.open(false);
  }

  /** The service wants the socket, since a look begins; or does not need it any more. */
  open(wanted) {
    if (wanted) return this.#wire.start();
    this.endLook();
    this.#wire.stop();
  }

  /** Tells the service whether a look could be served at all. `anew`: something changed for the camera. */
  async check(anew = false) {
    const reason = (await cannot()) || (this.paused() ? "paused" : "");
    if (this.#gap === undefined) return;
    // What only an attempt can show stays until there is a new reason to try: the service tries by itself, too.
    if (!reason && TRIED.has(this.#gap) && !anew) return;
    if (reason === this.#gap) return;
    this.#gap = reason;
    this.tell({ t: "camera", reason });
    this.#explain(reason);
  }

  /** Closes the camera of a look, at once. `reason` says why, if it was not the service that ended it. */
  endLook(reason) {
    const look = this.#look;
    this.#look = null;
    if (!look) return;
    clearTimeout(look.timer);
    clearTimeout(look.limit);
    look.camera?.close();
    if (!reason) return;
    this.#gap = reason;
    this.#wire.send({ t: "refused", look_id: look.look_id, reason });
    this.check();
  }

  #heard(message) {
    if (message.t === "ready") this.#wire.ready();
    else if (message.t === "look_start") this.#begin(message);
    else if (message.t === "look_end" && this.#look?.look_id === message.look_id) this.endLook();
    else if (message.t === "pace" && this.#look) this.#look.fps = message.fps;
    else if (message.t === "ping") this.#wire.send({ t: "pong" });
    else if (message.t === "reauth") this.on.reauth?.();
  }

  async #begin(order) {
    this.endLook();
    const look = { ...order, sent: 0 };
    this.#look = look;
    look.limit = setTimeout(() => this.#look === look && this.endLook("lost"), (order.max_frames / order.fps + GRACE_S) * 1000);
    if (this.paused()) return this.endLook("paused");
    if (!(await up(order.look_id))) return this.#look === look && this.endLook("hidden");
    const reason = await cannot();
    if (this.#look !== look) return;
    if (reason) return this.#refuse(look, reason);
    await this.#open(look);
  }

  async #open(look) {
    let opened;
    try {
      opened = await camera.open();
    } catch (error) {
      if (this.#look === look) this.#refuse(look, GAPS[error.code] ?? "lost", error.code);
      return;
    }
    // The look may be over by now: then its camera goes at once.
    if (this.#look !== look) return opened.close();
    look.camera = opened;
    opened.onLost = (why) => this.#look === look && this.#refuse(look, why);
    this.#gap = "";
    this.on.fine();
    this.#wire.send({ t: "opened", look_id: look.look_id });
    this.#send(look);
  }

  #refuse(look, reason, trouble) {
    this.endLook(reason);
    this.#explain(reason, trouble);
  }

  #explain(reason, trouble = reason === "denied" && camera.isBlocked() ? "blocked" : TROUBLES[reason]) {
    if (trouble) this.on.trouble(trouble);
    else if (!reason) this.on.fine();
  }

  async #send(look) {
    if (look.camera.silent) return this.#refuse(look, "muted");
    const began = performance.now();
    const seq = ++this.#seq;
    // What has not left the browser yet is not followed by more: this one is given up, its number with it.
    if (this.#wire.waiting === 0) {
      const picture = await look.camera.picture(look.max_side);
      const bytes = picture.blob && new Uint8Array(await picture.blob.arrayBuffer());
      if (this.#look !== look) return;
      if (bytes && this.#wire.send(frame(look.look, seq, picture, bytes))) look.sent += 1;
    }
    if (look.sent >= look.max_frames) return this.endLook();
    const wait = Math.max(0, 1000 / look.fps - (performance.now() - began)) + 5;
    look.timer = setTimeout(() => this.#look === look && this.#send(look), wait);
  }
}

/** Why no look could be served, as a gap reason; "" when one could. Nothing is opened to find out. */
async function cannot() {
  if (!navigator.mediaDevices) return "denied";
  if ((await camera.permission()) !== "granted") return "denied";
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((one) => one.kind === "videoinput") ? "" : "unplugged";
}

/** Whether the indicator of this look is up; it may come by the other line a moment later. */
export async function up(lookId) {
  const until = performance.now() + INDICATOR_WAIT_MS;
  while (!indicator.isUp(lookId) && performance.now() < until) await new Promise((again) => setTimeout(again, 50));
  return indicator.isUp(lookId);
}

/** The 32 bytes of the header, little-endian, and the picture. */
export function frame(look, seq, picture, jpeg) {
  const bytes = new Uint8Array(HEADER_BYTES + jpeg.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("ADF1"));
  view.setUint8(4, 1);
  view.setUint16(6, HEADER_BYTES, true);
  view.setUint16(8, picture.width, true);
  view.setUint16(10, picture.height, true);
  view.setUint32(12, look, true);
  view.setUint32(16, seq, true);
  view.setBigUint64(20, BigInt(Math.round(picture.at * 1000)), true);
  view.setUint32(28, jpeg.length, true);
  bytes.set(jpeg, HEADER_BYTES);
  return bytes.buffer;
}
