// My own camera, on my own click: for enrolment and for the self-test. One at a time, and never beside a look.

import * as camera from "./camera.js";
import { write } from "./dom.js";
import { t } from "./words.js";

let current = null;

/** Opens the camera into this video. Null when it could not be; `said` then says why, and the way out. */
export async function open(video, said) {
  close();
  write(said, t("camera.opening"));
  try {
    const opened = await camera.open(video);
    current = opened;
    write(said, "");
    return opened;
  } catch (error) {
    write(said, trouble(error.code));
    return null;
  }
}

/** Closes it, if it is open. */
export function close() {
  current?.close();
  current = null;
}

/** What went wrong with the camera, and what helps. */
export function trouble(code) {
  return t(`camera.${code ?? "failed"}`);
}
