// The review page: one current event, seen in the article, the form and the table.
import { $, dialog, fill, h, hush, toast, words } from "./dom.js";
import * as api from "./api.js";
import * as article from "./article.js";
import * as form from "./form.js";
import * as table from "./table.js";
import { typeahead } from "./typeahead.js";

const lists = JSON.parse($("lists").textContent);
const POLL = 4000;
const STATUS_ORDER = ["accepted", "corrected", "added", "rejected", "unsure", "undecided"];
let event = null;
let version = "";
let last = Promise.resolve();
let refusals = 0;

/** Run an action after those before it; the page never acts on an event that is on its way out. */
function after(run) {
  const mine = last.then(() => { hush(); return run(); }).catch((error) => toast(error.message, "problem")).then(() => {
    if (last === mine) $("main").setAttribute("aria-busy", "false");
  });
  $("main").setAttribute("aria-busy", "true");
  last = mine;
  return mine;
}

/** Run a correction in its turn; verdicts that were waiting for it fall away where it is refused. */
const inTurn = (run) => after(async () => { if (await run() === false) refusals += 1; });

/** Pass a verdict in its turn, unless a correction before it was refused. */
function judge(action) {
  const then = refusals;
  return after(() => (then === refusals ? verdict(action) : toast("No verdict: the correction before it was not taken.", "problem")));
}

// --- showing -----------------------------------------------------------------------------------

async function show(found, { scroll = true, refetch = false } = {}) {
  event = found;
  form.show(event);
  $("now").textContent = event ? `${event.cells.event_type} ${event.cells.trigger}, ${event.status}` : "No event";
  address();
  if (!event) { table.select(""); return; }
  if (refetch || article.current()?.doc_id !== event.cells.doc_id) {
    article.show(await api.get("/api/document", { doc: event.cells.doc_id }));
  }
  article.mark(event, { scroll });
  table.update(event);
  if (table.holds(event.uid)) table.select(event.uid);
  else await table.load({ around: event.uid });
}

const go = (uid) => after(async () => show(await api.get("/api/event", { uid })));

function address() {
  const place = new URLSearchParams(table.currentQuery());
  if (event) place.set("uid", event.uid);
  history.replaceState(null, "", `/?${place}`);
}

/** Where the review stands: a meter, what is done and left, and the pace of whoever reviews. */
function progress({ progress: counts, pace, version: now }) {
  version = now || version;
  const total = STATUS_ORDER.reduce((sum, name) => sum + (counts[name] || 0), 0);
  const parts = STATUS_ORDER.filter((name) => counts[name]).map((name) => {
    const part = h("span", { class: `part ${name}`, title: `${name}: ${counts[name]}` });
    part.style.flexGrow = counts[name];
    return part;
  });
  const decided = total - (counts.undecided || 0) - (counts.unsure || 0);
  const look = counts["second look"];
  const mine = `${pace.done} by you, ${pace.left} left${pace.hourly ? ` · ${pace.hourly} an hour` : ""}`;
  fill($("progress"), h("span", { class: "meter", "aria-hidden": "true" }, parts),
    h("span", { class: "count" }, `${decided} of ${total} decided`),
    h("span", { class: "pace", title: "Your verdicts, what is left for you, and your pace over the latest decisions without pauses" }, mine),
    counts.unsure ? h("a", { href: "/?status=unsure" }, `${counts.unsure} unsure`) : null,
    look ? h("a", { href: "/?status=second+look", class: "look" }, `${look} for a second look`) : null);
}

/** After a decision: the event as it now is; article and table where they changed with it. */
async function changed(answer, { refetch = false } = {}) {
  progress(answer);
  if (!answer.event) return;
  article.setStatus(answer.event.uid, answer.event.status);
  await show(answer.event, { scroll: false, refetch });
}

async function poll() {
  if (document.hidden) return;
  const state = await api.get("/api/state").catch(() => null);
  if (!state || state.version === version) return;
  const rerun = state.version.split(".")[1] !== version.split(".")[1];
  progress(state);
  const typing = document.activeElement?.matches("input, textarea, select");
  if (typing || article.walking() || article.selection()) return;
  after(async () => {
    if (rerun) toast("The tables were written anew. Your decisions are kept.");
    await table.load({ around: event?.uid || "" });
    const found = event && await api.get("/api/event", { uid: event.uid }).catch(() => null);
    if (found) await show(found, { scroll: false, refetch: true });
    else await step("undecided");
  });
}

// --- moving and deciding -----------------------------------------------------------------------

