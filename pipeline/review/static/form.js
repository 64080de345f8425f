// The form: one event, cell by cell, each with the reason for its value or its blank.
import { $, fill, h, list, percent, words } from "./dom.js";
import { get } from "./api.js";
import { typeahead } from "./typeahead.js";

export const CELLS = [
  { key: "1", column: "event_type", label: "Type", wide: 2, eager: true },
  { key: "2", column: "mode", label: "Mode", wide: 2, eager: true },
  { key: "3", column: "factuality", label: "Factuality", wide: 2, eager: true },
  { key: "4", column: "actors", label: "Actors", wide: 6, list: true, codes: "actor_codes", role: "actor" },
  { key: "5", column: "recipients", label: "Recipients", wide: 6, list: true, codes: "recipient_codes", role: "recipient" },
  { key: "6", column: "date", label: "Date", wide: 3, role: "date", text: "date_text" },
  { key: "7", column: "place", label: "Place", wide: 3, role: "place", text: "place_text" },
  { key: "8", column: "agreement_id", label: "Agreement", wide: 3, role: "agreement", text: "agreement_text" },
  { key: "9", column: "agreement_stage", label: "Stage", wide: 3, eager: true },
];
const SECOND_LOOK = {
  gone: "The latest run no longer finds this event. Your decision is kept. Accept to keep the event, reject to drop it.",
  changed: "The latest run reads this event differently. Your values stand. Accept to keep them, or take the new ones below.",
};
const GROUP_NAMES = { same_as: "Same act in this document", cluster: "Same act in other documents" };
let hooks = {};

/** @param given.decide makes a decision about the event, true once it is saved; given.go goes to a uid. */
export function setUp(given) { hooks = given; }

/** Put an event into the form; null: there is none. */
export function show(event) {
  const pane = $("form-pane");
  if (!event) {
    fill(pane, h("div", { class: "nothing" },
      h("h2", {}, "Nothing left here"),
      h("p", {}, "No event passes the filters. Clear them below, or add an event by selecting its trigger in the text.")));
    return;
  }
  const { cells } = event;
  fill(pane, 
    head(event),
    h("div", { class: "form-scroll" },
      event.second_look && h("p", { class: "second-look", role: "note" }, h("strong", {}, "Second look. "), SECOND_LOOK[event.second_look]),
      h("div", { class: "cells" }, CELLS.map((cell) => row(cell, event))),
      more(event),
      ["same_as", "cluster"].map((name) => group(name, event)),
      comment(event),
      history(event)),
  );
  pane.setAttribute("aria-label", `Event: ${cells.event_type} ${cells.trigger}, ${event.status}`);
}

function head(event) {
  const { cells } = event;
  return h("header", { class: "pane-head form-head" },
    h("div", { class: "event-line" },
      h("span", { class: `type ${quad(cells.quad_class)}` }, cells.event_type),
      h("q", { class: "trigger-word" }, cells.trigger),
      h("span", { class: `status ${event.status}` }, event.status),
      h("span", { class: "sure", title: "Calibrated probability that type, actors and recipients are right" },
        cells.confidence === "" ? (event.machine ? "not rated" : "by hand") : `${percent(cells.confidence)} % sure`)),
    h("div", { class: "actions", role: "toolbar", "aria-label": "Verdict" },
      act("a", "Accept", "accept"), act("x", "Reject", "reject"), act("o", "Reopen", "", event.status === "undecided"),
      act("u", "Undo", ""), h("span", { class: "spring" }),
      act("k", "Back", ""), act("j", "Next", ""), act("n", "To do", "")));
}

const act = (key, label, css, disabled = false) =>
  h("button", { type: "button", "data-key": key, class: css, disabled }, label, h("kbd", { "aria-hidden": "true" }, key));

export const quad = (name) => ({
  "verbal cooperation": "q-vc", "material cooperation": "q-mc",
  "verbal conflict": "q-vx", "material conflict": "q-mx",
}[name] || "");

function row(cell, event) {
  const { cells } = event;
  const id = `cell-${cell.column}`;
  const input = h("input", {
    id, type: "text", value: cells[cell.column], spellcheck: "false", "data-column": cell.column,
    "data-eager": cell.eager, "aria-describedby": `${id}-why`, placeholder: "–",
    onkeydown: (e) => keys(e, input, cells[cell.column]),
    onblur: () => commit(),
  });
  const commit = saver(event, cell.column, input);
  const check = event.checks.find((c) => c.column === cell.column);
  const hint = h("span", { class: "hint", role: "status" }, check ? check.message : "");
  if (check) input.setAttribute("aria-invalid", "true");
  const edited = event.edited.includes(cell.column);
  const element = h("div", { class: `cell wide-${cell.wide}${cell.role ? ` role-${cell.role}` : ""}${edited ? " edited" : ""}` },
    h("label", { for: id }, h("kbd", { "aria-hidden": "true" }, cell.key), cell.label),
    h("div", { class: "value" }, input,
      edited && event.machine && machineValue(event, cell.column),
      hint,
      h("p", { class: "why", id: `${id}-why`, title: event.reasons[cell.column] }, extra(cell, event), event.reasons[cell.column] || "")));
  if (cell.column === "date") liveDate(input, hint);
  else {
    typeahead(input, (typed) => get("/api/suggest", {
      column: cell.column, q: typed === cells[cell.column] ? "" : typed, doc: cells.doc_id, type: cells.event_type,
    }), { list: cell.list, pick: cell.list ? null : commit });
  }
  return element;
}

