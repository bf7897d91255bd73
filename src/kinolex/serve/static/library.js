// The library page: numbers, index runs as they go on, folders, failures, videos, encoders.

import { api, attempt, bytes, confirmed, length, make, many, mayAdmin, one, showUnseen } from "/static/common.js";
import { tile } from "/static/tiles.js";

const AGAIN = 2000; // milliseconds before a stream that ended is opened anew
const heard = new Map(); // of each run the number of the last event that was heard
let following = null;
let cursor = null;
let known = -1; // videos that the library had when its folders were drawn

async function numbers() {
  const lib = await api("/v1/libraries/default");
  const number = (value, text) => make("div", { class: "number" }, make("b", {}, value), make("span", {}, text));
  one("#numbers").replaceChildren(
    number(lib.videos.toLocaleString("en"), lib.videos === 1 ? "video" : "videos"),
    number(length(lib.duration), "of film"),
    number(`${lib.done} / ${lib.videos}`, "completely indexed"),
    number(lib.frames.toLocaleString("en"), "frames looked at"),
    number(lib.passages.toLocaleString("en"), "passages read"),
    number(bytes(lib.bytes), "on disk"),
    ...Object.entries(lib.channels).map(([name, count]) => number(count.toLocaleString("en"), { picture: "with pictures", speech: "with speech", screen: "with screen text", title: "with titles" }[name] || name)));
  return lib;
}

function jobCard(job) {
  const going = ["running", "waiting"].includes(job.state);
  const left = job.eta === null || job.eta === undefined ? "" : `, about ${length(job.eta)} left`;
  const name = (job.now.path || "").split(/[\\/]/).pop();
  const button = (text, act) => make("button", { type: "button", class: "small", onclick: () => attempt(act).then(jobs) }, text);
  const acts = !mayAdmin ? [] : [
    going && button("Pause", () => api(`/v1/jobs/${job.id}/pause`, { method: "POST", json: {} })),
    job.state === "paused" && button("Resume", () => api(`/v1/jobs/${job.id}/resume`, { method: "POST", json: {} })),
    (going || job.state === "paused") && button("Cancel", () => api(`/v1/jobs/${job.id}`, { method: "DELETE" })),
  ];
  const told = { running: `${Math.round(100 * job.overall)} %${left}${name ? ` · ${job.now.stage} of ${name}` : ""}`, waiting: "waits for its turn", paused: "paused; what is whole can be searched", cancelled: "cancelled; what was whole stays" }[job.state]
    || (job.report ? `${many(job.report.done, "video")} indexed, ${job.report.failed} failed, in ${length(job.report.seconds)}` : job.error?.title || "");
  return make("li", { class: "card", "data-state": job.state },
    make("div", { class: "row" }, make("strong", {}, `${job.what || "index run"}: ${job.state}`), make("span", { class: "row" }, acts)),
    going ? make("progress", { max: 1, value: job.overall, "aria-label": `Progress of ${job.what}` }) : null,
    make("small", {}, told), ...job.notices.slice(-3).map((text) => make("small", {}, text)));
}

/** What a run changes while it goes on. New videos have no still yet: their tiles come at its end. */
async function changed() {
  const lib = await numbers();
  if (lib.videos === known) return;
  known = lib.videos;
  await roots();
}

async function jobs() {
  const told = await api("/v1/jobs");
  const shown = told.jobs.filter((job, number) => !["done", "cancelled"].includes(job.state) || number < 3);
  one("#jobs-section").hidden = !shown.length;
  one("#jobs").replaceChildren(...shown.map(jobCard));
  // One at a time: a browser opens six connections to a server, and each run that is followed keeps
  // one for as long as it goes on. The list is newest first, and the oldest is the next.
  const going = told.jobs.filter((job) => ["running", "waiting"].includes(job.state));
  const next = going.find((job) => job.state === "running") || going.at(-1);
  if (next && !following) follow(next.id);
}

const KINDS = ["plan", "start", "step", "commit", "failure", "notice", "state"];
const STILL = ["done", "failed", "cancelled", "paused"];

/** Listen to a run; the page is drawn at most twice a second. */
function follow(id) {
  const source = following = new EventSource(`/v1/jobs/${id}/events`);
  const leave = () => {
    source.close();
    // Not at once: whatever ended it, the server shall not be asked again and again.
    setTimeout(() => { following = null; jobs().catch(() => {}); }, AGAIN);
  };
  const hear = async (event) => {
    // A new stream tells everything from the beginning: what was heard already is passed over.
    const number = Number(event.lastEventId);
    if (number && number <= (heard.get(id) ?? 0)) return;
    if (number) heard.set(id, number);
    if (event.type === "state" && STILL.includes(JSON.parse(event.data).state) && await rests(id)) {
      if (source.readyState !== EventSource.CLOSED) { leave(); everything(); showUnseen(); }
    } else drawSoon();
  };
  for (const kind of KINDS) source.addEventListener(kind, hear);
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) leave(); });
}