async function step(move) {
  const found = await api.get("/api/step", { ...table.currentQuery(), uid: event?.uid || "", move });
  if (found) await show(found);
  else toast(move === "undecided" ? "Nothing undecided is left here." : "There is no further one.");
}

/** The other order; the event on the page stays. */
async function reorder() {
  const least = table.toggleOrder();
  await table.load({ around: event?.uid || "" });
  address();
  toast(least ? "Least certain first; an article begun is read to its end." : "By document and place in it.");
}

async function verdict(action) {
  if (!event) return;
  const answer = await api.decide(action, api.about(event));
  if (!answer) return;
  progress(answer);
  if (answer.event) {
    event = answer.event;
    article.setStatus(event.uid, event.status);
    table.update(event);
  }
  const found = await api.get("/api/step", { ...table.currentQuery(), uid: event.uid, move: "undecided" });
  if (found) await show(found);
  else {
    await show(event, { scroll: false });
    const unsure = event?.status === "unsure";
    toast(unsure ? "This one is left, and you are unsure of it." : "All events here are decided.");
  }
}

/** One verdict on all that is marked, or else on what the filter shows and nobody has decided. */
async function bulk(verdict) {
  const marked = [...table.marked];
  const query = table.currentQuery();
  const filters = Object.entries(query).filter(([name]) => !["sort", "descending"].includes(name));
  if (!marked.length && !filters.length) {
    toast("Mark events with s, or set a filter (f): a rule, a type, a confidence.", "problem");
    return;
  }
  const shown = marked.length ? marked.length : (await api.get("/api/events", { ...query, limit: 1 })).open;
  if (!shown) { toast("No undecided event is shown."); return; }
  const events = shown === 1 ? "1 event" : `${shown} events`;
  const what = marked.length ? `${events} marked` : `${events} undecided, ${filters.map(([name, value]) => `${words(name)} ${value}`).join(", ")}`;
  const send = async () => {
    const chosen = marked.length ? { uids: marked } : { query };
    const answer = await api.decide("bulk", { verdict, expected: shown, uid: event?.uid, ...chosen });
    box.close();
    if (!answer) return;
    table.marked.clear();
    progress(answer);
    const now = await api.get("/api/step", { ...query, uid: event?.uid || "", move: "undecided" });
    await table.load({ around: (now || event)?.uid || "" });
    if (now || event) await show(now || await api.get("/api/event", { uid: event.uid }), { refetch: true });
    toast(`${events} ${verdict}ed; u takes all of it back.`);
  };
  const button = h("button", { type: "button", class: verdict, onclick: () => after(send) }, `${verdict === "accept" ? "Accept" : "Reject"} ${events}`);
  const box = dialog(verdict === "accept" ? "Accept together" : "Reject together", h("p", {}, what),
    h("p", { class: "dialog-actions" }, button));
  button.focus();
}

/** A decision from the form; false where it is refused. */
async function decideHere(action, fields, refused) {
  const answer = await api.decide(action, fields, refused);
  if (answer) await changed(answer);
  return Boolean(answer);
}

async function takeBack(action) {
  const answer = await api.decide(action);
  if (!answer) return;
  toast(action === "undo" ? "Undone" : "Done again");
  if (answer.event) {
    await table.load({ around: answer.event.uid });
    await changed(answer, { refetch: true });
  } else {
    progress(answer);
    await table.load();
    if (article.current()) article.show(await api.get("/api/document", { doc: article.current().doc_id }));
    if (event) await show(await api.get("/api/event", { uid: event.uid }).catch(() => null));
    if (!event) await step("undecided");
  }
}

async function reopen() {
  if (!event) return;
  const answer = await api.decide("reopen", api.about(event));
  if (answer) await changed(answer);
}

async function regroup(action, column) {
  const uids = action === "merge" ? [...table.marked] : [event.uid];
  if (action === "merge" && event && !uids.includes(event.uid)) uids.push(event.uid);
  const answer = await api.decide(action, { column, uids, uid: event?.uid });
  if (!answer) return;
  table.marked.clear();
  const name = column === "same_as" ? "in the document" : "across documents";
  toast(action === "merge" ? `${uids.length} events merged ${name}` : `Split off ${name}`);
  progress(answer);
  await table.load({ around: event.uid });
  await show(await api.get("/api/event", { uid: event.uid }), { scroll: false });
}

async function documentDone() {
  const shown = article.current();
  if (!shown) return;
  const answer = await api.decide("document", { doc_id: shown.doc_id, done: !shown.done });
  if (!answer) return;
  shown.done = !shown.done;
  $("doc-done").setAttribute("aria-pressed", String(shown.done));
  toast(shown.done ? "Read to the end: what is not here was not missed." : "Open again");
  progress(answer);
}

