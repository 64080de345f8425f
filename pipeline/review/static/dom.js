// Building elements. Everything that comes from a table becomes a text node, never markup.

export const $ = (id) => document.getElementById(id);

/** Make an element: h("p", {class: "note", onclick}, "text", child). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  return fill(element, ...children);
}

/** Put children into an element in place of those it has; null and false are left out. */
export function fill(element, ...children) {
  const wanted = children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "");
  element.replaceChildren(...wanted);
  return element;
}

export const list = (cell) => (cell || "").split(";").map((s) => s.trim()).filter(Boolean);
export const percent = (cell) => (cell === "" ? "–" : String(Math.round(Number(cell) * 100)));
export const words = (name) => name.replaceAll("_", " ");

let fading;
/** Say something for a few seconds; screen readers hear it. */
export function toast(message, kind = "") {
  const element = $("toast");
  element.textContent = message;
  element.className = `toast ${kind}`;
  element.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { element.hidden = true; }, kind === "problem" ? 6000 : 2600);
}

/** Take back what was said: it is about a state that is over. */
export function hush() {
  clearTimeout(fading);
  $("toast").hidden = true;
}

/** Show the one dialog with some content; returns it. Escape closes it. */
export function dialog(title, ...content) {
  const element = $("dialog");
  element.replaceChildren(
    h("div", { class: "dialog-head" },
      h("h2", { id: "dialog-title" }, title),
      h("button", { type: "button", "aria-label": "Close", onclick: () => element.close() }, "×")),
    ...content,
  );
  if (!element.open) element.showModal();
  return element;
}
