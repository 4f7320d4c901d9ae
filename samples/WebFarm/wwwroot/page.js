// Small helpers for the document, and how values are written.

export const $ = (selector, root = document) => root.querySelector(selector);
export const element = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text ?? "", className: className ?? "" });

export const number = value => value == null ? "–" : value.toLocaleString("en");
export const ms = value => value == null ? "–" : `${value >= 100 ? Math.round(value) : value} ms`;
export const utc = time => new Date(time).toISOString().slice(11, 23);
// A generation is a number; its last digits tell the generations of a page apart.
export const shortGeneration = generation => String(generation).slice(-6);
export const laneName = lane => /^\d+$/.test(lane) ? `instance ${lane}` : lane;

// Writes only what changed, so that what has the focus, or is being read aloud, stays.
export function set(node, text, className) {
  if (node.textContent !== text) node.textContent = text;
  if (className !== undefined && node.className !== className) node.className = className;
}

export function explain(node, title) {
  if (node.title !== title) node.title = title;
}

// A figure is [name, value, what it means, whether it is bad].
export function figures(list, values) {
  if (list.childElementCount !== values.length) {
    list.replaceChildren(...values.map(() => { const pair = element("div"); pair.append(element("dt"), element("dd")); return pair; }));
  }
  values.forEach(([name, value, meaning, isBad], index) => {
    const pair = list.children[index];
    explain(pair, meaning);
    set(pair.firstChild, name);
    set(pair.lastChild, String(value), isBad ? "bad" : "");
  });
}

// A button does one of some actions, whichever applies now: { post, text, name, title }; without post it does nothing now, and
// title says why. It stays the same element and is never disabled for the browser, so that it keeps the focus.
export function offer(button, { post, text, name, title }) {
  const isBusy = button.dataset.busy === "true";
  set(button, text);
  if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
  explain(button, isBusy && post ? "The farm is doing it" : title);
  button.dataset.post = post ?? "";
  button.setAttribute("aria-disabled", String(isBusy || !post));
}
