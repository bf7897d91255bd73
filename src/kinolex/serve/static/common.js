// What every page shares: asking the API, making elements, telling people things.

export const mayEdit = document.body.dataset.mayEdit === "true";
export const mayAdmin = document.body.dataset.mayAdmin === "true";

/** Ask the API; throws an Error whose message is the problem's own sentence. */
export async function api(path, { method = "GET", json, body, type, signal, key } = {}) {
  const headers = { Accept: "application/json" };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  else if (type) headers["Content-Type"] = type;
  if (key) headers["Idempotency-Key"] = key;
  const sent = json !== undefined ? JSON.stringify(json) : body;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: sent, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached. Is kinolex serve still running?");
  }
  if (answer.status === 401) {
    location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const error = new Error([told.detail || told.title || `Error ${answer.status}.`, told.hint].filter(Boolean).join(" "));
    error.status = answer.status;
    throw error;
  }
  return told;
}

/** An element with attributes (or properties, or on… listeners) and children; text is never HTML. */
export function make(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else if (key in made && key !== "list" && key !== "form") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return made;
}

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** 75.04 -> "1:15", 3675 -> "1:01:15"; with tenths where asked. */
export function clock(seconds, tenths = false) {
  const whole = tenths ? Math.floor(seconds * 10) / 10 : Math.floor(seconds);
  const h = Math.floor(whole / 3600), m = Math.floor((whole % 3600) / 60), s = whole % 60;
  const end = tenths ? s.toFixed(1).padStart(4, "0") : String(s).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${end}` : `${m}:${end}`;
}

/** 456 -> "7 min 36 s". */
export function length(seconds) {
  const whole = Math.round(seconds);
  const h = Math.floor(whole / 3600), m = Math.floor((whole % 3600) / 60), s = whole % 60;
  return [h && `${h} h`, m && `${m} min`, (!h && s) || whole === 0 ? `${s} s` : ""].filter(Boolean).join(" ");
}

export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let step = 0;
  while (count >= 1000 && step < units.length - 1) { count /= 1000; step += 1; }
  return `${step ? count.toFixed(count < 10 ? 1 : 0) : count} ${units[step]}`;
}

export const many = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** A chance in words that anybody understands. */
export function sure(score) {
  if (score >= 0.85) return "very likely";
  if (score >= 0.65) return "likely";
  if (score >= 0.5) return "maybe";
  return "weak";
}

export const CHANNELS = { picture: "Picture", speech: "Speech", screen: "Screen", title: "Title" };

/** Text with <mark> around half-open ranges of characters (as Python counts them). */
export function marked(text, marks) {
  const letters = [...text];
  const parts = [];
  let at = 0;
  for (const [start, end] of marks || []) {
    parts.push(letters.slice(at, start).join(""), make("mark", {}, letters.slice(start, end).join("")));
    at = end;
  }
  parts.push(letters.slice(at).join(""));
  return parts;
}

/** The text from a little before its first mark on, so that the mark is among what is shown. */
export function fromMark(text, marks, before = 40) {
  const letters = [...text];
  const first = marks?.length ? marks[0][0] : 0;
  if (first <= before) return [text, marks];
  const space = letters.findIndex((letter, n) => n >= first - before && n < first && /\s/.test(letter));
  const cut = space < 0 ? first - before : space + 1;
  const moved = marks.map(([start, end]) => [start - cut + 2, end - cut + 2]);
  return [`… ${letters.slice(cut).join("")}`, moved];
}

const TOASTS = 3; // more would lie over what one reads

/** Say something for a while; `act` puts a button on it. Gives what is shown, to take it away. */
export function tell(text, { bad = false, link, act, stay = false } = {}) {
  const toast = make("div", { class: bad ? "toast bad" : "toast" }, make("span", {}, text));
  if (link) toast.append(make("a", { href: link.href, download: link.download }, link.text));
  if (act) toast.append(make("button", { type: "button", class: "small", onclick: act.run }, act.text));
  toast.append(make("button", { type: "button", class: "small", "aria-label": "Close", onclick: () => toast.remove() }, "×"));
  toast.stays = stay;
  for (const old of all(".toast")) if (old.firstChild.textContent === text) old.remove();
  one(".toasts").append(toast);
  const passing = all(".toast").filter((each) => !each.stays);
  for (const old of passing.slice(0, -TOASTS)) old.remove();
  if (!stay) setTimeout(() => toast.remove(), bad || link ? 12000 : 5000);
  return toast;
}

/** Do something that may fail; says so if it does. */
export async function attempt(work) {
  try { return await work(); } catch (error) {
    if (error.name !== "AbortError") tell(error.message, { bad: true });
    return undefined;
  }
}

/** Show a dialog; true where it was kept, false where it was left by Cancel or Escape. */
export async function confirmed(dialog) {
  dialog.returnValue = "cancel";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  return dialog.returnValue === "ok";
}

// Cancel is no submit button: Enter presses the first of those, and must keep.
for (const each of all("dialog [data-cancel]")) each.addEventListener("click", () => each.closest("dialog").close("cancel"));

/** Whether keys that are pressed there write something; a slider and a switch take no letters. */
export function writing(target) {
  if (/^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.tagName === "INPUT" && !["range", "checkbox", "radio", "file"].includes(target.type);
}

const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
one("[data-theme-switch]")?.addEventListener("click", () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
});

/** The number beside "Saved"; gives the saved searches. */
export async function showUnseen() {
  const told = await api("/v1/saved").catch(() => ({ saved: [] }));
  const count = told.saved.reduce((sum, each) => sum + each.unseen, 0);
  const badge = one("[data-unseen]");
  badge.hidden = !count;
  badge.textContent = count;
  badge.setAttribute("aria-label", `${count} new`);
  return told.saved;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || writing(event.target) || event.ctrlKey || event.metaKey || one("dialog[open]")) return;
  const box = one("input[type=search]");
  if (box) { event.preventDefault(); box.focus(); box.select(); }
});

// Every page says what is new; the page of what is saved asks for it anyway.
if (one("[data-unseen]") && !one("#saved")) showUnseen();
