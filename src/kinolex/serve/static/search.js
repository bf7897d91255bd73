// The search page: the address holds the whole question, the list goes on as one scrolls.

import { all, api, attempt, CHANNELS, clock, confirmed, length, make, many, mayEdit, one, tell } from "/static/common.js";
import { asked, exampleChips, filterChips, FILTERS, read, withoutOne, written } from "/static/question.js";
import { card, firstOf } from "/static/results.js";
import { tile } from "/static/tiles.js";

const form = one("#ask"), results = one("#results"), summary = one("#summary"), nothing = one("#nothing");
const PAGE = 24;
const OFTEN = 4000; // milliseconds between two looks whether the library has changed
const FRESH = { of: "moments", next: null, busy: false, generation: -1, pages: 0, count: 0 };
let asking = new AbortController();
let state = { ...FRESH };

// The question: between the form, the address and the API. What can be there several times stands
// as chips, not in fields: `several` holds it.

const FIELDS = ["folder", "after", "before", "min_length", "max_length", "language"];
let several = { image: [], like: [], video: [], tag: [] };

function toForm(found) {
  one("#q").value = found.q;
  several = { image: found.image, like: found.like, video: found.video, tag: found.tag };
  for (const box of all("[name=channel]")) box.checked = !found.channel.length || found.channel.includes(box.value);
  for (const name of [...FIELDS, "sort"]) {
    const field = form.elements[name];
    const value = found[name] || (name === "sort" ? "score" : "");
    if (field.tagName === "SELECT" && value && ![...field.options].some((o) => o.value === value)) field.append(new Option(value, value));
    field.value = value;
  }
  for (const name of ["video", "tag"]) form.elements[name].value = "";
  one("#group").checked = found.group_by === "video";
  showChips(found);
}

/** What the form asks, as `read` gives it of an address. */
function fromForm() {
  const value = (name) => form.elements[name].value.trim();
  const boxes = all("[name=channel]:checked").map((box) => box.value);
  const added = (name) => [...new Set([...several[name], value(name)].filter(Boolean))];
  return {
    ...Object.fromEntries(FIELDS.map((name) => [name, value(name)])),
    q: one("#q").value.trim(), image: several.image, like: several.like, video: added("video"), tag: added("tag"),
    channel: boxes.length < Object.keys(CHANNELS).length ? boxes : [],
    sort: value("sort") === "score" ? "" : value("sort"), group_by: one("#group").checked ? "video" : "",
  };
}

const fromAddress = () => toForm(read(location.search));

function showChips(found) {
  const without = (name, value) => {
    go(withoutOne(fromForm(), name, value));
    (one(FILTERS.includes(name) ? "#limits button" : "#examples button") || one("#q")).focus();
  };
  const limits = filterChips(found, without);
  one("#examples").replaceChildren(...exampleChips(found, without));
  one("#limits").replaceChildren(...(limits.length ? ["Only:", ...limits] : []));
  one("#filtered").hidden = !limits.length;
  one("#filtered").textContent = limits.length;
}

/** Go to the address of a question, and ask it. */
function go(found) {
  const address = written(found).toString();
  history.pushState({}, "", address ? `/?${address}` : "/");
  fromAddress();
  ask();
}

/** Ask what the form says; where a field cannot be meant so, show it instead. */
function submit() {
  const wrong = one("input:invalid", form);
  if (wrong) {
    one("#filters").open = true;
    wrong.reportValidity();
  } else go(fromForm());
}

// Asking and showing.

const somethingAsked = () => Boolean(one("#q").value.trim() || several.image.length || several.like.length);
const somethingFiltered = () => { const found = fromForm(); return FILTERS.some((name) => found[name].length); };
const wanted = () => somethingAsked() || somethingFiltered();

/** Where the answer is: moments, or, where only filters are set, the videos that pass them. */
function address(cursor) {
  const form = fromForm();
  const found = written(state.of === "moments" ? form : { ...form, q: "", image: "", like: [], channel: [], sort: "", group_by: "" });
  found.set("size", PAGE);
  if (cursor) found.set("cursor", cursor);
  return `/v1/${state.of === "moments" ? "search" : "videos"}?${found}`;
}