// --- selected words ----------------------------------------------------------------------------

async function setRole(role) {
  const chosen = article.selection();
  if (!chosen || !event) return;
  const answer = await api.decide("select", { ...api.about(event), role, start: chosen.start, end: chosen.end });
  article.rest();
  bar();
  if (!answer) return;
  await changed(answer, { refetch: role === "trigger" });
  if (role === "date" && !event.cells.date) $("cell-date").focus();
  if (role === "agreement" && !event.cells.agreement_id) $("cell-agreement_id").focus();
}

/** Ask for the type of a missed event and who did it; Enter completes each of them. */
function missedEvent() {
  const chosen = article.selection();
  if (!chosen) { toast("Select the trigger of the missed event first (w walks through the words).", "problem"); return; }
  const { doc_id } = article.current();
  const hint = h("p", { class: "hint", role: "alert" });
  const asked = (column, label, options) => {
    const input = h("input", { type: "text", id: `new-${column}`, placeholder: label, "data-eager": true, spellcheck: "false" });
    const wrap = h("span", { class: "complete" }, input);
    const ask = (typed) => api.get("/api/suggest", { column, q: typed, doc: doc_id, near: chosen.start });
    return { input, completed: typeahead(input, ask, options), label: h("label", { for: input.id }, label), wrap };
  };
  const type = asked("event_type", "Type", { closed: true });
  const actors = asked("actors", "Actors", { list: true });
  const wrong = (field, problem) => {
    hint.textContent = problem;
    field.input.setAttribute("aria-invalid", "true");
    field.input.focus();
    field.completed.open();
  };
  const settled = async (field, missing) => {
    const { value, problem } = await field.completed.settle();
    if (value) field.input.value = value;
    else wrong(field, problem || missing);
    return value;
  };
  const next = async () => {
    hint.textContent = "";
    if (await settled(type, "What kind of event is it?")) actors.input.focus();
  };
  const add = async () => {
    hint.textContent = "";
    const event_type = await settled(type, "What kind of event is it?");
    const names = event_type && await settled(actors, "Who did it? An event without an actor is no event. The nearest names:");
    if (!names) return;
    const fields = { doc_id, start: chosen.start, end: chosen.end, event_type, actors: names };
    const answer = await api.decide("add_event", fields, (problem) => wrong(actors, problem));
    if (!answer) return;
    article.rest();
    bar();
    await changed(answer, { refetch: true });
    await table.load({ around: event.uid });
    box.close(); // only now, or what is typed meanwhile would be taken for commands
  };
  const box = dialog("Missed event", h("p", {}, "Trigger ", h("q", {}, chosen.text)),
    h("div", { class: "mention-grid" }, [type, actors].flatMap((field) => [field.label, field.wrap])), hint,
    h("p", { class: "dialog-actions" }, h("button", { type: "button", class: "accept", onclick: () => after(add) }, "Add event")));
  const onEnter = (field, run) => field.input.addEventListener("keydown", (e) => {
    if (e.key === "Enter") { e.preventDefault(); after(run); }
  });
  onEnter(type, next);
  onEnter(actors, add);
  type.input.focus();
}