function extra(cell, event) {
  const { cells } = event;
  if (cell.codes && cells[cell.codes]) {
    return list(cells[cell.codes]).map((code) => h("span", { class: "code mono" }, code));
  }
  const fact = { date: cells.date_precision, place: cells.place_country, agreement_id: cells.agreement_type }[cell.column];
  return fact && cells[cell.column] ? h("span", { class: "code mono" }, fact) : null;
}

function machineValue(event, column) {
  const value = event.machine[column];
  return h("button", {
    type: "button", class: "revert", title: "Take Pacta's value",
    onclick: () => save(event, column, value),
  }, `↺ ${value || "blank"}`);
}

function keys(e, input, before) {
  if (e.key === "Enter") {
    e.preventDefault();
    input.blur();
  } else if (e.key === "Escape") {
    input.value = before;
    input.blur();
    e.stopPropagation();
  }
}

let dating = 0;
/** Check a date while it is typed. */
function liveDate(input, hint) {
  input.addEventListener("input", async () => {
    const mine = dating += 1;
    const value = input.value.trim();
    if (!value) { hint.textContent = ""; input.removeAttribute("aria-invalid"); return; }
    const answer = await get("/api/date", { value });
    if (mine !== dating) return;
    hint.textContent = answer.ok ? `✓ ${answer.message}` : answer.message;
    hint.classList.toggle("good", answer.ok);
    input.setAttribute("aria-invalid", String(!answer.ok));
  });
}

function save(event, column, value) {
  return hooks.decide("edit", { uid: event.uid, seen: event.cells, column, value });
}

/** Save what an input holds, once for each new value. */
function saver(event, column, input) {
  let sent = event.cells[column];
  return async () => {
    const value = input.value.trim();
    if (value === sent) return;
    sent = value;
    if (await save(event, column, value)) return;
    sent = event.cells[column];
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
}

function more(event) {
  const { cells } = event;
  const shown = ["context", "actor_codes", "recipient_codes", "date_text", "date_from", "place_text", "place_country", "place_from", "agreement_text", "agreement_type", "same_as", "cluster_id"];
  return h("details", { class: "more" },
    h("summary", {}, "All cells"),
    h("div", { class: "more-grid" }, shown.map((column) => {
      const input = h("input", {
        id: `cell-${column}`, type: "text", value: cells[column], spellcheck: "false", placeholder: "–",
        onkeydown: (e) => keys(e, input, cells[column]),
        onblur: () => commit(),
      });
      const commit = saver(event, column, input);
      return [h("label", { for: `cell-${column}` }, words(column)), h("div", {}, input)];
    })),
    h("dl", { class: "fixed mono" }, ["event_id", "rule_id", "confidence", "quad_class", "date_start", "date_end", "latitude", "longitude", "geonames_id"].flatMap((column) =>
      [h("dt", {}, words(column)), h("dd", {}, cells[column] || "–")])));
}

function group(name, event) {
  const others = event[name];
  if (!others.length) return null;
  const [merge, split] = name === "same_as" ? ["m", "b"] : ["M", "B"];
  return h("section", { class: "group" },
    h("h3", {}, GROUP_NAMES[name], " ", h("small", {}, `${others.length + 1} mentions`),
      h("button", { type: "button", "data-key": split, title: `This event apart from them (${split})` }, "Split off", h("kbd", { "aria-hidden": "true" }, split)),
      h("span", { class: "visually-hidden" }, `Mark events with s, then ${merge} to merge`)),
    h("ul", {}, others.slice(0, 12).map((other) => h("li", {},
      h("button", { type: "button", class: "plain-link", onclick: () => hooks.go(other.uid) },
        h("span", { class: `status ${other.status}` }, h("span", { class: "visually-hidden" }, other.status)),
        `${other.event_type} “${other.trigger}” ${[other.actors, other.date].filter(Boolean).join(", ")}`,
        name === "cluster" && h("small", {}, ` ${other.doc_id}`))))));
}

function comment(event) {
  const area = h("textarea", {
    id: "comment", rows: "2", "aria-label": "Comment", placeholder: "Comment (c)",
    onkeydown: (e) => {
      if (e.key === "Escape") { area.value = event.comment; area.blur(); e.stopPropagation(); }
      if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); area.blur(); }
    },
    onchange: () => hooks.decide("comment", { uid: event.uid, seen: event.cells, text: area.value }),
  });
  area.value = event.comment;
  return h("div", { class: "comment" }, area);
}

function history(event) {
  if (!event.history.length) return null;
  return h("details", { class: "more" },
    h("summary", {}, `History (${event.history.length})`),
    h("ol", { class: "history" }, event.history.map((line) => h("li", { class: line.undone ? "undone" : "" },
      h("span", { class: "when" }, line.at.slice(0, 16).replace("T", " ")), " ",
      h("strong", {}, line.reviewer), " ", h("span", { class: "did" }, words(line.action)), " ", line.what))));
}