function empty() {
  summary.replaceChildren();
  results.replaceChildren();
  nothing.replaceChildren();
  one("#understood").replaceChildren();
}

async function ask({ quiet = false, pages = 1 } = {}) {
  asking.abort();
  asking = new AbortController();
  if (!quiet) empty();
  state = { ...FRESH, of: somethingAsked() ? "moments" : "videos", busy: true };
  one("#empty").hidden = wanted();
  document.title = wanted() ? `${one("#q").value.trim() || (somethingAsked() ? "Pictures" : "Videos")} · kinolex` : "Search · kinolex";
  if (!wanted()) { empty(); state.busy = false; return; }
  if (!quiet) summary.textContent = "Searching …";
  const started = performance.now();
  try {
    const answer = await api(address(), { signal: asking.signal });
    if (quiet) results.replaceChildren();
    state.busy = false;
    if (state.of === "moments") show(answer, performance.now() - started);
    else showVideos(answer);
    for (let page = 1; page < pages && state.next; page += 1) await further();
  } catch (error) {
    if (error.name === "AbortError") return;
    Object.assign(state, { busy: false, generation: null }); // asked again when the library changes
    summary.replaceChildren(make("span", { class: "bad" }, error.message));
  }
}

function listOf(what) {
  results.className = what === "videos" ? "tiles" : "results";
  results.setAttribute("aria-label", what === "videos" ? "Videos" : "Moments");
}

function show(answer, took) {
  state.generation = answer.generation;
  listOf("moments");
  understood(answer.query);
  nothing.replaceChildren();
  if (answer.nothing_found) {
    summary.replaceChildren();
    nothing.replaceChildren(nothingFound(answer));
    return;
  }
  append(answer);
  const seconds = took < 1000 ? `${Math.round(took)} ms` : `${(took / 1000).toFixed(1)} s`;
  const noun = answer.query.group === "video" ? "video" : "moment";
  summary.replaceChildren(
    `${state.next ? "More than " : ""}${many(answer.moments.length, noun)} in ${seconds}; searched ${covered(answer.searched)}.`,
    ...pending(answer.searched), ...saveButton());
}

/** Videos that pass the filters, where nothing is asked of them. */
function showVideos(answer) {
  state.generation = null; // this list does not tell it
  listOf("videos");
  append(answer);
  const count = many(answer.total, "video");
  summary.replaceChildren(answer.total ? `${count}. Type above what you look for in them.` : "No video passes the filters.");
}

function append(answer) {
  const made = state.of === "moments"
    ? answer.moments.map((moment) => card(moment, { like, collect, page })) : answer.videos.map(tile);
  results.append(...made);
  state.next = state.of === "moments" ? answer.page.next : answer.next;
  state.pages += 1;
  state.count += made.length;
  remember();
}

async function further() {
  if (state.busy || !state.next) return;
  state.busy = true;
  try {
    append(await api(address(state.next), { signal: asking.signal }));
  } catch (error) {
    if (error.name !== "AbortError") { tell(error.message, { bad: true }); state.next = null; }
  }
  state.busy = false;
  if (near()) await further();
}

const near = () => state.next && one("#more").getBoundingClientRect().top < innerHeight + 600;

function understood(query) {
  const said = [];
  if (query.phrases.length || query.excluded.length || query.notes.length || query.parts.length > 1) {
    for (const part of query.parts) {
      const text = part.kind === "words" ? part.value : { image: "your picture", span: "the span", concept: `@${part.value}` }[part.kind];
      said.push(make("span", { class: "chip" }, part.weight === 1 ? text : `${text} × ${part.weight}`));
    }
    said.push(...query.phrases.map((p) => make("span", { class: "chip" }, `exactly “${p}”`)));
    said.push(...query.excluded.map((p) => make("span", { class: "chip" }, `without “${p}”`)));
    said.push(...query.notes.map((p) => make("span", { class: "chip" }, p)));
  }
  one("#understood").replaceChildren(...(said.length ? ["Understood: ", ...said] : []));
}

