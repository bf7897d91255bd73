// The video page: player, heat timeline, shots, transcript, selection.

import { all, api, attempt, CHANNELS, clock, confirmed, make, many, mayEdit, one, tell, writing } from "/static/common.js";
import { exported, exportOptions } from "/static/exporting.js";
import { whereUnplayable } from "/static/playing.js";
import { asked as asQuestion, channelsSaid, chip, exampleChips, read, withoutOne, written } from "/static/question.js";

const page = one("#page"), player = one("#player"), seek = one("#seek");
const id = page.dataset.video, duration = Number(page.dataset.duration);
const base = `/v1/videos/${id}`;
let offset = 0; // where a converted stream begins
let converted = false;
let chosen = { start: null, end: null };
let hits = [], hit = -1, limit = null;

// What the address says: a time or span, and a question (read below).
const [from, until] = (new URLSearchParams(location.search).get("t") || "none").split(",").map(Number);
const wanted = Number.isFinite(from) ? from : null;

// Time: a converted stream has no ranges, so that seeking asks for another one.

const now = () => player.currentTime + offset;

function go(time, { playing = !player.paused, until = null } = {}) {
  const to = Math.min(Math.max(time, 0), Math.max(0, duration - 0.05));
  limit = until;
  if (converted) {
    offset = to;
    player.src = `${base}/stream.mp4?t=${to.toFixed(3)}`;
  } else player.currentTime = to;
  if (playing) player.play().catch(() => {});
  moved(to);
}

// One that waited too long for its player gave way to another: the rest is asked for again. One that
// gave next to nothing is at its end, whatever its file says of its length.
player.addEventListener("ended", () => {
  if (converted && player.currentTime > 1 && now() < duration - 1) go(now(), { playing: true, until: limit });
});

function moved(time = now()) {
  seek.value = time;
  seek.setAttribute("aria-valuetext", clock(time));
  for (const list of all("#lines, #screen-lines, #strip")) list.upTo?.(time);
  for (const line of all(".lines li")) line.classList.toggle("now", Number(line.dataset.start) <= time && time < Number(line.dataset.end));
  const current = one("#lines li.now");
  if (current && current !== moved.last && one("#follow").checked && !one("#words").hidden) {
    const panel = one("#words");
    // Measured between the two: offsetTop counts from the page where the panel is not positioned.
    panel.scrollTop += current.getBoundingClientRect().top - panel.getBoundingClientRect().top - panel.clientHeight / 3;
  }
  moved.last = current;
  for (const shot of all("#strip button")) shot.toggleAttribute("aria-current", Number(shot.dataset.start) <= time && time < Number(shot.dataset.end));
  needles(time);
  boxes(time);
}
player.addEventListener("timeupdate", () => {
  moved();
  if (limit !== null && now() >= limit) { limit = null; player.pause(); }
});
seek.addEventListener("input", () => go(Number(seek.value)));

/** Draw a long list a piece at a time: where one scrolls to its end, and up to a time. */
function growing(list, items, draw, piece) {
  let at = 0;
  const more = () => {
    const some = items.slice(at, at + piece);
    at += some.length;
    list.append(...some.map(draw));
    watch.disconnect();
    if (at < items.length) watch.observe(list.lastElementChild);
  };
  const watch = new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) more(); }, { rootMargin: "800px" });
  list.replaceChildren();
  list.upTo = (time) => { while (at < items.length && items[at].start <= time) more(); };
  more();
}

// Words: transcript, screen text, chapters.

let screenWords = [];
let corrected = new Map(); // by the id of the passage that shows it

function line(passage, { editable = false } = {}) {
  return make("li", { "data-start": passage.start, "data-end": passage.end },
    make("button", { type: "button", class: "line", onclick: () => go(passage.start) }, make("time", {}, clock(passage.start)), make("span", { dir: "auto" }, passage.text)),
    editable && mayEdit && corrected.has(passage.id) && make("button", { type: "button", class: "small plain", "aria-label": `Undo the correction: it was read as ${corrected.get(passage.id).old.slice(0, 60)}`, title: `It was read as: ${corrected.get(passage.id).old.slice(0, 200)}`, onclick: () => undo(passage) }, "↶"),
    editable && mayEdit && make("button", { type: "button", class: "small plain", "aria-label": `Correct: ${passage.text.slice(0, 60)}`, onclick: () => correct(passage) }, "✎"));
}

