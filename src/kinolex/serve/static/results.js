// One moment as a card: still, range, evidence, actions.

import { CHANNELS, clock, fromMark, make, marked, mayEdit, one, sure } from "/static/common.js";
import { whereUnplayable } from "/static/playing.js";

const STILLS = 6;

/** Cycle through stills of the span while the pointer rests on the picture. */
function preview(shot, image, moment) {
  if (image.tagName !== "IMG") return;
  const first = image.src;
  const base = first.replace(/\?.*/, "");
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; image.src = first; };
  shot.addEventListener("pointerenter", () => {
    if (timer || shot.querySelector("video")) return;
    let step = 0;
    timer = setInterval(() => {
      const time = moment.start + ((moment.end - moment.start) * ((step++ % STILLS) + 0.5)) / STILLS;
      image.src = `${base}?t=${time.toFixed(3)}`;
    }, 450);
  });
  shot.addEventListener("pointerleave", () => timer && stop());
  shot.addEventListener("click", () => timer && stop());
}

/** Put a player in the place of the still, limited to the moment's range. */
export function play(shot, moment) {
  const video = make("video", { controls: true, playsInline: true, preload: "auto" });
  const own = moment.links.stream.replace(/#.*/, "");
  const pictured = one("img", shot)?.naturalWidth > 0; // what has a still has pictures
  let offset = 0;
  let stopped = false;
  video.setAttribute("aria-label", `${moment.video.title}, ${clock(moment.start)} to ${clock(moment.end)}`);
  video.addEventListener("loadedmetadata", () => { if (!offset) video.currentTime = moment.start; }, { once: true });
  video.addEventListener("timeupdate", () => {
    if (!stopped && video.currentTime + offset >= moment.end) { stopped = true; video.pause(); }
  });
  video.src = own;
  whereUnplayable(video, () => pictured, () => {
    offset = moment.start || 1e-9;
    video.src = `${own}.mp4?t=${moment.start}`;
    video.play().catch(() => {});
  });
  shot.replaceWith(make("div", { class: "shot" }, video));
  video.play().catch(() => {});
  video.focus();
}

/** Evidence without what says the same again, as a title that stands in the file and in its name. */
const told = (list) => list.filter((each, n) => !each.text || list.findIndex((e) => e.channel === each.channel && e.text === each.text) === n);

function evidence(each) {
  const what = each.channel === "picture"
    ? [`seen at ${clock(each.time, true)}`]
    : [make("span", { class: "text", dir: "auto" }, marked(...fromMark(each.text, each.marks)))];
  return make("li", {},
    make("span", { class: `kind ${each.channel}` }, CHANNELS[each.channel] || each.channel),
    make("span", { title: `${sure(each.score)} (${Math.round(100 * each.score)} %)` }, what));
}

/** Where the words stand on the screen, over a picture that is shown whole inside 16:9. */
function boxes(image, moment) {
  const found = moment.evidence.find((each) => each.box);
  if (!found) return [];
  const mark = make("i", { class: "seen-box" });
  const place = () => {
    const [w, h] = [image.naturalWidth || 16, image.naturalHeight || 9];
    const wide = Math.min(1, (w / h) * (9 / 16)), high = Math.min(1, (h / w) * (16 / 9));
    const [x, y, bw, bh] = found.box;
    mark.style.left = `${100 * ((1 - wide) / 2 + x * wide)}%`;
    mark.style.top = `${100 * ((1 - high) / 2 + y * high)}%`;
    mark.style.width = `${100 * bw * wide}%`;
    mark.style.height = `${100 * bh * high}%`;
  };
  image.addEventListener("load", place);
  return [mark];
}

/** The card of a moment; `like` and `collect` are called with it. */
export function card(moment, { like, collect, page, weak = false }) {
  const short = clock(moment.start) === clock(moment.end);
  const range = `${clock(moment.start, short)} – ${clock(moment.end, short)}`;
  const image = moment.links.still
    ? make("img", { src: moment.links.still, alt: "", loading: "lazy", width: 320, height: 180 })
    : make("span", { class: "no-still" }, "♪ no picture");
  image.addEventListener("error", () => { image.hidden = true; });
  const shot = make("button", { type: "button", class: "shot", "aria-label": `Play ${moment.video.title}, ${range}` },
    image, make("span", { class: "play", "aria-hidden": "true" }, "▶"), make("span", { class: "when" }, range), boxes(image, moment));
  shot.addEventListener("click", () => play(shot, moment));
  preview(shot, image, moment);
  const actions = [
    make("a", { class: "button plain", href: page(moment) }, "Open"),
    make("button", { type: "button", class: "plain", onclick: () => like(moment) }, "More like this"),
    mayEdit && make("button", { type: "button", class: "plain", onclick: () => collect(moment) }, "Collect"),
  ];
  return make("li", { class: weak ? "result weak" : "result", "data-id": moment.id },
    shot,
    make("div", { class: "about" },
      make("h3", {}, make("a", { href: page(moment) }, moment.video.title),
        make("span", { class: "sure", title: `A chance of ${Math.round(100 * moment.score)} %, as far as kinolex can tell` },
          `${sure(moment.score)} · ${Math.round(100 * moment.score)} %`)),
      make("ul", { class: "why", "aria-label": "Why" }, told(moment.evidence).map(evidence)),
      make("div", { class: "actions" }, actions)));
}

export const firstOf = (list) => one(".shot", list);
