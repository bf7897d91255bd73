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

export function tell(text, { bad = false, link } = {}) {
  const toast = make("div", { class: bad ? "toast bad" : "toast" }, text);
  if (link) toast.append(" ", make("a", { href: link.href, download: link.download }, link.text));
  one(".toasts").append(toast);
  setTimeout(() => toast.remove(), bad || link ? 12000 : 5000);
}

/** Do something that may fail; says so if it does. */
export async function attempt(work) {
  try { return await work(); } catch (error) {
    if (error.name !== "AbortError") tell(error.message, { bad: true });
    return undefined;
  }
}

/** Export spans, wait for the file, and save it. */
export async function exported(order) {
  let made = await api("/v1/exports", { method: "POST", json: order });
  if (made.state === "running") tell("The export is being made …");
  while (made.state === "running") {
    await new Promise((done) => setTimeout(done, 1000));
    made = await api(made.links.self);
  }
  if (made.state === "failed") throw new Error(`${made.error.title} ${made.error.hint}`);
  const link = make("a", { href: made.links.file, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
  tell([`${made.name || "The file"} is ready.`, ...(made.notes || [])].join(" "), { link: { href: made.links.file, text: "Save again", download: "" } });
  return made;
}

const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
one("[data-theme-switch]")?.addEventListener("click", () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
});

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
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "range";
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const box = one("input[type=search]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  }
});