async function words() {
  const [told, right] = await Promise.all([api(`${base}/passages?words=false`), api(`${base}/corrections`)]);
  corrected = new Map(right.corrections.map((c) => [c.passage, c]));
  const said = told.passages.filter((p) => ["speech", "subtitle", "caption", "note"].includes(p.source));
  screenWords = told.passages.filter((p) => p.source === "screen");
  growing(one("#lines"), said, (p) => line(p, { editable: true }), 100);
  growing(one("#screen-lines"), screenWords, (p) => line(p, { editable: true }), 100);
  if (!said.length) one("#lines").append(make("li", {}, "Nothing is said here, or speech is not indexed yet."));
  if (!screenWords.length) one("#screen-lines").append(make("li", {}, "No words on the screen, or they are not indexed yet."));
  moved();
}

for (const each of all("#chapter-lines .line")) {
  each.parentElement.dataset.start = each.dataset.start;
  each.parentElement.dataset.end = each.dataset.end;
  one("time", each).textContent = clock(Number(each.dataset.start));
  each.addEventListener("click", () => go(Number(each.dataset.start)));
}

function boxes(time) {
  const layer = one("#boxes");
  if (one("#screen").hidden || !player.videoWidth) { layer.replaceChildren(); return; }
  const wide = player.clientWidth, high = player.clientHeight;
  const scale = Math.min(wide / player.videoWidth, high / player.videoHeight);
  const w = player.videoWidth * scale, h = player.videoHeight * scale;
  Object.assign(layer.style, { left: `${(wide - w) / 2}px`, top: `${(high - h) / 2}px`, width: `${w}px`, height: `${h}px` });
  layer.replaceChildren(...screenWords.filter((p) => p.box && p.start <= time && time < p.end).map((p) => {
    const mark = make("i");
    Object.assign(mark.style, { left: `${100 * p.box[0]}%`, top: `${100 * p.box[1]}%`, width: `${100 * p.box[2]}%`, height: `${100 * p.box[3]}%` });
    return mark;
  }));
}

/** Ask for a short text; undefined when it was cancelled. */
async function asked(title) {
  one("#name-title").textContent = title;
  one("#name-value").value = "";
  return await confirmed(one("#name")) ? one("#name-value").value.trim() || undefined : undefined;
}

async function correct(passage) {
  const field = one("#correct-value");
  field.value = passage.text;
  if (!await confirmed(one("#correct"))) return;
  const text = field.value.trim();
  if (!text || text === passage.text) return;
  await attempt(async () => {
    await api(`${base}/passages/${passage.id}`, { method: "PUT", json: { text } });
    tell("Corrected; it is found by the new words now.");
    await words();
  });
}
one("#correct-value").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.target.form.requestSubmit(one("#correct [value=ok]")); }
});

async function undo(passage) {
  await attempt(async () => {
    await api(`${base}/corrections/${corrected.get(passage.id).id}`, { method: "DELETE" });
    tell("It says again what was read at first.");
    await words();
  });
}

// Shots.

async function shots() {
  if (page.dataset.stills !== "true") return; // no pictures to show
  const told = await api(`${base}/shots`);
  const spans = told.shots.length > 1 ? told.shots : Array.from({ length: Math.min(12, Math.ceil(duration)) }, (_, n, c = Math.min(12, Math.ceil(duration))) => [(duration * n) / c, (duration * (n + 1)) / c]);
  growing(one("#strip"), spans.map(([start, end]) => ({ start, end })), ({ start, end }) => make("button", { type: "button", "data-start": start, "data-end": end, "aria-label": `From ${clock(start)}`, onclick: () => go(start) },
    make("img", { src: `${base}/still.jpg?t=${((start + end) / 2).toFixed(3)}`, alt: "", loading: "lazy", height: 68 }), make("span", {}, clock(start))), 60);
}

// The question: it came in the address, with all that an answer was asked with besides words.

let question = read(location.search);

function showQuestion() {
  const without = (name, value) => { ask(withoutOne(question, name, value)); one("#q").focus(); };
  const chips = exampleChips(question, without);
  if (question.channel.length) chips.push(chip(channelsSaid(question), () => { ask({ ...question, channel: [] }); one("#q").focus(); }));
  one("#examples").replaceChildren(...chips);
}

/** Ask in this video; the address says what, so that it can be sent and reloaded. */
function ask(next) {
  question = next;
  const found = written(next);
  const time = new URLSearchParams(location.search).get("t");
  if (time) found.set("t", time);
  history.replaceState(null, "", found.size ? `?${found}` : location.pathname);
  showQuestion();
  attempt(find);
}

