// Elements of the page. Text goes in as text, never as markup.

/** The element with this id. */
export const $ = (id) => document.getElementById(id);

/** A new element: `make("p", {class: "soft", "aria-live": "polite"}, "text", child)`. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null && child !== false && child !== ""));
  return node;
}

/** Sets text only where it differs, so that a live region does not speak twice. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides. */
export function show(node, visible) {
  node.hidden = !visible;
}

/** Makes the children of a list one for one what `items` says, and keeps those that stay (with their focus). */
export function keep(parent, items, key, build) {
  const standing = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  items.forEach((item, place) => {
    const name = String(key(item));
    const node = standing.get(name) ?? build(item);
    node.dataset.key = name;
    standing.delete(name);
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
  standing.forEach((node) => node.remove());
}

/** Keeps the last focus in the page when the focused element goes. */
export function focusOn(node) {
  if (!node.hasAttribute("tabindex") && !node.matches("button, a, input, textarea")) node.tabIndex = -1;
  node.focus();
}

/** Offers a file to save. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
