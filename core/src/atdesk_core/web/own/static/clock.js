// The service's clock: what is counted down is counted by it, whatever this computer's clock says.

let ahead = null;

/** The service said what time it is. The answer that was quickest on its way is the best one. */
export function set(now) {
  const difference = now - Date.now() / 1000;
  ahead = ahead === null || Math.abs(difference - ahead) > 5 ? difference : Math.max(ahead, difference);
}

/** Seconds since the epoch by the service's clock. */
export const now = () => Date.now() / 1000 + (ahead ?? 0);
