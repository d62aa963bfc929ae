// A WebSocket that comes back by itself, with growing pauses, and says how it is.

import { ROOT } from "./calls.js";

const FIRST_WAIT_S = 1;
const LONGEST_WAIT_S = 15;

/** Not to be tried again without the person: token, permission, another tab. */
export const FINAL = new Set([4401, 4403, 4409]);

/**
 * One connection of the page.
 *
 * `hello()` gives the first message; `onMessage(message)` gets each JSON message; `onState(state, detail)` is
 * told "connecting", "open", "waiting" (detail: seconds until the next try) and "closed" (detail: close code).
 */
export class Wire {
  constructor(path, protocol, { hello, onMessage, onState }) {
    Object.assign(this, { path, protocol, hello, onMessage, onState });
    this.socket = null;
    this.timer = 0;
    this.tries = 0;
    this.wanted = false;
  }

  /** Connects, and stays connected until `stop`. */
  start() {
    this.wanted = true;
    this.hurry();
  }

  /** Tries at once instead of waiting. */
  hurry() {
    if (this.wanted && !this.socket) this.#connect();
  }

  /** Closes for good. */
  stop(code = 1000) {
    this.wanted = false;
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close(code);
  }

  /** Sends if it can. False: nothing went out, and nothing is kept for later. */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(message instanceof ArrayBuffer ? message : JSON.stringify(message));
    return true;
  }

  /** Bytes that were given to the browser and have not left it. */
  get waiting() {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** The service answered the hello: the next break is a first one again. */
  ready() {
    this.tries = 0;
    this.onState("open");
  }

  #connect() {
    clearTimeout(this.timer);
    this.onState("connecting");
    const address = new URL(this.path, ROOT);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, this.protocol);
    this.socket = socket;
    socket.addEventListener("open", () => this.socket === socket && this.send(this.hello()));
    socket.addEventListener("message", (event) => this.socket === socket && this.onMessage(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.socket === socket && this.#closed(event.code));
  }

  /** The network says that it is gone: what is open now is not waited for. */
  dropped() {
    if (!this.wanted || !this.socket) return;
    const socket = this.socket;
    this.#closed(1006);
    socket.close();
  }

  #closed(code) {
    this.socket = null;
    if (FINAL.has(code)) {
      this.wanted = false;
      this.onState("closed", code);
    } else if (this.wanted) this.#wait();
  }

  #wait() {
    const longest = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** this.tries++);
    // Not all pages of a site at the same moment.
    const seconds = longest * (0.5 + Math.random() / 2);
    this.onState("waiting", seconds);
    this.timer = setTimeout(() => this.#connect(), seconds * 1000);
  }
}
