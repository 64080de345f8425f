// Type-ahead for one input (the ARIA combobox pattern). For list cells ("a; b") it completes the
// last item.
import { h } from "./dom.js";

let serial = 0;

/**
 * @param input   the input to complete
 * @param ask     async (typed) => [{value, note, source}]
 * @param options list: complete items of a list; pick: called with a chosen suggestion
 */
export function typeahead(input, ask, { list = false, pick = null } = {}) {
  const id = `options-${serial += 1}`;
  const box = h("ul", { id, role: "listbox", class: "options", hidden: true });
  let options = [];
  let active = -1;
  let asked = 0;
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": id, autocomplete: "off",
  })) input.setAttribute(name, value);
  input.after(box);

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
    if (list) {
      const before = input.value.split(";").slice(0, -1).map((s) => s.trim()).filter(Boolean);
      input.value = [...before, option.value].join("; ");
    } else input.value = option.value;
    close();
    pick?.(option);
  }

  async function open() {
    const mine = asked += 1;
    let found;
    try { found = await ask(input.value); } catch { return; }
    if (mine !== asked || document.activeElement !== input) return;
    const kept = options[active]?.value; // chosen with the arrows before this answer came
    options = found;
    box.replaceChildren(...options.map((option, i) => h("li", {
      id: `${id}-${i}`, role: "option", "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); choose(option); },
    }, h("span", {}, option.value), h("small", {}, [option.note, option.source].filter(Boolean).join(" · ")))));
    box.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!box.hidden));
    active = -1;
    const again = options.findIndex((option) => option.value === kept);
    if (again >= 0) highlight(again);
  }

  input.addEventListener("input", open);
  input.addEventListener("focus", () => { if (input.dataset.eager) open(); });
  input.addEventListener("blur", () => { asked += 1; close(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (box.hidden) { open(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      highlight((active + step + options.length) % options.length);
    } else if ((event.key === "Enter" || event.key === "Tab") && active >= 0 && !box.hidden) {
      if (event.key === "Enter") event.preventDefault();
      choose(options[active]);
      if (event.key === "Enter") event.stopImmediatePropagation();
    } else if (event.key === "Escape" && !box.hidden) {
      event.stopImmediatePropagation();
      close();
    }
  }, true); // before the input's own keys: Enter first takes the option, then saves
  return { open, close };
}
