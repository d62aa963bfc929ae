// The tab's title and icon say the same as the indicator, for whoever works in another tab.

import { $ } from "./dom.js";
import { t } from "./words.js";

/** `state`: "look", "notice", "paused", "lost" or "quiet". */
export function name(state) {
  const lead = state === "quiet" ? "" : `${t(`title.${state}`)} - `;
  const title = `${lead}atdesk`;
  if (document.title !== title) document.title = title;
  const icon = new URL(state === "look" || state === "paused" ? `icon-${state}.svg` : "icon.svg", import.meta.url).href;
  if ($("icon").href !== icon) $("icon").href = icon;
}