function mentionDialog(known) {
  const chosen = known ? null : article.selection();
  if (!known && !chosen) { toast("Select the words of the mention first.", "problem"); return; }
  const found = known || { label: "", entity: "", country: "", sector: "", sense: "", date: "", agreement_id: "" };
  const doc_id = article.current().doc_id;
  const select = (name, values) => h("select", { id: `mention-${name}` }, ["", ...values].map((v) => h("option", { value: v, selected: found[name] === v }, v || "–")));
  const input = (name) => h("input", { id: `mention-${name}`, type: "text", value: found[name], spellcheck: "false" });
  const fields = {
    label: known ? h("output", { id: "mention-label" }, found.label) : select("label", lists.labels),
    entity: input("entity"), country: input("country"), sector: select("sector", lists.sectors),
    sense: select("sense", lists.senses), date: input("date"), agreement_id: input("agreement_id"),
  };
  const send = async (rejected) => {
    for (const [name, one] of Object.entries(completed)) fields[name].value = (await one.settle(true)).value;
    const cells = {};
    for (const [name, field] of Object.entries(fields)) {
      if (field.value !== undefined && name !== "label" && field.value !== found[name]) cells[name] = field.value;
    }
    if (!known) cells.label = fields.label.value;
    const body = known ? { key: known.key, cells, rejected } : { start: chosen.start, end: chosen.end, cells };
    const answer = await api.decide("mention", { doc_id, uid: event?.uid, ...body });
    if (!answer) return;
    box.close();
    article.rest();
    bar();
    progress(answer);
    article.show(await api.get("/api/document", { doc: doc_id }));
    if (event) await show(await api.get("/api/event", { uid: event.uid }), { scroll: false });
    toast(rejected ? "Mention struck" : known ? "Mention corrected" : "Mention added");
  };
  const wraps = Object.entries(fields).map(([name, field]) => [h("label", { for: `mention-${name}` }, words(name)), h("span", { class: "complete" }, field)]);
  const completed = Object.fromEntries([["entity", "actors"], ["date", "date"], ["agreement_id", "agreement_id"]].map(([name, column]) => {
    const ask = (typed) => api.get("/api/suggest", { column, q: typed, doc: doc_id, near: known ? known.start : chosen.start });
    return [name, typeahead(fields[name], ask, { asTyped: column === "date" ? form.isDate : undefined })];
  }));
  const box = dialog(known ? "Mention" : "Missed mention",
    h("p", {}, h("q", {}, known ? known.text : chosen.text)),
    h("div", { class: "mention-grid" }, wraps),
    h("p", { class: "dialog-actions" },
      known && h("button", { type: "button", class: "reject", onclick: () => after(() => send(true)) }, "No mention"),
      h("button", { type: "button", class: "accept", onclick: () => after(() => send(false)) }, known ? "Save" : "Add mention")));
  box.onkeydown = (e) => { if (e.key === "Enter" && e.target.tagName === "INPUT") { e.preventDefault(); after(() => send(false)); } };
  (known ? fields.entity : fields.label).focus();
}

/** The bar that says what can be done with the selected words. */
function bar() {
  const chosen = article.selection();
  const element = $("selection-bar");
  element.hidden = !chosen;
  if (!chosen) return;
  const tool = (key, label, css) => h("button", {
    type: "button", class: css, onmousedown: (e) => e.preventDefault(), onclick: () => press(key, false),
  }, label, h("kbd", { "aria-hidden": "true" }, key));
  fill(element, 
    ...form.CELLS.filter((cell) => cell.role && event).map((cell) => tool(cell.key, cell.label.replace(/s$/, ""), `role-${cell.role}`)),
    event ? tool("0", "Trigger") : "", tool("+", "Missed event", "accept"),
    tool("i", article.mentionAt(chosen) ? "Correct mention" : "Missed mention"));
}

// --- keys --------------------------------------------------------------------------------------

const KEYS = {
  "Deciding": {
    a: ["Accept, on to the next undecided", () => judge("accept")],
    x: ["Reject, on to the next undecided", () => judge("reject")],
    q: ["Unsure: it returns at the end", () => judge("unsure")],
    A: ["Accept all marked, or all the filter shows", () => after(() => bulk("accept"))],
    X: ["Reject all marked, or all the filter shows", () => after(() => bulk("reject"))],
    o: ["Reopen: take the verdict away", () => after(reopen)],
    u: ["Undo my last decision", () => after(() => takeBack("undo"))],
    U: ["Redo", () => after(() => takeBack("redo"))],
    c: ["Comment", () => focus("comment")],
    d: ["Document read to the end, nothing missed", () => after(documentDone)],
  },
  "Moving": {
    j: ["Next event", () => after(() => step("next"))],
    k: ["Previous event", () => after(() => step("previous"))],
    n: ["Next undecided event", () => after(() => step("undecided"))],
    "]": ["Next document", () => after(() => step("next-document"))],
    "[": ["Previous document", () => after(() => step("previous-document"))],
    "/": ["Search", () => focus("search")],
    l: ["Least certain first, or by document again", () => after(reorder)],
    f: ["Filters", () => focus("filter-status")],
  },
  "Editing": {
    g: ["Guideline of the type, or away with it", () => form.toggleGuideline()],
    e: ["Edit the first cell", () => focus("cell-event_type")],
    ...Object.fromEntries(form.CELLS.map((cell) => [cell.key, [`Edit ${cell.label.toLowerCase()}`, () => focus(`cell-${cell.column}`)]])),
  },
  "Words of the article": {
    w: ["Walk through the words, from the trigger", () => { article.walk(Number(event?.cells.trigger_start || 0)); bar(); }],
    "←": ["Previous word, or → the next; with Shift more words", null],
    "4 … 8": ["Selected words are actor, recipient, date, place, agreement", null],
    0: ["Selected word is the trigger", () => after(() => setRole("trigger"))],
    "+": ["Selected word is the trigger of a missed event", missedEvent],
    i: ["Selected words are a missed mention; a mention selected: correct it", () => openMention()],
  },
  "Groups": {
    s: ["Mark or unmark this event", () => { if (event) table.mark(event.uid); }],
    m: ["Merge the marked events: same act in the document", () => after(() => regroup("merge", "same_as"))],
    M: ["Merge the marked events across documents", () => after(() => regroup("merge", "cluster_id"))],
    b: ["Split this event off its group", () => after(() => regroup("split", "same_as"))],
    B: ["Split this event off its cluster", () => after(() => regroup("split", "cluster_id"))],
  },
  "Page": {
    "?": ["These keys", () => help()],
    Escape: ["Leave a field, a selection, this help", () => { article.rest(); bar(); document.activeElement?.blur(); }],
  },
};
const BY_KEY = Object.assign({}, ...Object.values(KEYS));
const REPEATABLE = new Set(["j", "k", "]", "["]);

