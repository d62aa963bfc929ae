// The live line: what holds now is pushed whole; the page answers that it is there.

import { Wire } from "./wire.js";

const PROTOCOL = "atdesk.page.v1";

// Which page this is, over all its sockets, and when the person took it up by an act of their own: it is by that,
// and not by whose socket comes last, that the service knows the page that shows looks.
const page = crypto.getRandomValues(new Uint32Array(4)).join("-");
let lines = 0;
let takenAt = Date.now();

/** The person has just said that this is the page to use. */
export function taken() {
  takenAt = Date.now();
}

const hello = (one) => ({
  t: "hello", v: 1, token: one?.token ?? "", tab: one?.tab ?? "",
  page, line: ++lines, taken_s: Math.max(0, Date.now() - takenAt) / 1000,
});

/** Joins the page to the service. `on` has `me`, `lookBegins`, `lookEnds`, `frames`, `notice`, `state`. */
export function connect(proof, on) {
  let every = 0;
  let answered = 0;
  new Worker(new URL("beat.js", import.meta.url)).onmessage = () => {
    if (every && Date.now() - answered >= every) alive();
  };
  const alive = () => {
    answered = Date.now();
    wire.send({ t: "alive" });
  };
  const heard = {
    ready(message) {
      wire.ready();
      // Sooner than asked, so that a slow moment is not taken for a page that has gone.
      every = Math.max(1, message.heartbeat_s - 2) * 1000;
      alive();
    },
    me: (message) => on.me(message.me),
    look_begins: (message) => on.lookBegins(message),
    look_ends: (message) => on.lookEnds(message.look_id),
    frames: (message) => on.frames(message.open),
    notice: (message) => on.notice(message.notice),
  };
  const wire = new Wire("live", PROTOCOL, {
    hello: () => hello(proof()),
    onMessage: (message) => heard[message.t]?.(message),
    onState(state, detail) {
      if (state !== "open") every = 0;
      on.state(state, detail);
    },
  });
  return wire;
}