/** Whether a run rests now: an old "paused" of one that goes on again is told as well. */
async function rests(id) {
  const job = await api(`/v1/jobs/${id}`).catch(() => null);
  return !job || STILL.includes(job.state);
}

function drawSoon() {
  drawSoon.timer ??= setTimeout(async () => {
    await Promise.all([jobs(), changed()]).catch(() => {});
    drawSoon.timer = undefined;
  }, 500);
}

async function roots() {
  const told = await api("/v1/roots");
  one("#roots").replaceChildren(...told.roots.map((root) => make("li", { class: "card" },
    make("div", { class: "row" }, make("strong", {}, root.name),
      make("span", { class: root.present ? "good" : "bad" }, root.present ? "connected" : "not connected: nothing of it is forgotten"),
      mayAdmin && root.present && make("button", { type: "button", class: "small", "aria-label": `Look for changes in ${root.name}`, onclick: () => begin({ roots: [root.id] }) }, "Look for changes")),
    make("small", {}, root.path))));
  if (!told.roots.length) one("#roots").append(make("li", { class: "card" }, "No folder was added yet."));
}

async function failures() {
  const told = await api("/v1/failures");
  one("#failures-section").hidden = !told.failures.length;
  one("#failures").replaceChildren(...told.failures.map((each) => make("tr", {},
    make("td", {}, each.path), make("td", {}, each.message), make("td", {}, String(each.tries)))));
}

async function videos(more = false) {
  const told = await api(`/v1/videos?size=48${more && cursor ? `&cursor=${cursor}` : ""}`);
  cursor = told.next;
  const tiles = told.videos.map(tile);
  if (more) one("#videos").append(...tiles); else one("#videos").replaceChildren(...tiles);
  one("#more-videos").hidden = !cursor;
}

const FOR = { picture: "pictures", words: "meaning of words", speech: "speech", screen: "screen text", voice: "where somebody speaks" };

async function models() {
  const told = await api("/v1/models");
  const rank = (each) => (each.in_use ? 0 : each.here ? 1 : 2);
  const list = [...told.models].sort((a, b) => rank(a) - rank(b));
  const used = list.filter((each) => each.in_use).map((each) => `${each.name} (${FOR[each.kind] || each.kind})`);
  one("#models-used").textContent = used.length ? `In use: ${used.join(", ")}.` : "None is in use yet.";
  one("#models").replaceChildren(...list.map((each) => make("tr", {},
    make("td", {}, make("strong", {}, each.name), make("br"), make("small", {}, each.about)),
    make("td", {}, FOR[each.kind] || each.kind),
    make("td", { title: each.speed || undefined }, each.in_use ? `in use (${many(each.in_use, "video")})` : each.here ? "here" : make("code", {}, each.command)),
    make("td", {}, each.download_mb ? bytes(each.download_mb * 1e6) : "–"),
    make("td", {}, each.licence))));
}

async function begin(order) {
  await attempt(async () => { await api("/v1/jobs", { method: "POST", json: order, key: crypto.randomUUID?.() }); await jobs(); });
}

// Choosing a folder: by lists, never by a path.

const dialog = one("#browse");
let trail = [];

async function browse(folder) {
  if (folder) trail.push(folder); else trail = [];
  const here = trail.at(-1);
  const told = await api(here ? `/v1/folders/${here.id}` : "/v1/folders");
  const crumb = (text, number, onclick) => make("button", { type: "button", class: "small", "aria-current": number === trail.length && "location", onclick }, text);
  one("#crumbs").replaceChildren(crumb("Top", 0, () => enter()),
    ...trail.map((each, number) => crumb(each.name, number + 1, () => { trail = trail.slice(0, number); enter(each); })));
  one("#folders").replaceChildren(...told.folders.map((each) => make("li", {}, make("button", { type: "button", class: "line", onclick: () => enter(each) }, "📁", make("span", {}, each.name)))));
  if (!told.folders.length) one("#folders").append(make("li", {}, "No folder inside."));
  one("#browse-add").disabled = !here;
}

/** Go into a folder; the focus goes along, as the button that was pressed is gone. */
const enter = (folder) => attempt(async () => {
  await browse(folder);
  (one("#folders button") || one("#browse-add")).focus();
});

one("#add")?.addEventListener("click", () => attempt(async () => {
  await browse();
  const kept = confirmed(dialog);
  one("#folders button")?.focus();
  if (await kept) await begin({ folder: trail.at(-1).id });
}));
one("#again")?.addEventListener("click", () => begin({}));
one("#retry")?.addEventListener("click", () => begin({ retry: true }));
one("#browse-add").addEventListener("click", () => dialog.close("ok"));
one("#more-videos").addEventListener("click", () => attempt(() => videos(true)));

async function everything() {
  await attempt(async () => { await Promise.all([numbers(), jobs(), roots(), failures(), videos(), models()]); });
}
everything();
