// The form: one event, cell by cell, each with the reason for its value or its blank.
import { $, fill, h, list, percent, words } from "./dom.js";
import { about, get } from "./api.js";
import { typeahead } from "./typeahead.js";

export const CELLS = [
  { key: "1", column: "event_type", label: "Type", wide: 2, closed: true },
  { key: "2", column: "mode", label: "Mode", wide: 2, closed: true },
  { key: "3", column: "factuality", label: "Factuality", wide: 2, closed: true },
  { key: "4", column: "actors", label: "Actors", wide: 6, list: true, codes: "actor_codes", role: "actor" },
  { key: "5", column: "recipients", label: "Recipients", wide: 6, list: true, codes: "recipient_codes", role: "recipient" },
  { key: "6", column: "date", label: "Date", wide: 3, role: "date", text: "date_text" },
  { key: "7", column: "place", label: "Place", wide: 3, role: "place", text: "place_text" },
  { key: "8", column: "agreement_id", label: "Agreement", wide: 3, role: "agreement", text: "agreement_text" },
  { key: "9", column: "agreement_stage", label: "Stage", wide: 3, closed: true },
];
const MORE = [
  { column: "context" }, { column: "actor_codes" }, { column: "recipient_codes" },
  { column: "date_text" }, { column: "date_from", closed: true },
  { column: "place_text" }, { column: "place_country" }, { column: "place_from", closed: true },
  { column: "agreement_text" }, { column: "agreement_type", choices: true },
  { column: "same_as" }, { column: "cluster_id" },
];
const SECOND_LOOK = {
  gone: "The latest run no longer finds this event. Your decision is kept. Accept to keep the event, reject to drop it.",
  changed: "The latest run reads this event differently. Your values stand. Accept to keep them, or take the new ones below.",
};
const GROUP_NAMES = { same_as: "Same act in this document", cluster: "Same act in other documents" };
let hooks = {};
let types = {};
let guided = false; // whether the guideline of the type is shown
let shown = ""; // the event in the form
let drawing = false; // a field that is drawn anew is not left

/**
 * @param given.decide makes a decision about the event, true once it is saved; given.inTurn runs
 *   something after what was begun before it; given.go goes to a uid
 */
export function setUp(lists, given) {
  types = lists.types;
  hooks = given;
}

/** Show the guideline of the type beside the cells, or take it away. */
export function toggleGuideline() {
  guided = !guided;
  const element = $("guideline");
  if (element) element.open = guided;
}

/** Put an event into the form; null: there is none. What is being typed into it stays. */
export function show(event) {
  const pane = $("form-pane");
  const typing = event && event.uid === shown ? typed(pane) : null;
  shown = event ? event.uid : "";
  drawing = true;
  fill(pane, event ? form(event) : nothing());
  drawing = false;
  if (event) pane.setAttribute("aria-label", `Event: ${event.cells.event_type} ${event.cells.trigger}, ${event.status}`);
  typing?.();
}

const nothing = () => h("div", { class: "nothing" },
  h("h2", {}, "Nothing left here"),
  h("p", {}, "No event passes the filters. Clear them below, or add an event by selecting its trigger in the text."));

/** What brings the focus, and what was typed and not yet saved, into a form drawn anew. */
function typed(pane) {
  const { id, value, dataset, selectionStart, selectionEnd } = document.activeElement;
  if (!id || !pane.contains(document.activeElement)) return null;
  return () => {
    const input = $(id);
    input?.focus();
    if (!input?.setSelectionRange || value === dataset.saved) return;
    input.value = value;
    input.setSelectionRange(selectionStart, selectionEnd);
    input.dispatchEvent(new Event("input"));
  };
}

function form(event) {
  return [
    head(event),
    h("div", { class: "form-scroll" },
      event.second_look && h("p", { class: "second-look", role: "note" }, h("strong", {}, "Second look. "), SECOND_LOOK[event.second_look]),
      guideline(event.cells.event_type),
      h("div", { class: "cells" }, CELLS.map((cell) => row(cell, event))),
      more(event),
      ["same_as", "cluster"].map((name) => group(name, event)),
      comment(event),
      history(event)),
  ];
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
      act("a", "Accept", "accept"), act("x", "Reject", "reject"), act("q", "Unsure", ""), act("o", "Reopen", "", event.status === "undecided"),
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
  const check = event.checks.find((c) => c.column === cell.column);
  const hint = h("span", { class: "hint", role: "status" }, check ? check.message : "");
  const { input, wrap } = field(cell, event);
  input.setAttribute("aria-describedby", `${id}-why`);
  if (check) input.setAttribute("aria-invalid", "true");
  const edited = event.edited.includes(cell.column);
  if (cell.column === "date") liveDate(input, hint);
  return h("div", { class: `cell wide-${cell.wide}${cell.role ? ` role-${cell.role}` : ""}${edited ? " edited" : ""}` },
    h("label", { for: id }, h("kbd", { "aria-hidden": "true" }, cell.key), cell.label),
    h("div", { class: "value" }, wrap,
      edited && event.machine && machineValue(event, cell.column),
      hint,
      h("p", { class: "why", id: `${id}-why`, title: event.reasons[cell.column] }, extra(cell, event), event.reasons[cell.column] || "")));
}