function covered(searched) {
  const parts = Object.entries(searched.channels).map(([name, count]) =>
    count >= searched.videos ? CHANNELS[name].toLowerCase() : `${CHANNELS[name].toLowerCase()} (in ${count})`);
  return `${many(searched.videos, "video")} (${length(searched.duration)})${parts.length ? `: ${parts.join(", ")}` : ""}`;
}

function pending(searched) {
  return searched.pending ? [make("span", { class: "chip" }, `${many(searched.pending, "video")} still being indexed`)] : [];
}

function nothingFound(answer) {
  const searched = answer.searched;
  const missing = [
    ...Object.entries(searched.unavailable).map(([name, why]) => `${CHANNELS[name]}: ${why}`),
    ...(searched.pending ? [`${many(searched.pending, "video")} not completely indexed yet; what they hold appears here by itself.`] : []),
    ...(searched.failed ? [`${many(searched.failed, "file")} could not be indexed: see the library page.`] : []),
  ];
  const weak = make("ol", { class: "results" }, answer.weak.map((moment) => card(moment, { like, collect, page, weak: true })));
  return make("div", {},
    make("h2", {}, "Nothing found"),
    make("p", {}, searched.videos ? `Searched ${covered(searched)}.` : "No video passes the filters."),
    missing.length ? make("div", {}, make("p", {}, "Not searched:"), make("ul", {}, missing.map((text) => make("li", {}, text)))) : null,
    answer.weak.length ? make("details", {}, make("summary", {}, `The best ${many(answer.weak.length, "weak one")}, probably not it`), weak) : null,
    saveButton("Save it: new footage that fits will be counted").map((button) => make("p", {}, button)));
}

/** The video page of a moment, which goes on with the whole question. */
function page(moment) {
  const { q, image, like: spans, channel } = fromForm();
  const found = written({ q, image, like: spans, channel });
  found.set("t", `${moment.start},${moment.end}`);
  return `/video/${moment.video.id}?${found}`;
}

// What one can do with a moment, and with a question.

function like(moment) {
  go({ ...fromForm(), q: "", image: [], like: [`${moment.video.id}#t=${moment.start},${moment.end}`] });
  scrollTo(0, 0);
}

async function collect(moment) {
  await attempt(async () => {
    const told = await api("/v1/collections");
    const which = one("#collect-which"), field = one("#collect-new");
    which.replaceChildren(...told.collections.map((c) => new Option(`${c.name} (${c.items.length})`, c.id)));
    which.disabled = field.required = !told.collections.length;
    field.value = "";
    if (!await confirmed(one("#collect"))) return;
    const spans = [{ video: moment.video.id, start: moment.start, end: moment.end }];
    const name = field.value.trim();
    const known = told.collections.find((c) => c.name.toLowerCase() === name.toLowerCase());
    if (known || !name) await api(`/v1/collections/${known?.id ?? which.value}/items`, { method: "POST", json: { spans } });
    else await api("/v1/collections", { method: "POST", json: { name, spans } });
    tell("Added.", { link: { href: "/kept", text: "See it" } });
  });
}

/** A button that saves the question; pictures cannot be kept in one. */
function saveButton(text = "Save this search") {
  return mayEdit && !several.image.length ? [make("button", { type: "button", class: "small", onclick: save }, text)] : [];
}

async function save() {
  const question = asked(fromForm());
  one("#saving-name").value = (question.text || all("#examples .chip").map((each) => each.said).join(", ")).slice(0, 200);
  const answer = confirmed(one("#saving"));
  one("#saving-name").select();
  if (!await answer) return;
  await attempt(async () => {
    await api("/v1/saved", { method: "POST", json: { name: one("#saving-name").value.trim(), question } });
    tell("Saved: new footage that fits is counted beside “Saved”.", { link: { href: "/kept", text: "See it" } });
  });
}

async function picture(file) {
  if (!file.type.startsWith("image/")) { tell(`${file.name || "This"} is no picture.`, { bad: true }); return; }
  await attempt(async () => {
    const made = await api("/v1/pictures", { method: "POST", body: file, type: file.type });
    go({ ...fromForm(), image: [made.id], like: [] });
  });
}

