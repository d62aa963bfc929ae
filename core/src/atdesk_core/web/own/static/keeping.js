// What this tab keeps until it is closed. A browser that forbids storage to a framed page leaves it to memory: the
// sign-in then lasts until the page is loaded again.

const memory = new Map();

/** What is kept under this name, or null. */
export const read = (name) => (storage() ? storage().getItem(name) : (memory.get(name) ?? null));

/** Keeps a text. */
export const keep = (name, text) => (storage() ? storage().setItem(name, text) : memory.set(name, text));

/** Forgets it. */
export const drop = (name) => (storage() ? storage().removeItem(name) : memory.delete(name));

function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
