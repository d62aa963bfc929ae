// The live line: what holds now is pushed whole; the page answers that it is there.

import { Wire } from "./wire.js";

const PROTOCOL = "atdesk.page.v1";

/** Joins the page to the service. `on` has `me`, `lookBegins`, `lookEnds`, `notice`, `state`. */
export function connect(proof, on) {
  let beat = 0;
  const heard = {
    ready(message) {
      wire.ready();
      clearInterval(beat);
      // A little sooner than asked, so that a slow moment is not taken for a page that has gone.
      beat = setInterval(() => wire.send({ t: "alive" }), Math.max(1, message.heartbeat_s - 1) * 1000);
      wire.send({ t: "alive" });
    },
    me: (message) => on.me(message.me),
    look_begins: (message) => on.lookBegins(message),
    look_ends: (message) => on.lookEnds(message.look_id),
    notice: (message) => on.notice(message.notice),
  };
  const wire = new Wire("live", PROTOCOL, {
    hello: () => ({ t: "hello", v: 1, token: proof()?.token ?? "", tab: proof()?.tab ?? "" }),
    onMessage: (message) => heard[message.t]?.(message),
    onState(state, detail) {
      if (state !== "open") clearInterval(beat);
      on.state(state, detail);
    },
  });
  return wire;
}