/** A picture; words stay text for the box; the address of a picture on another page is none. */
function drop(event) {
  const data = event.dataTransfer;
  const file = data?.files[0];
  if (!file && event.target === one("#q") && !data?.types.includes("text/uri-list")) return;
  event.preventDefault();
  if (file) picture(file);
  else if (data?.types.includes("text/uri-list")) tell("That is only the address of a picture. The picture itself is needed: save it, then drop its file here.", { bad: true });
}

// Keeping the place: what was loaded and how far one had scrolled comes back with "back".

function remember() {
  history.replaceState({ pages: state.pages, scroll: scrollY }, "");
}

async function restore() {
  const { pages = 1, scroll = 0 } = history.state || {};
  fromAddress();
  await ask({ pages });
  if (scroll) scrollTo(0, scroll);
}

// Keeping the answer fresh: also other people and the command line index.

/** Nobody would notice that the list is drawn anew. */
function undisturbed() {
  return state.pages <= 1 && scrollY < 400 && !one("video", results) && !results.contains(document.activeElement) && !one("dialog[open]");
}

function offerAgain() {
  if (one("#again")) return;
  const again = () => { scrollTo(0, 0); ask(); };
  summary.append(make("button", { type: "button", class: "small", id: "again", onclick: again }, "The library has changed: ask again"));
}

async function freshen() {
  if (document.hidden || state.busy || state.generation === -1) return; // -1: nothing is asked
  const { generation } = await api("/v1/libraries/default");
  state.generation ??= generation;
  if (state.busy || state.generation === -1 || state.generation === generation) return;
  if (undisturbed()) await ask({ quiet: true }); else offerAgain();
}

async function watch() {
  const began = performance.now();
  let wait = OFTEN;
  try { await freshen(); } catch { wait = 5 * OFTEN; }
  // A server that takes long to count is asked less often.
  setTimeout(watch, Math.max(wait, 20 * (performance.now() - began)));
}

async function choices() {
  const [library, tags] = await Promise.all([api("/v1/libraries/default"), api("/v1/tags").catch(() => ({ names: {} }))]);
  const fill = (field, values) => {
    const known = new Set([...field.options].map((o) => o.value));
    field.append(...values.filter((v) => !known.has(v)).map((v) => new Option(v, v)));
  };
  fill(one("#language"), library.languages);
  fill(one("#tag"), Object.keys(tags.names));
}

form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
form.addEventListener("change", (event) => {
  const changed = event.target;
  if (changed.id === "picture") { const [file] = changed.files; if (file) picture(file); changed.value = ""; }
  else if (changed.id !== "q" && (wanted() || location.search)) submit();
});
one("#unfilter").addEventListener("click", () => {
  go({ ...fromForm(), ...Object.fromEntries(FILTERS.map((name) => [name, []])) });
});
one("#pick")?.addEventListener("click", () => one("#picture").click());
const box = one("#box");
for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) document.addEventListener(kind, (event) => { if (kind === "drop" || !event.relatedTarget) box.classList.remove("over"); });
document.addEventListener("drop", drop);
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files || [])].find((each) => each.type.startsWith("image/"));
  if (file) { event.preventDefault(); picture(file); }
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.tagName === "INPUT" && event.target.type === "search";
  if (event.key === "ArrowDown" && typing && firstOf(results)) { event.preventDefault(); firstOf(results).focus(); }
  else if (["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"].includes(event.key) && event.target.classList?.contains("shot")) {
    const shots = all(".shot", results);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }[event.key];
    const to = shots.indexOf(event.target) + step;
    event.preventDefault();
    if (to < 0) one("#q").focus(); else shots[to]?.focus();
  }
});
const columns = () => getComputedStyle(results).gridTemplateColumns.split(" ").length;
new IntersectionObserver((seen) => { if (seen[0].isIntersecting) further(); }, { rootMargin: "600px" }).observe(one("#more"));
addEventListener("scroll", () => { clearTimeout(remember.timer); remember.timer = setTimeout(remember, 150); }, { passive: true });
addEventListener("popstate", restore);
history.scrollRestoration = "manual";

restore();
choices().catch(() => {});
setTimeout(watch, OFTEN);
