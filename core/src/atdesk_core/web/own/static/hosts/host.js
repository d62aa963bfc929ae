// The console that holds the page, where one does. It can say that something waits for the agent while the page itself
// is out of sight; what it cannot do, or does not answer, is left out.

const NONE = { notice() {}, waiting() {} };

/**
 * Finds the host by the parameters of the page's address.
 * @param {URLSearchParams} parameters
 * @returns {Promise<{notice: (one: {id: string, title: string, text: string}) => void, waiting: (count: number) => void,
 *   kind?: string, language?: string, token?: () => Promise<string>}>} with `token` where it can say who is here
 */
export async function findHost(parameters) {
  const kind = parameters.get("gcHostOrigin") ? "genesys" : parameters.get("host");
  try {
    if (kind === "genesys") return await (await import("./genesys.js")).join(parameters);
    if (kind === "zoom") return await (await import("./zoom.js")).join();
    if (kind === "teams") return await (await import("./teams.js")).join();
  } catch (error) {
    console.info(`no ${kind} console answers: ${error.message}`);
  }
  return NONE;
}

/** Tells a host of each notice once, and how many stand. */
export class Attention {
  #told = new Set();
  #waiting = 0;
  #host;

  constructor(host) {
    this.#host = host;
  }

  /** What stands now, `[{notice_id, text}]`, and the title above each. */
  show(notices, title) {
    const fresh = notices.filter(({ notice_id: id }) => !this.#told.has(id));
    for (const { notice_id: id, text } of fresh) this.#host.notice({ id, title, text });
    for (const { notice_id: id } of fresh) this.#told.add(id);
    if (this.#waiting !== notices.length) this.#host.waiting((this.#waiting = notices.length));
  }
}
