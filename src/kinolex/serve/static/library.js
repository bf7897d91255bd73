// The library page: numbers, index runs as they go on, folders, failures, videos, encoders.

import { api, attempt, bytes, clock, length, make, many, mayAdmin, one, tell } from "/static/common.js";

const watched = new Map();
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
  if (next && !watched.size) follow(next.id);
}

/** Listen to a run; the page is drawn at most twice a second. */
function follow(id) {
  const source = new EventSource(`/v1/jobs/${id}/events`);
  watched.set(id, source);
  let waits = false;
  const draw = () => {
    if (waits) return;
    waits = true;
    setTimeout(async () => { waits = false; await Promise.all([jobs(), changed()]).catch(() => {}); }, 500);
  };
  for (const kind of ["plan", "start", "step", "commit", "failure", "notice"]) source.addEventListener(kind, draw);
  source.addEventListener("state", (event) => {
    if (["done", "failed", "cancelled", "paused"].includes(JSON.parse(event.data).state)) { source.close(); watched.delete(id); everything(); }
    else draw();
  });
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
  const tiles = told.videos.map((video) => make("li", {}, make("a", { class: "tile", href: video.links.page },
    make("img", { src: video.links.still, alt: "", loading: "lazy", width: 320, height: 180 }), video.title, make("br"), make("small", {}, clock(video.duration)))));
  if (more) one("#videos").append(...tiles); else one("#videos").replaceChildren(...tiles);
  one("#more-videos").hidden = !cursor;
}

async function models() {
  const told = await api("/v1/models");
  const what = { picture: "pictures", words: "meaning of words", speech: "speech", screen: "screen text", voice: "where somebody speaks" };
  one("#models").replaceChildren(...told.models.map((each) => make("tr", {},
    make("td", {}, make("strong", {}, each.name), make("br"), make("small", {}, each.about)),
    make("td", {}, what[each.kind] || each.kind),
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
  one("#crumbs").replaceChildren(
    make("button", { type: "button", class: "small", onclick: () => browse() }, "Top"),
    ...trail.map((each, number) => make("button", { type: "button", class: "small", onclick: () => { trail = trail.slice(0, number); browse(each); } }, each.name)));
  one("#folders").replaceChildren(...told.folders.map((each) => make("li", {}, make("button", { type: "button", class: "line", onclick: () => browse(each) }, "📁", make("span", {}, each.name)))));
  if (!told.folders.length) one("#folders").append(make("li", {}, "No folder inside."));
  one("#browse-add").disabled = !here;
}

one("#add")?.addEventListener("click", () => attempt(async () => { await browse(); dialog.showModal(); }));
one("#again")?.addEventListener("click", () => begin({}));
one("#retry")?.addEventListener("click", () => begin({ retry: true }));
one("#browse-cancel").addEventListener("click", () => dialog.close());
one("#browse-add").addEventListener("click", () => { dialog.close(); begin({ folder: trail.at(-1).id }); });
one("#more-videos").addEventListener("click", () => attempt(() => videos(true)));

async function everything() {
  await attempt(async () => { await Promise.all([numbers(), jobs(), roots(), failures(), videos(), models()]); });
}
everything();
if (!mayAdmin) tell("Folders are added by an admin.");
