// Requests to the service. Who asks is proved by the token and the secret of this tab.

import { t } from "./words.js";

/** Where the service is: two folders above this file. */
export const ROOT = new URL("../../", import.meta.url);
const TIMEOUT_MS = 10_000;

/** The service said no. `code` names why; the message is for people. */
export class Refused extends Error {
  constructor(status, code, message, body) {
    super(message);
    Object.assign(this, { status, code, body });
  }
}

/** Nothing came back: no network, or the service is down. */
export class Unreachable extends Error {}

let proof = () => null;
let onExpired = () => {};

/** Where the token of this tab is, and whom to tell when it is no longer good. */
export function proveWith(source, expired) {
  proof = source;
  onExpired = expired;
}

/** Sends a request; the answer when it is a good one. `body` is JSON unless it is a Blob or FormData. */
export async function call(method, path, body) {
  const headers = new Headers({ "Accept-Language": document.documentElement.lang });
  const signedIn = proof();
  if (signedIn) {
    headers.set("Authorization", `Bearer ${signedIn.token}`);
    headers.set("X-Atdesk-Tab", signedIn.tab);
  }
  const raw = body instanceof Blob || body instanceof FormData;
  if (body !== undefined && !raw) headers.set("Content-Type", "application/json");
  const answer = await reach(path, {
    method, headers, body: raw || body === undefined ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS), cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
  });
  if (answer.ok) return answer;
  throw await refusal(answer, signedIn);
}

/** The same, and the JSON of the answer (null when it has none). */
export async function json(method, path, body) {
  const answer = await call(method, path, body);
  return answer.status === 204 ? null : answer.json().catch(() => null);
}

async function reach(path, options) {
  try {
    return await fetch(new URL(path, ROOT), options);
  } catch {
    throw new Unreachable(t("error.unreachable"));
  }
}

async function refusal(answer, signedIn) {
  const body = await answer.json().catch(() => null);
  const said = body?.error ?? {};
  // A sign-in that is over is told once, for the whole page; what was typed stays where it is.
  if (answer.status === 401 && signedIn && proof()?.token === signedIn.token) onExpired();
  const message = said.message ?? t(answer.status === 429 ? "error.too_often" : "error.refused", { status: String(answer.status) });
  return new Refused(answer.status, said.code ?? String(answer.status), message, body);
}
