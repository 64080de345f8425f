// The table: filters, search, order, pages; marks for merging.
import { $, fill, h, percent } from "./dom.js";
import { get } from "./api.js";
import { quad } from "./form.js";
import { typeahead } from "./typeahead.js";

const FILTERS = [
  ["doc", "Document"], ["agreement", "Agreement"], ["actor", "Actor"], ["rule", "Rule"],
];
const STATUSES = ["undecided", "unsure", "decided", "accepted", "corrected", "added", "rejected", "second look", "commented"];
const HIDDEN = ["assigned", "dyad", "other", "place", "cluster", "group", "day", "stage"]; // come from links of the views
const COLUMNS = [
  ["status", "Status"], ["confidence", "Sure"], ["type", "Type"], ["trigger", "Trigger"],
  ["actors", "Actors → recipients"], ["date", "Date"], ["place", "Place"],
  ["agreement", "Agreement"], ["document", "Document"], ["rule", "Rule"],
];
const LIMIT = 60;
export const marked = new Set();
let query = {};
let shown = { rows: [], total: 0, offset: 0 };
let types = [];
let hooks = {};

export const currentQuery = () => query;

/** @param given.go called with a uid, given.filtered after the filters changed. */
export function setUp(lists, parameters, given) {
  types = Object.keys(lists.types);
  hooks = given;
  query = {};
  for (const name of ["q", "status", "type", "low", "high", "sort", "descending", ...FILTERS.map(([f]) => f), ...HIDDEN]) {
    if (parameters.get(name)) query[name] = parameters.get(name);
  }
  if (lists.assigned && ![...parameters.keys()].length) query.assigned = given.reviewer();
  drawFilters();
}

function set(name, value) {
  if (value) query[name] = value; else delete query[name];
  drawChips();
  hooks.filtered();
}

function drawFilters() {
  const search = h("input", {
    id: "search", type: "search", placeholder: "Search all text ( / )", "aria-label": "Search all text", value: query.q || "",
    oninput: debounced(() => set("q", search.value)),
    onkeydown: (e) => { if (e.key === "Enter") { e.preventDefault(); search.blur(); } },
  });
  const select = (name, label, values) => h("select", {
    "aria-label": label, id: `filter-${name}`, onchange: (e) => set(name, e.target.value),
  }, h("option", { value: "" }, `${label}: all`), values.map((v) => h("option", { value: v, selected: query[name] === v }, v)));
  const typed = FILTERS.map(([name, label]) => {
    const choose = async () => {
      const { value, problem } = await completed.settle();
      hint.textContent = problem || "";
      if (problem || value === (query[name] || "")) return;
      input.value = value;
      set(name, value);
    };
    const input = h("input", {
      type: "text", id: `filter-${name}`, placeholder: label, "aria-label": `Filter: ${label}`, value: query[name] || "", "data-eager": true,
      onblur: choose,
      onkeydown: (e) => { if (e.key === "Enter") { e.preventDefault(); input.blur(); } },
    });
    const hint = h("span", { class: "hint", role: "status" });
    const wrap = h("span", { class: "filter" }, h("span", { class: "complete" }, input), hint);
    const ask = (text) => get("/api/values", { column: name, q: text === query[name] ? "" : text });
    const completed = typeahead(input, ask, { closed: true, pick: choose });
    return wrap;
  });
  const bound = (name, label) => h("input", {
    type: "number", min: "0", max: "1", step: "0.05", class: "bound", id: `filter-${name}`, placeholder: label, "aria-label": `Confidence ${label}`,
    value: query[name] || "", onchange: (e) => set(name, e.target.value),
  });
  fill($("filters"), search,
    select("status", "Status", STATUSES), select("type", "Type", types), ...typed,
    bound("low", "≥ sure"), bound("high", "≤ sure"),
    h("span", { id: "chips", class: "chips" }),
    h("button", { type: "button", id: "clear", onclick: clear }, "Clear"));
  $("filters").onsubmit = (e) => e.preventDefault();
  drawChips();
}

/** Take all filters away (the order stays). */
export function clear() {
  query = Object.fromEntries(Object.entries(query).filter(([name]) => ["sort", "descending"].includes(name)));
  drawFilters();
  hooks.filtered();
}

function drawChips() {
  fill($("chips"), HIDDEN.filter((name) => query[name]).map((name) =>
    h("button", { type: "button", class: "chip", title: "Remove", onclick: () => set(name, "") }, `${name} ${query[name]} ×`)));
  $("clear").hidden = !Object.keys(query).some((name) => !["sort", "descending"].includes(name));
}

function debounced(run) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(run, 160); };
}

/** Fetch and draw a page of the table: the one that holds an event, or one by its offset. */
export async function load({ around = "", offset = null } = {}) {
  shown = await get("/api/events", { ...query, limit: LIMIT, around, offset: offset ?? shown.offset });
  if (!shown.rows.length && shown.total) shown = await get("/api/events", { ...query, limit: LIMIT });
  draw(around);
  return shown;
}

export const first = () => shown.rows[0]?.uid;
export const holds = (uid) => shown.rows.some((row) => row.uid === uid);

