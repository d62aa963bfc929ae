// Pictures for a look out of the agent's own outgoing video, over `atdesk.frames.v1` to this machine (docs/frames.md).
// Nothing is copied while no look is open, and nothing faster than the service asks for.

import { frame as withHeader, up } from "../frames.js";
import { Wire } from "../wire.js";

const PROTOCOL = "atdesk.frames.v1";
const QUALITY = 0.7;
// Without a picture for so long the camera is off, whatever the client shows.
const FRESH_MS = 2000;
const AGAIN_MS = 2000;

/** What the handlers take pictures for. `token()` gives a new one for a stream; `on(code)` hears why there is none. */
export class Outgoing {
  #wire;
  #look = null;
  #chosen = false;
  #cameAt = -Infinity;
  #next = 0;
  #busy = false;
  #seq = 0;
  #gap = "";
  #token = "";
  #timer = 0;

  constructor(token, paused, client, on) {
    Object.assign(this, { token, paused, on });
    this.#wire = new Wire("frames", PROTOCOL, {
      hello: () => ({ t: "hello", v: 1, source: "teams-effect", token: this.#token, client }),
      onMessage: (message) => this.#heard(message),
      onState: (state, code) => this.#line(state, code),
    });
    setInterval(() => this.check(), 500);
  }

  /** Connects. A token is good for one connection, so each begins with a new one. */
  async start() {
    this.stop();
    try {
      this.#token = (await this.token()).token;
    } catch (error) {
      return this.on(error.code ?? "", error);
    }
    this.#wire.start();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#end();
    this.#wire.stop();
  }

  /** The agent has chosen our effect, or another one, or none. */
  chose(effect) {
    this.#chosen = Boolean(effect);
    this.check();
  }

  /** A picture came by. */
  came() {
    this.#cameAt = performance.now();
  }

  /** Whether this one is to be taken: a look is open, and the one before has left. */
  due() {
    const look = this.#look;
    return Boolean(look?.open) && !this.#busy && performance.now() >= this.#next && look.sent < look.max_frames
      && this.#wire.waiting === 0;
  }

  /** Sends one small: takes over the frame and closes it. */
  async take(frame) {
    const look = this.#look;
    const at = Date.now();
    this.#busy = true;
    this.#next = performance.now() + 1000 / look.fps + 5;
    try {
      const picture = await small(frame, look.max_side);
      if (this.#look === look && this.#wire.send(withHeader(look.look, ++this.#seq, { ...picture, at }, picture.bytes))) look.sent += 1;
    } catch {
      this.#refuse(look, "lost");
    } finally {
      this.#busy = false;
    }
  }

  /** Tells the service whether a look could be served. */
  check() {
    const reason = this.#reason();
    if (reason && this.#look) this.#refuse(this.#look, reason);
    else if (reason !== this.#gap) {
      this.#gap = reason;
      this.#wire.send(reason ? { t: "gap", reason } : { t: "resume" });
    }
  }

  #reason() {
    if (this.paused()) return "paused";
    if (!this.#chosen) return "effect_disabled";
    return performance.now() - this.#cameAt > FRESH_MS ? "camera_off" : "";
  }

  #heard(message) {
    if (message.t === "ready") {
      this.#wire.ready();
      this.#gap = "";
      this.check();
    } else if (message.t === "look_start") this.#begin(message);
    else if (message.t === "look_end" && this.#look?.look_id === message.look_id) this.#end();
    else if (message.t === "pace" && this.#look) this.#look.fps = message.fps;
    else if (message.t === "ping") this.#wire.send({ t: "pong" });
    else if (message.t === "reauth") this.token().then(({ token }) => this.#wire.send({ t: "token", token }), () => {});
  }

  async #begin(order) {
    const look = { ...order, sent: 0, open: false };
    this.#look = look;
    const reason = this.#reason() || ((await up(look.look_id)) ? "" : "hidden");
    if (this.#look !== look) return;
    if (reason) return this.#refuse(look, reason);
    this.#next = 0;
    look.open = true;
    this.#wire.send({ t: "opened", look_id: look.look_id });
  }

  #refuse(look, reason) {
    if (this.#look !== look) return;
    this.#end();
    this.#gap = reason;
    this.#wire.send({ t: "refused", look_id: look.look_id, reason });
  }

  #end() {
    this.#look = null;
  }

  #line(state, code) {
    if (state !== "open") this.#end();
    // A connection that broke comes back with the token of before, which was used up by it.
    if (state === "closed" && code === 4401) this.#timer = setTimeout(() => this.start(), AGAIN_MS);
    else if (state === "closed") this.on(code === 4409 ? "elsewhere" : "not_allowed");
    else if (state === "open") this.on("");
  }
}

/** One JPEG, its longer side at most this: `{bytes, width, height}`. The frame is closed as soon as it is drawn. */
async function small(frame, maxSide) {
  const { displayWidth: wide, displayHeight: high } = frame;
  const scale = Math.min(1, maxSide / Math.max(wide, high));
  const width = Math.round(wide * scale);
  const height = Math.round(high * scale);
  const canvas = new OffscreenCanvas(width, height);
  try {
    canvas.getContext("2d").drawImage(frame, 0, 0, width, height);
  } finally {
    frame.close();
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return { bytes: new Uint8Array(await blob.arrayBuffer()), width, height };
}