/** The heat timeline of the question, channel by channel, and its moments in this video. */
async function find() {
  const turn = find.turn = (find.turn ?? 0) + 1;
  one("#heat").replaceChildren();
  hits = [];
  hit = -1;
  one("#hits").textContent = "";
  const { text, image, span: like, channels } = asQuestion(question);
  if (!text && !image && !like) return;
  const what = { text, image, span: like, channels };
  const [heat, answer] = await Promise.all([
    api(`${base}/timeline`, { method: "POST", json: what }),
    api("/v1/search", { method: "POST", json: { ...what, filters: { videos: [id] }, page: { size: 100 } } })]);
  if (turn !== find.turn) return; // something else was asked meanwhile
  hits = answer.moments.map((m) => [m.start, m.end]).sort((a, b) => a[0] - b[0]);
  one("#hits").textContent = hits.length
    ? `${many(hits.length, "moment")}: ${hits.slice(0, 8).map((h) => clock(h[0])).join(", ")}${hits.length > 8 ? " …" : ""}`
    : "Nothing in this video is above the line; the curves show where it is most like it.";
  for (const [channel, bars] of Object.entries(heat.channels)) {
    if (!bars.length) continue;
    const canvas = make("canvas", { width: 1200, height: 60, role: "img", "aria-label": described(channel, bars) });
    canvas.dataset.channel = channel;
    canvas.bars = bars;
    canvas.addEventListener("click", (event) => go((duration * event.offsetX) / canvas.clientWidth));
    one("#heat").append(make("div", { class: "channel" }, make("span", { class: `kind ${channel}` }, CHANNELS[channel]), canvas));
  }
  needles(now());
}

function described(channel, bars) {
  const best = bars.reduce((a, b) => (b[2] > a[2] ? b : a));
  return `${CHANNELS[channel]}: most likely at ${clock(best[0])}, ${Math.round(100 * best[2])} %`;
}

function needles(time) {
  for (const canvas of all("#heat canvas")) {
    const draw = canvas.getContext("2d");
    const [w, h] = [canvas.width, canvas.height];
    const style = getComputedStyle(document.documentElement);
    draw.clearRect(0, 0, w, h);
    if (chosen.start !== null) {
      draw.fillStyle = "#ffd24a55";
      draw.fillRect((w * chosen.start) / duration, 0, (w * ((chosen.end ?? chosen.start + 0.1) - chosen.start)) / duration, h);
    }
    draw.fillStyle = style.getPropertyValue(`--${canvas.dataset.channel}`).trim();
    for (const [start, end, chance] of canvas.bars) {
      const high = Math.max(2, h * chance);
      draw.globalAlpha = 0.35 + 0.65 * chance;
      draw.fillRect((w * start) / duration, h - high, Math.max(3, (w * (end - start)) / duration), high);
    }
    draw.globalAlpha = 1;
    draw.fillStyle = style.getPropertyValue("--text").trim();
    draw.fillRect((w * time) / duration - 1, 0, 3, h);
  }
}

function step(by) {
  if (!hits.length) { tell("Find something in this video first."); return; }
  hit = (hit + by + hits.length) % hits.length;
  go(hits[hit][0]);
}

// Selecting a span, and exporting it, or the whole video.

const format = one("#format");
let options = null;
const selected = () => chosen.start !== null && chosen.end !== null;

function select(start, end) {
  chosen = { start, end };
  if (start !== null && end !== null && end <= start) chosen.end = null;
  const whole = selected();
  one("#selected").replaceChildren(...(whole
    ? [`Selected ${clock(chosen.start, true)} – ${clock(chosen.end, true)} (${(chosen.end - chosen.start).toFixed(1)} s)`]
    : chosen.start !== null ? [`From ${clock(chosen.start, true)} on; `, make("kbd", {}, "O"), " ends it."]
      : ["Nothing selected (", make("kbd", {}, "I"), " begins, ", make("kbd", {}, "O"), " ends)."]));
  one("#selection-actions").hidden = !whole;
  one("[data-do=cut]").textContent = whole ? "Cut it" : "Export the whole video";
  // Words of a whole video, films of a piece of it, until somebody chooses.
  if (!format.chosen) { format.value = whole ? "clip" : "transcript"; options?.fit(); }
  if (whole) one("[data-do=like]").href = `/?${new URLSearchParams({ like: `${id}#t=${chosen.start.toFixed(3)},${chosen.end.toFixed(3)}` })}`;
  needles(now());
}

