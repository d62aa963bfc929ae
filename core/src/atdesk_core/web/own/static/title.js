// The tab's title and icon say the same as the indicator, for whoever works in another tab.

import { $ } from "./dom.js";
import { t } from "./words.js";

/** `state`: "look", "paused", "lost" or "quiet"; `urgent`: a lead can see something soon. */
export function name(state, urgent) {
  const lead = state !== "quiet" ? t(`title.${state}`) : urgent ? t("title.notice") : "";
  const title = `${urgent ? "(!) " : ""}${lead}${lead && " - "}atdesk`;
  if (document.title !== title) document.title = title;
  const icon = new URL(state === "look" || state === "paused" ? `icon-${state}.svg` : "icon.svg", import.meta.url).href;
  if ($("icon").href !== icon) $("icon").href = icon;
}