/** An input over one cell, with the values that it may hold; Enter completes and saves. */
function field(cell, event) {
  const { cells } = event;
  const input = h("input", {
    id: `cell-${cell.column}`, type: "text", value: cells[cell.column], "data-saved": cells[cell.column], spellcheck: "false",
    "data-column": cell.column, "data-eager": cell.closed || cell.column === "date", placeholder: "–",
    onkeydown: (e) => keys(e, input, cells[cell.column], () => commit()),
    onblur: () => commit(true),
  });
  const wrap = h("span", { class: "complete" }, input);
  const known = CELLS.includes(cell) || cell.closed || cell.choices;
  const completed = known && typeahead(input, (typed) => get("/api/suggest", {
    column: cell.column, q: typed === cells[cell.column] ? "" : typed, doc: cells.doc_id,
    type: cells.event_type, near: cells.trigger_start,
  }), {
    list: cell.list, closed: cell.closed, asTyped: cell.column === "date" ? isDate : undefined,
    pick: cell.list ? null : () => commit(),
  });
  const commit = saver(event, cell.column, input, completed);
  return { input, wrap };
}

/** Whether a word is the beginning of a date in EDTF, no word for one. */
export const isDate = (typed) => /^(\d{4}|\d{3}X|XXXX|\.\.)/.test(typed);

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
    onclick: () => hooks.inTurn(() => save(event, column, value)),
  }, `↺ ${value || "blank"}`);
}

function keys(e, input, before, commit) {
  if (e.key === "Enter") {
    e.preventDefault();
    commit();
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

function save(event, column, value, refused) {
  return hooks.decide("edit", { ...about(event), column, value }, refused);
}

/** Save what an input stands for, once for each new value; what is wrong is said at the field. */
function saver(event, column, input, completed) {
  let sent = event.cells[column];
  const refuse = (problem, leaving) => {
    sent = event.cells[column];
    if (shown === event.uid) complain(column, input.value, problem, leaving);
  };
  return (leaving = false) => {
    const typed = input.value.trim();
    if (drawing || typed === sent) return;
    const settled = completed ? completed.settle(leaving) : { value: typed };
    sent = input.value.trim(); // completed, where an option was highlighted
    hooks.inTurn(async () => {
      const { value, problem } = await settled;
      if (problem) { refuse(problem, leaving); return false; }
      sent = value;
      input.value = value;
      return value === event.cells[column] || save(event, column, value, (why) => refuse(why, leaving));
    });
  };
}

/** Say at a field what is wrong with it; the form may have been drawn anew since it was left. */
function complain(column, typed, problem, leaving) {
  const input = $(`cell-${column}`);
  const hint = input.closest(".value").querySelector(".hint");
  input.value = typed;
  input.setAttribute("aria-invalid", "true");
  hint.textContent = problem;
  hint.classList.remove("good");
  if (!leaving) input.focus();
}

function more(event) {
  const { cells } = event;
  return h("details", { class: "more" },
    h("summary", {}, "All cells"),
    h("div", { class: "more-grid" }, MORE.map((cell) => {
      const hint = h("span", { class: "hint", role: "status" });
      return [h("label", { for: `cell-${cell.column}` }, words(cell.column)),
        h("div", { class: "value" }, field(cell, event).wrap, hint)];
    })),
    h("dl", { class: "fixed mono" }, ["event_id", "rule_id", "confidence", "quad_class", "date_start", "date_end", "latitude", "longitude", "geonames_id"].flatMap((column) =>
      [h("dt", {}, words(column)), h("dd", {}, cells[column] || "–")])));
}

function guideline(name) {
  const type = types[name];
  if (!type) return null;
  return h("details", {
    class: "guideline", id: "guideline", open: guided, ontoggle: (e) => { guided = e.target.open; },
  },
    h("summary", {}, `Guideline of ${name}`, h("kbd", { "aria-hidden": "true" }, "g")),
    h("p", {}, `${type.hint}.`),
    h("ul", {}, type.notes.map((note) => h("li", {}, note))),
    type.modes.length ? h("p", {}, `Modes: ${type.modes.join(", ")}.`) : null);
}

function group(name, event) {
  const others = event[name];
  if (!others.length) return null;
  const [merge, split] = name === "same_as" ? ["m", "b"] : ["M", "B"];
  return h("section", { class: "group" },
    h("h2", {}, GROUP_NAMES[name], " ", h("small", {}, `${others.length + 1} mentions`),
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
    onchange: () => hooks.inTurn(() => hooks.decide("comment", { ...about(event), text: area.value })),
  });
  area.value = event.comment;
  area.dataset.saved = event.comment;
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
