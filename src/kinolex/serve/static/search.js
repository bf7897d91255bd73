// The search page: the address holds the whole question, the list goes on as one scrolls.

import { all, api, attempt, CHANNELS, clock, length, make, many, mayEdit, one, showUnseen, tell } from "/static/common.js";
import { card, firstOf } from "/static/results.js";

const form = one("#ask"), results = one("#results"), summary = one("#summary"), nothing = one("#nothing");
const PAGE = 24;
let asking = new AbortController();
let state = { next: null, busy: false, generation: -1, pages: 0, count: 0 };
let examples = { image: [], like: [] };

// The question: between the form, the address and the API.

function fromAddress() {
  const given = new URLSearchParams(location.search);
  one("#q").value = given.get("q") || "";
  examples = { image: given.getAll("image"), like: given.getAll("like") };
  const channels = given.getAll("channel");
  for (const box of all("[name=channel]")) box.checked = !channels.length || channels.includes(box.value);
  for (const name of ["sort", "video", "folder", "after", "before", "min_length", "max_length", "language", "tag"]) {
    const field = form.elements[name];
    const value = given.get(name) || (name === "sort" ? "score" : "");
    if (field.tagName === "SELECT" && value && ![...field.options].some((o) => o.value === value)) field.append(new Option(value, value));
    field.value = value;
  }
  one("#group").checked = given.get("group_by") === "video";
  showExamples();
  showFiltered();
}

function toAddress() {
  const found = new URLSearchParams();
  const words = one("#q").value.trim();
  if (words) found.set("q", words);
  for (const kind of ["image", "like"]) for (const each of examples[kind]) found.append(kind, each);
  const channels = all("[name=channel]:checked").map((box) => box.value);
  if (channels.length && channels.length < Object.keys(CHANNELS).length) for (const each of channels) found.append("channel", each);
  for (const name of ["video", "folder", "after", "before", "min_length", "max_length", "language", "tag"]) {
    const value = form.elements[name].value.trim();
    if (value) found.set(name, value);
  }
  if (form.elements.sort.value !== "score") found.set("sort", form.elements.sort.value);
  if (one("#group").checked) found.set("group_by", "video");
  return found;
}

function showFiltered() {
  const count = ["video", "folder", "after", "before", "min_length", "max_length", "language", "tag"].filter((n) => form.elements[n].value.trim()).length;
  one("#filtered").hidden = !count;
  one("#filtered").textContent = count;
}

function showExamples() {
  const chip = (kind, value, picture, text) => make("span", { class: "chip" },
    make("img", { src: picture, alt: "" }), text,
    make("button", { type: "button", class: "plain", "aria-label": `Without ${text}`, onclick: () => { examples[kind] = examples[kind].filter((e) => e !== value); submit(); } }, "×"));
  one("#examples").replaceChildren(
    ...examples.image.map((id) => chip("image", id, `/v1/pictures/${id.replace(/@.*/, "")}`, "your picture")),
    ...examples.like.map((span) => {
      const [video, time] = span.split("#t=");
      const [start, end] = (time || "0").split(",").map(Number);
      return chip("like", span, `/v1/videos/${video}/still.jpg?t=${((start + (end || start)) / 2).toFixed(3)}`, `like ${clock(start)}${end ? `–${clock(end)}` : ""}`);
    }));
}

function submit() {
  const found = toAddress().toString();
  history.pushState({}, "", found ? `/?${found}` : "/");
  fromAddress();
  ask();
}

// Asking and showing.

function address(cursor) {
  const found = toAddress();
  found.set("size", PAGE);
  if (cursor) found.set("cursor", cursor);
  return `/v1/search?${found}`;
}

const somethingAsked = () => one("#q").value.trim() || examples.image.length || examples.like.length;

async function ask({ quiet = false, pages = 1 } = {}) {
  asking.abort();
  asking = new AbortController();
  if (!quiet) { results.replaceChildren(); nothing.replaceChildren(); one("#understood").replaceChildren(); }
  state = { next: null, busy: true, generation: -1, pages: 0, count: 0 };
  one("#empty")?.toggleAttribute("hidden", Boolean(somethingAsked()));
  document.title = somethingAsked() ? `${one("#q").value.trim() || "Pictures"} · kinolex` : "Search · kinolex";
  if (!somethingAsked()) { summary.replaceChildren(); results.replaceChildren(); nothing.replaceChildren(); state.busy = false; return; }
  if (!quiet) summary.textContent = "Searching …";
  const started = performance.now();
  try {
    const answer = await api(address(), { signal: asking.signal });
    if (quiet) results.replaceChildren();
    state.busy = false;
    show(answer, performance.now() - started);
    for (let page = 1; page < pages && state.next; page += 1) await further();
  } catch (error) {
    if (error.name === "AbortError") return;
    state.busy = false;
    summary.replaceChildren(make("span", { class: "bad" }, error.message));
  }
}

