// Talking to the server. Decisions go through a queue kept in this browser until the server has
// said that they are on disk: one that was cut off is sent again, under the same id, and the
// server stores it once.
import { $, hush, toast, words } from "./dom.js";

const RETRY = 1500;
const session = { csrf: "", reviewer: "", id: "" };
let queue = [];
let sending = false;
let silent = false; // the server did not answer the last time

export const reviewer = () => session.reviewer;

export async function get(path, query = {}) {
  const sent = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value !== null && value !== undefined) sent.set(name, value);
  }
  const answer = await fetch(`${path}?${sent}`, { headers: { accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.problem || answer.statusText);
  return body;
}

const post = (path, body) => fetch(path, {
  method: "POST",
  headers: { "content-type": "application/json", "x-pacta-csrf": session.csrf },
  body: JSON.stringify(body),
});

/** Learn who is reviewing what; take up decisions that an earlier page could not send. */
export async function start() {
  const state = await get("/api/state");
  Object.assign(session, { csrf: state.csrf, reviewer: state.reviewer, id: state.review_id });
  queue = JSON.parse(localStorage.getItem(place()) || "[]").map((body) => ({ body }));
  if (queue.length) send();
  return state;
}

const place = () => `pacta-queue-${session.id}`;
const keep = () => localStorage.setItem(place(), JSON.stringify(queue.map((item) => item.body)));

function show() {
  const element = $("saved");
  if (!element) return;
  const waiting = queue.length;
  element.textContent = waiting ? `${waiting} not saved yet` : "Saved";
  element.classList.toggle("waiting", waiting > 0);
}

function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/** What a decision says of the event it is about: as it was seen, and after which decision. */
export const about = (event) => ({ uid: event.uid, seen: event.cells, after: event.history.at(-1)?.id ?? 0 });

/**
 * Send a decision; resolves with the server's answer once it is on disk, null if refused.
 * @param refused what to do with the reason of a refusal; else it is shown at the foot of the page
 */
export function decide(action, fields = {}, refused = null) {
  return new Promise((resolve) => {
    queue.push({ body: { id: token(), reviewer: session.reviewer, action, ...fields }, resolve, refused });
    keep();
    send();
  });
}

async function send() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    show();
    const outcome = await sendFirst(queue[0]);
    if (outcome === "again") {
      await new Promise((wake) => { setTimeout(wake, RETRY); });
      continue;
    }
    const item = queue.shift();
    keep();
    item.resolve?.(outcome);
  }
  sending = false;
  show();
}

async function sendFirst(item) {
  try {
    session.csrf ||= (await get("/api/state")).csrf;
    const answer = await post("/api/decide", item.body);
    if (answer.status === 409) {
      session.csrf = ""; // the server was started anew
      return "again";
    }
    if (answer.status >= 500 || answer.status === 401) return "again";
    if (silent) hush();
    silent = false;
    if (answer.ok) return told(await answer.json());
    const said = await answer.text();
    const refused = item.refused || ((problem) => toast(problem, "problem"));
    refused(said.startsWith("{") ? JSON.parse(said).problem : said);
    return null;
  } catch {
    session.csrf = "";
    silent = true;
    toast("The server does not answer. Your decision is kept and sent when it is back.", "problem");
    return "again";
  }
}

/** Tell what others decided of the event after it was seen here and before this decision. */
function told(answer) {
  const last = answer.overtaken.at(-1);
  if (last) toast(`${last.reviewer} was a moment before you: ${words(last.action)} ${last.what}. Yours stands now; u takes it back.`, "problem");
  return answer;
}

/** Give the reviewer a name. */
export async function rename(name) {
  const answer = await post("/api/reviewer", { name });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.problem);
  session.reviewer = body.reviewer;
  return body.reviewer;
}