function focus(id) {
  const element = $(id);
  if (!element) return;
  element.focus();
  element.select?.();
}

function openMention() {
  const chosen = article.selection();
  const known = chosen && article.mentionAt(chosen);
  mentionDialog(known || undefined);
}

function help() {
  dialog("Keys", h("div", { class: "keys" }, Object.entries(KEYS).map(([name, keys]) => h("section", {},
    h("h3", {}, name),
    h("dl", {}, Object.entries(keys).sort(digitsLast).flatMap(([key, [label]]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, label)]))))));
}

const digitsLast = ([a], [b]) => /^\d$/.test(a) - /^\d$/.test(b);

/** Do what a key stands for; returns whether it stands for anything. */
function press(key, repeat) {
  const cell = form.CELLS.find((one) => one.key === key);
  if (cell?.role && article.selection()) { after(() => setRole(cell.role)); return true; }
  const action = BY_KEY[key]?.[1];
  if (!action || (repeat && !REPEATABLE.has(key))) return false;
  action();
  return true;
}

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || $("dialog").open) return;
  if (e.target.matches("input:not([type=checkbox]), textarea, select")) {
    if (e.key === "Escape") e.target.blur();
    return;
  }
  if (article.walking() && ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(e.key)) {
    e.preventDefault();
    const count = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 }[e.key];
    article.stride(count, e.shiftKey);
    bar();
    return;
  }
  if (press(e.key, e.repeat)) e.preventDefault();
});

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-key]");
  if (button) { press(button.dataset.key, false); return; }
  const piece = e.target.closest("#text [data-start]");
  if (!piece || article.selection()) return;
  const uids = piece.dataset.events?.split(" ") || [];
  const next = uids[(uids.indexOf(event?.uid) + 1) % uids.length];
  if (next) go(next);
  else if (piece.dataset.mention) article.choose(piece.dataset.mention);
});
document.addEventListener("selectionchange", bar);
$("help").addEventListener("click", help);
$("who").addEventListener("click", askName);

function askName() {
  const input = h("input", { type: "text", value: api.reviewer(), maxlength: "80", "aria-label": "Your name" });
  const send = async () => {
    try { await api.rename(input.value); } catch (error) { toast(error.message, "problem"); return; }
    location.reload();
  };
  dialog("Who is reviewing?", h("p", {}, "Every decision is kept under this name."), input,
    h("p", { class: "dialog-actions" }, h("button", { type: "button", class: "accept", onclick: send }, "Save")));
  input.addEventListener("keydown", (e) => { if (e.key === "Enter") { e.preventDefault(); send(); } });
  input.select();
}

// --- beginning ---------------------------------------------------------------------------------

form.setUp(lists, { decide: decideHere, inTurn, go });
table.setQuads(Object.fromEntries(Object.entries(lists.types).map(([name, type]) => [name, type.quad_class])));
table.setUp(lists, new URLSearchParams(location.search), {
  go,
  reviewer: () => document.querySelector("meta[name=reviewer]").content,
  filtered: () => after(async () => {
    await table.load({ offset: 0 });
    const found = table.first();
    await show(found ? await api.get("/api/event", { uid: found }) : null);
  }),
});
after(async () => {
  const wanted = new URLSearchParams(location.search).get("uid") || "";
  const state = await api.start();
  progress(state);
  await table.load({ around: wanted });
  let found = wanted && await api.get("/api/event", { uid: wanted }).catch(() => null);
  found ||= await api.get("/api/step", { ...table.currentQuery(), move: "undecided" });
  found ||= table.first() && await api.get("/api/event", { uid: table.first() });
  await show(found || null);
  if (!api.reviewer()) askName();
  document.documentElement.dataset.ready = "true";
  setInterval(poll, POLL);
});
