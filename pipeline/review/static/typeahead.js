// Type-ahead for one input (the ARIA combobox pattern, list with automatic selection): what Enter
// will take is highlighted while one types. For list cells ("a; b") it completes each new item.
import { h } from "./dom.js";

let serial = 0;
const parts = (value) => value.split(";").map((part) => part.trim()).filter(Boolean);

/**
 * @param input   the input to complete
 * @param ask     async (typed) => [{value, note, source, begins}], best first
 * @param options list: the cell holds several values; closed: no other value than those offered;
 *                asTyped: (typed) => whether it stands as it is; pick: called once one is clicked
 * @returns open, close, and settle: what the input stands for, {value} or {problem}
 */
export function typeahead(input, ask, { list = false, closed = false, asTyped = () => false, pick = null } = {}) {
  const id = `options-${serial += 1}`;
  const box = h("ul", { id, role: "listbox", class: "options", hidden: true });
  const known = new Set(list ? parts(input.value) : [input.value.trim()]);
  let options = [];
  let active = -1;
  let asked = 0;
  let answered = ""; // what the options are for
  let kept = null; // the reviewer closed the list, or was told that nobody knows it
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": id, autocomplete: "off",
  })) input.setAttribute(name, value);
  input.after(box);

  const typed = () => (list ? input.value.split(";").at(-1) : input.value).trim();

  function close() {
    box.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function highlight(index) {
    active = index;
    [...box.children].forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === index));
      if (i === index) {
        input.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      }
    });
  }

  function choose(option) {
    const before = list ? input.value.split(";").slice(0, -1).map((s) => s.trim()).filter(Boolean) : [];
    input.value = [...before, option.value].join("; ");
    known.add(option.value);
    close();
  }

  /** The option that a word stands for: the very same, or the first that begins with it. */
  function best(found, word) {
    const low = word.toLowerCase();
    return found.find((option) => option.value.toLowerCase() === low)
      || found.find((option) => option.begins || closed);
  }

  async function open() {
    const mine = asked += 1;
    const wanted = input.value;
    let found;
    try { found = await ask(wanted); } catch { return; }
    if (mine !== asked || document.activeElement !== input) return;
    options = found;
    answered = wanted;
    box.replaceChildren(...options.map((option, i) => h("li", {
      id: `${id}-${i}`, role: "option", "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); choose(option); pick?.(option); },
    }, h("span", {}, option.value), h("small", {}, [option.note, option.source].filter(Boolean).join(" · ")))));
    box.hidden = !options.length;
    const { top, bottom } = input.getBoundingClientRect();
    box.classList.toggle("above", bottom + box.offsetHeight > innerHeight && top > box.offsetHeight);
    box.scrollIntoView({ block: "nearest" }); // a list is never cut off by the pane it stands in
    input.setAttribute("aria-expanded", String(!box.hidden));
    active = -1;
    const word = typed();
    const first = word && !known.has(word) && !asTyped(word) && best(options, word);
    if (first) highlight(options.indexOf(first));
  }

  async function resolve(word, leaving) {
    if (!word || known.has(word) || kept === word || asTyped(word)) return { value: word };
    const found = best(await ask(word), word);
    if (found) return { value: found.value };
    if (closed) return { problem: `Nothing here begins with “${word}”` };
    if (leaving) return { value: word };
    kept = word; // said once: the next Enter keeps it
    return { problem: `No known name begins with “${word}”. Enter keeps it as it is.` };
  }

  /** What the input stands for; leaving it without Enter keeps a name that nobody knows. */
  async function settle(leaving = false) {
    if (active >= 0 && !box.hidden && answered === input.value) choose(options[active]);
    asked += 1;
    close();
    const words = list ? parts(input.value) : [input.value.trim()];
    const settled = await Promise.all(words.map((word) => resolve(word, leaving)));
    const wrong = settled.find((one) => one.problem);
    return wrong || { value: settled.map((one) => one.value).join("; ") };
  }

  input.addEventListener("input", () => { kept = null; open(); });
  input.addEventListener("focus", () => { if (input.dataset.eager) open(); });
  input.addEventListener("blur", () => { asked += 1; close(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (box.hidden) { open(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      highlight((Math.max(active, step < 0 ? 0 : -1) + step + options.length) % options.length);
    } else if (event.key === "Escape" && !box.hidden) {
      event.stopImmediatePropagation();
      event.preventDefault(); // a dialog stays open
      kept = typed();
      close();
    }
  }, true); // before the input's own keys: Escape first closes the list
  return { open, close, settle };
}