function show(answer, took) {
  state.generation = answer.generation;
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
    ...pending(answer.searched), ...(mayEdit && !examples.image.length ? [make("button", { type: "button", class: "small", onclick: save }, "Save this search")] : []));
}

function append(answer) {
  results.append(...answer.moments.map((moment) => card(moment, { like, collect, page })));
  state.next = answer.page.next;
  state.pages += 1;
  state.count += answer.moments.length;
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
    answer.weak.length ? make("details", {}, make("summary", {}, `The best ${many(answer.weak.length, "weak one")}, probably not it`), weak) : null);
}

function page(moment) {
  const words = one("#q").value.trim();
  const found = new URLSearchParams();
  if (words) found.set("q", words);
  found.set("t", `${moment.start},${moment.end}`);
  return `/video/${moment.video.id}?${found}`;
}

// What one can do with a moment.

function like(moment) {
  examples = { image: [], like: [`${moment.video.id}#t=${moment.start},${moment.end}`] };
  one("#q").value = "";
  submit();
  scrollTo(0, 0);
}

async function collect(moment) {
  await attempt(async () => {
    const told = await api("/v1/collections");
    const which = one("#collect-which");
    which.replaceChildren(...told.collections.map((c) => new Option(`${c.name} (${c.items.length})`, c.id)));
    which.disabled = !told.collections.length;
    one("#collect-new").value = "";
    const dialog = one("#collect");
    dialog.returnValue = "cancel";
    dialog.showModal();
    await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
    if (dialog.returnValue !== "ok") return;
    const spans = [{ video: moment.video.id, start: moment.start, end: moment.end }];
    const name = one("#collect-new").value.trim();
    const known = told.collections.find((c) => c.name.toLowerCase() === name.toLowerCase());
    if (known) await api(`/v1/collections/${known.id}/items`, { method: "POST", json: { spans } });
    else if (name) await api("/v1/collections", { method: "POST", json: { name, spans } });
    else await api(`/v1/collections/${which.value}/items`, { method: "POST", json: { spans } });
    tell("Added.", { link: { href: "/kept", text: "See it" } });
  });
}

async function save() {
  const given = toAddress();
  const number = (name) => (given.get(name) ? Number(given.get(name)) : null);
  const question = {
    text: given.get("q") || "",
    span: given.getAll("like").length ? given.getAll("like") : null,
    channels: given.getAll("channel").length ? given.getAll("channel") : null,
    group_by: given.get("group_by") || "moment",
    filters: {
      videos: given.getAll("video"), folder: given.get("folder") || "", after: given.get("after") || "", before: given.get("before") || "",
      min_length: number("min_length"), max_length: number("max_length"), language: given.get("language") || "", tags: given.getAll("tag"),
    },
  };
  await attempt(async () => {
    await api("/v1/saved", { method: "POST", json: { name: question.text || "Pictures", question } });
    tell("Saved: new footage that fits is counted beside “Saved”.", { link: { href: "/kept", text: "See it" } });
  });
}

async function picture(file) {
  if (!file) return;
  if (!file.type.startsWith("image/")) { tell(`${file.name || "This"} is no picture.`, { bad: true }); return; }
  await attempt(async () => {
    const made = await api("/v1/pictures", { method: "POST", body: file, type: file.type });
    examples.image = [made.id];
    examples.like = [];
    submit();
  });
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

/** While something is being indexed, ask again when the library has changed. */
async function watch() {
  try {
    const told = await api("/v1/jobs");
    const running = told.jobs.some((job) => ["running", "waiting"].includes(job.state));
    if (running && somethingAsked() && !state.busy && state.pages <= 1 && scrollY < 400 && !document.querySelector(".results video")) {
      const library = (await api("/v1/libraries/default"));
      if (library.generation !== state.generation) await ask({ quiet: true });
    }
    setTimeout(watch, running ? 2500 : 10000);
  } catch {
    setTimeout(watch, 20000);
  }
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
  if (event.target.id === "picture") { picture(event.target.files[0]); event.target.value = ""; }
  else if (event.target.id !== "q") { if (somethingAsked()) submit(); else showFiltered(); }
});
one("#unfilter").addEventListener("click", () => {
  for (const name of ["video", "folder", "after", "before", "min_length", "max_length", "language", "tag"]) form.elements[name].value = "";
  submit();
});
const box = one("#box");
for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) document.addEventListener(kind, (event) => { event.preventDefault(); if (kind === "drop" || !event.relatedTarget) box.classList.remove("over"); });
document.addEventListener("drop", (event) => picture(event.dataTransfer?.files[0]));
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
watch();
if (mayEdit) showUnseen();
