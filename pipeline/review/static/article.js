// The article: its pieces, who plays which part in the current event, and selecting words with
// the mouse or the keyboard. Offsets are code points, as in the tables.
import { $, fill, h } from "./dom.js";

const WORD = /[\p{L}\p{N}]+(?:[’'.-][\p{L}\p{N}]+)*/gu;
let shown = null;
let wordAt = null; // [first, last] word index while walking through the words

export const current = () => shown;
const pieces = () => $("text").querySelectorAll("[data-start]");

/** Put a document on the page. */
export function show(article) {
  const top = shown?.doc_id === article.doc_id ? $("text").scrollTop : 0;
  shown = article;
  wordAt = null;
  $("doc-title").textContent = article.title || article.doc_id;
  fill($("doc-facts"), 
    h("span", { class: "mono" }, article.doc_id),
    h("span", {}, article.published ? `published ${article.published}` : "no publication date"),
    h("span", {}, `${article.events.length} events, ${article.mentions.length} mentions`),
  );
  $("doc-done").setAttribute("aria-pressed", String(article.done));
  $("notice").textContent = article.notice;
  $("notice").hidden = !article.notice;
  fill($("text"), ...article.pieces.map(piece));
  $("text").scrollTop = top;
}

function piece(p) {
  if (p.start < 0) return h("span", { class: "gap" }, p.text);
  const css = ["p"];
  if (p.zone) css.push("zone");
  if (p.mention) css.push("m");
  if (p.events) css.push("t");
  return h(p.mention || p.events ? "mark" : "span", {
    class: css.join(" "), "data-start": p.start, "data-mention": p.mention,
    "data-label": p.label, "data-events": p.events?.join(" "),
    "data-sentences": p.sentences?.join(" "),
    title: p.zone ? `${p.zone}: no part of the body` : p.mention ? mentionTitle(p.mention) : null,
  }, p.text);
}

function mentionTitle(key) {
  const m = shown.mentions.find((one) => one.key === key);
  return [m.label, m.entity || m.date || m.agreement_id, m.country].filter(Boolean).join(" · ");
}

/** Mark the current event: its trigger, sentence and parties; show the verdicts on the others. */
export function mark(event, { scroll = true } = {}) {
  const status = new Map(shown.events.map((e) => [e.uid, e.status]));
  status.set(event.uid, event.status);
  let trigger = null;
  const ended = new Map();
  for (const element of pieces()) {
    const { mention, events, sentences } = element.dataset;
    const mine = events?.split(" ").includes(event.uid);
    element.classList.toggle("current", Boolean(mine));
    element.classList.toggle("evidence", Boolean(sentences?.split(" ").includes(event.uid)));
    if (events) {
      const verdicts = events.split(" ").map((uid) => status.get(uid) || "undecided");
      element.dataset.status = verdicts.includes("undecided") ? "undecided" : verdicts[0];
    }
    if (mine) trigger ||= element;
    const role = mention && event.roles[mention];
    delete element.dataset.tag;
    if (role) {
      element.dataset.role = role.role;
      element.dataset.reach = role.reach;
      if (role.reach === "sentence") ended.set(mention, element);
    } else delete element.dataset.role;
  }
  for (const [key, element] of ended) element.dataset.tag = event.roles[key].role;
  if (trigger && scroll) reveal(trigger);
}

/** Keep the verdict on an event up to date without fetching the article again. */
export function setStatus(uid, status) {
  const known = shown?.events.find((e) => e.uid === uid);
  if (known) known.status = status;
}

function reveal(element) {
  const box = $("text").getBoundingClientRect();
  const spot = element.getBoundingClientRect();
  if (spot.top < box.top + 40 || spot.bottom > box.bottom - 110) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    $("text").scrollBy({ top: spot.top - box.top - box.height / 3, behavior: calm ? "auto" : "smooth" });
  }
}

const codePoints = (text, utf16) => [...text.slice(0, utf16)].length;

/** What is selected in the article: {start, end, text}, or null. */
export function selection() {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  let start = null;
  let end = null;
  for (const element of pieces()) {
    const node = element.firstChild;
    if (!node || !range.intersectsNode(node)) continue;
    const first = node === range.startContainer ? range.startOffset : 0;
    const last = node === range.endContainer ? range.endOffset : node.data.length;
    if (first >= last) continue;
    const base = Number(element.dataset.start);
    start ??= base + codePoints(node.data, first);
    end = base + codePoints(node.data, last);
  }
  return start === null ? null : { start, end, text: chosen.toString() };
}

/** Select a stretch of the article. */
function select(start, end) {
  const range = document.createRange();
  let begun = false;
  for (const element of pieces()) {
    const node = element.firstChild;
    const base = Number(element.dataset.start);
    const signs = [...node.data];
    if (!begun && start < base + signs.length) {
      range.setStart(node, signs.slice(0, start - base).join("").length);
      begun = true;
    }
    if (begun && end <= base + signs.length) {
      range.setEnd(node, signs.slice(0, end - base).join("").length);
      break;
    }
  }
  const chosen = getSelection();
  chosen.removeAllRanges();
  chosen.addRange(range);
  reveal(range.startContainer.parentElement);
}

/** Select a mention (a click on it does). */
export function choose(key) {
  const mention = shown.mentions.find((one) => one.key === key);
  select(Number(mention.start), Number(mention.end));
}

function wordList() {
  if (shown.words) return shown.words;
  shown.words = [];
  let whole = "";
  let base = null;
  const flush = () => {
    if (base === null) return;
    for (const found of whole.matchAll(WORD)) {
      const start = base + codePoints(whole, found.index);
      shown.words.push([start, start + [...found[0]].length]);
    }
    whole = "";
    base = null;
  };
  for (const p of shown.pieces) {
    if (p.start < 0) flush();
    else {
      base ??= p.start;
      whole += p.text;
    }
  }
  flush();
  return shown.words;
}

export const walking = () => wordAt !== null;

/** Begin to walk through the words, at an offset (the trigger's). */
export function walk(offset) {
  const found = wordList().findIndex(([, end]) => end > offset);
  wordAt = [Math.max(found, 0), Math.max(found, 0)];
  $("text").focus();
  select(...wordList()[wordAt[0]]);
}

/** Stop walking and let go of the selection. */
export function rest() {
  wordAt = null;
  getSelection().removeAllRanges();
}

/** Move by words; with extend the selection grows or shrinks at its end. */
export function stride(count, extend) {
  const all = wordList();
  const bound = (n) => Math.min(Math.max(n, 0), all.length - 1);
  if (extend) wordAt[1] = Math.max(bound(wordAt[1] + count), wordAt[0]);
  else {
    const to = bound((count > 0 ? wordAt[1] : wordAt[0]) + count);
    wordAt = [to, to];
  }
  select(all[wordAt[0]][0], all[wordAt[1]][1]);
}

/** The mention that a selection touches, or null. */
export function mentionAt(chosen) {
  return shown.mentions.find((m) => m.status !== "rejected"
    && Number(m.start) < chosen.end && chosen.start < Number(m.end)) || null;
}