const span = () => ({ video: id, start: Number(chosen.start.toFixed(3)), end: Number(chosen.end.toFixed(3)) });
const acts = {
  play: () => go(chosen.start, { playing: true, until: chosen.end }),
  begin: () => select(now(), chosen.end),
  end: () => select(chosen.start ?? 0, now()),
  clear: () => select(null, null),
  cut: () => exported({ ...options.read(), format: format.value, spans: [selected() ? span() : { video: id }] }),
  tag: () => tag("Tag this span", span()),
  collect: async () => {
    const name = await asked("Add to which collection?");
    if (name === undefined) return;
    const told = await api("/v1/collections");
    const known = told.collections.find((c) => c.name.toLowerCase() === name.toLowerCase());
    if (known) await api(`/v1/collections/${known.id}/items`, { method: "POST", json: { spans: [span()] } });
    else await api("/v1/collections", { method: "POST", json: { name, spans: [span()] } });
    tell("Added.", { link: { href: "/kept", text: "See it" } });
  },
};
one("#selection").addEventListener("click", (event) => {
  const act = acts[event.target.closest("button")?.dataset.do];
  if (act) attempt(async () => act());
});
for (const each of all("[data-edit]")) each.hidden = !mayEdit;
one("#tag-whole").addEventListener("click", () => attempt(() => tag("Tag the whole video", { video: id })));

async function tag(title, what) {
  const name = await asked(title);
  if (name === undefined) return;
  await api("/v1/tags", { method: "POST", json: { name, ...what } });
  tell(`Tagged “${name}”.`);
  await tags();
}

async function tags() {
  const told = await api(`/v1/tags?video=${id}`);
  one("#tag-lines").replaceChildren(...told.tags.map((tag) => make("li", {},
    make("button", { type: "button", class: "line", onclick: () => go(tag.start ?? 0) }, make("time", {}, tag.start === null ? "all" : clock(tag.start)), make("span", {}, tag.name)),
    mayEdit && make("button", { type: "button", class: "small plain", "aria-label": `Take the tag ${tag.name} away`, onclick: () => attempt(() => api(`/v1/tags/${tag.id}`, { method: "DELETE" })).then(tags) }, "×"))));
  if (!told.tags.length) one("#tag-lines").append(make("li", {}, mayEdit ? "No tags yet: tag the whole video, or select a span, then “Tag it”." : "No tags yet."));
}

async function formats() {
  const told = await api("/v1/exports/formats");
  format.replaceChildren(...told.formats.map((f) => new Option(f.title, f.name)));
  options = exportOptions(format);
  one("#selection").append(options);
  one("[data-do=cut]").disabled = false;
  select(chosen.start, chosen.end);
}
format.addEventListener("change", () => { format.chosen = true; });

// Tabs and keys.

const tabs = all("[role=tab]");
function tab(which) {
  for (const each of tabs) {
    const on = each === which;
    each.setAttribute("aria-selected", on);
    each.tabIndex = on ? 0 : -1;
    one(`#${each.getAttribute("aria-controls")}`).hidden = !on;
  }
  boxes(now());
}
for (const each of tabs) {
  each.addEventListener("click", () => tab(each));
  each.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const to = tabs[(tabs.indexOf(each) + by + tabs.length) % tabs.length];
    tab(to);
    to.focus();
    event.preventDefault();
  });
}

document.addEventListener("keydown", (event) => {
  if (writing(event.target) || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  const keys = {
    i: acts.begin,
    o: acts.end,
    k: () => (player.paused ? player.play().catch(() => {}) : player.pause()),
    j: () => go(now() - 10),
    l: () => go(now() + 10),
    ",": () => go(now() - 0.04, { playing: false }),
    ".": () => go(now() + 0.04, { playing: false }),
    n: () => step(1),
    p: () => step(-1),
  };
  const act = keys[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});

one("#within").addEventListener("submit", (event) => { event.preventDefault(); ask({ ...question, q: one("#q").value.trim() }); });
one("#next").addEventListener("click", () => step(1));
one("#previous").addEventListener("click", () => step(-1));

// Begin: what the address asks, and whether the film can be shown at all.

one("#q").value = question.q;
if (wanted !== null) {
  if (player.readyState) go(wanted, { playing: false }); else player.addEventListener("loadedmetadata", () => go(wanted, { playing: false }), { once: true });
}
select(wanted !== null && Number.isFinite(until) ? wanted : null, until || null);
showQuestion();
attempt(words);
attempt(shots);
attempt(tags);
attempt(formats);
attempt(find);
whereUnplayable(player, () => Number(page.dataset.width) > 0, () => {
  converted = true;
  one("#converted").hidden = false;
  go(wanted ?? 0, { playing: false });
});