function draw(uid) {
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "tick" }, h("span", { class: "visually-hidden" }, "Marked")),
    COLUMNS.map(([sort, label]) => {
      const on = (query.sort || "document") === sort;
      return h("th", { scope: "col", "aria-sort": on ? (query.descending ? "descending" : "ascending") : null, class: `c-${sort}` },
        h("button", { type: "button", onclick: () => order(sort, on) }, label, on ? (query.descending ? " ↓" : " ↑") : ""));
    })));
  fill($("table"), head, h("tbody", {}, shown.rows.map(line)));
  select(uid);
  const last = shown.offset + shown.rows.length;
  fill($("pager"), 
    h("span", {}, shown.total ? `${shown.offset + 1}–${last} of ${shown.total}` : "No event passes the filters"),
    marked.size ? h("span", { class: "marks" }, `${marked.size} marked`,
      h("button", { type: "button", "data-key": "A" }, "Accept", h("kbd", { "aria-hidden": "true" }, "A")),
      h("button", { type: "button", "data-key": "X" }, "Reject", h("kbd", { "aria-hidden": "true" }, "X")),
      h("button", { type: "button", "data-key": "m" }, "Merge in document", h("kbd", { "aria-hidden": "true" }, "m")),
      h("button", { type: "button", "data-key": "M" }, "Merge across documents", h("kbd", { "aria-hidden": "true" }, "M")),
      h("button", { type: "button", onclick: () => { marked.clear(); draw(uid); } }, "Unmark")) : null,
    h("span", { class: "spring" }),
    h("button", { type: "button", disabled: !shown.offset, onclick: () => load({ offset: Math.max(0, shown.offset - LIMIT) }) }, "Earlier"),
    h("button", { type: "button", disabled: last >= shown.total, onclick: () => load({ offset: last }) }, "Later"));
}

/** Go from any order to "least certain first" and from that back to the documents'; which it is now. */
export function toggleOrder() {
  const least = query.sort !== "confidence";
  if (least) query.sort = "confidence"; else delete query.sort;
  delete query.descending;
  return least;
}

function order(sort, on) {
  const down = on && !query.descending;
  query.sort = sort;
  if (down) query.descending = "true"; else delete query.descending;
  hooks.filtered();
}

function line(row) {
  const stage = row.agreement_stage ? ` ${row.agreement_stage.replace("_", " ")}` : "";
  return h("tr", {
    "data-uid": row.uid, class: `${row.status.replace(" ", "-")}${row.second_look ? " look" : ""}`,
    onclick: (e) => { if (e.target.type !== "checkbox") hooks.go(row.uid); },
  },
    h("td", { class: "tick" }, h("input", {
      type: "checkbox", "aria-label": `Mark ${row.event_type} ${row.trigger}`, checked: marked.has(row.uid), tabindex: "-1",
      onchange: () => mark(row.uid),
    })),
    h("td", {}, h("span", { class: `status ${row.status}` }, row.second_look ? "second look" : row.status), row.comment && h("span", { title: "has a comment" }, " *")),
    h("td", { class: "number" }, percent(row.confidence)),
    h("td", {}, h("span", { class: `type small ${quadOf(row.event_type)}` }, row.event_type)),
    h("td", {}, h("button", { type: "button", class: "plain-link", tabindex: "-1" }, row.trigger)),
    h("td", { class: "wide" }, row.actors, row.recipients && h("span", { class: "to" }, " → "), row.recipients),
    h("td", { class: "mono" }, row.date), h("td", {}, row.place),
    h("td", {}, h("span", { class: "mono" }, row.agreement_id), stage),
    h("td", { class: "doc" }, row.doc_id), h("td", { class: "mono rule" }, row.rule_id));
}

let quads = {};
export const setQuads = (found) => { quads = found; };
const quadOf = (type) => quad(quads[type]);

/** Show which row is the current event. */
export function select(uid) {
  for (const tr of $("table").querySelectorAll("tbody tr")) {
    const on = tr.dataset.uid === uid;
    tr.toggleAttribute("aria-current", on);
    if (on) {
      tr.setAttribute("aria-current", "true");
      const box = tr.closest(".table-scroll");
      const top = tr.offsetTop - box.scrollTop;
      if (top < 30 || top > box.clientHeight - 40) box.scrollTop = tr.offsetTop - box.clientHeight / 2;
    }
  }
}

/** Put a changed event into its row, where it is shown. */
export function update(event) {
  const tr = [...$("table").querySelectorAll("tbody tr")].find((one) => one.dataset.uid === event.uid);
  if (!tr) return;
  const fresh = line({ ...event.cells, uid: event.uid, status: event.status, second_look: event.second_look, comment: Boolean(event.comment) });
  tr.replaceWith(fresh);
  const place = shown.rows.findIndex((row) => row.uid === event.uid);
  if (place >= 0) shown.rows[place] = { ...shown.rows[place], ...event.cells, status: event.status };
}

/** Mark an event for merging, or unmark it. */
export function mark(uid) {
  if (marked.has(uid)) marked.delete(uid); else marked.add(uid);
  const now = $("table").querySelector('tr[aria-current="true"]')?.dataset.uid;
  draw(now);
}
