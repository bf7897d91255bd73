// A question: in an address, as the API takes it, as a saved search keeps it, and as chips.

import { CHANNELS, clock, make } from "/static/common.js";

export const FILTERS = ["video", "folder", "after", "before", "min_length", "max_length", "language", "tag"];
const SEVERAL = ["image", "like", "channel", "video", "tag"];
const SINGLE = ["q", "folder", "after", "before", "min_length", "max_length", "language", "sort", "group_by"];

/** An address of `found`, a map of names to a value or to several; what is empty is left out. */
export function written(found) {
  const params = new URLSearchParams();
  for (const name of [...SINGLE, ...SEVERAL]) {
    for (const value of [found[name] ?? []].flat()) if (value !== null && String(value).trim()) params.append(name, value);
  }
  return params;
}

/** What an address holds of a question: a list for what may be there several times. */
export function read(address) {
  const given = new URLSearchParams(address);
  const found = {};
  for (const name of SINGLE) found[name] = given.get(name) ?? "";
  for (const name of SEVERAL) found[name] = given.getAll(name).filter(Boolean);
  return found;
}

/** The question as POST bodies of the API have it. */
export function asked(found) {
  const some = (list) => (list.length ? list : null);
  const number = (text) => (text ? Number(text) : null);
  return {
    text: found.q.trim(), image: some(found.image), span: some(found.like), channels: some(found.channel),
    group_by: found.group_by || "moment", sort: found.sort || "score",
    filters: {
      videos: found.video, folder: found.folder, after: found.after, before: found.before,
      min_length: number(found.min_length), max_length: number(found.max_length), language: found.language, tags: found.tag,
    },
  };
}

/** The address that asks a saved question again. */
export function ofSaved(kept) {
  return `/?${written({ ...kept, q: kept.text, channel: kept.channels, group_by: kept.group === "video" ? "video" : "" })}`;
}

const seconds = (text) => text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

/** "ab12#t=1,4@0.5" in its parts. */
function spanOf(text) {
  const [, video, start, end, weight] = text.match(/^(.*?)(?:#t=([\d.:]*)(?:,([\d.:]*))?)?(?:@(-?[\d.]+))?$/);
  return { video, weight, start: start ? seconds(start) : 0, end: end ? seconds(end) : null };
}

const weighed = (text, weight) => (weight && Number(weight) !== 1 ? `${text} × ${weight}` : text);

function likeChip(text) {
  const { video, start, end, weight } = spanOf(text);
  const range = end === null ? clock(start) : `${clock(start)}–${clock(end)}`;
  const middle = end === null ? start : (start + end) / 2;
  const picture = /^[0-9a-f]{32,}$/.test(video) ? `/v1/videos/${video}/still.jpg?t=${middle.toFixed(3)}` : "";
  return [picture, weighed(`like ${range}`, weight)];
}

/** One thing that was asked with, and a button to ask without it. */
export function chip(text, without, picture = "") {
  const made = make("span", { class: "chip" }, picture ? make("img", { src: picture, alt: "", onerror: (event) => event.target.remove() }) : null, text,
    make("button", { type: "button", class: "plain", "aria-label": `Without ${text}`, onclick: without }, "×"));
  made.said = text;
  return made;
}

/** Pictures and spans of a question; `without(name, value)` asks again without one. */
export function exampleChips(found, without) {
  const images = found.image.map((text) => {
    const [id, weight] = text.split("@");
    return chip(weighed("your picture", weight), () => without("image", text), `/v1/pictures/${id}`);
  });
  const likes = found.like.map((text) => {
    const [picture, said] = likeChip(text);
    return chip(said, () => without("like", text), picture);
  });
  return [...images, ...likes];
}

const SAID = {
  video: (v) => `in ${v}`, folder: (v) => `folder ${v}`, after: (v) => `from ${v}`, before: (v) => `until ${v}`,
  min_length: (v) => `${v} s or longer`, max_length: (v) => `${v} s or shorter`, language: (v) => `language ${v}`, tag: (v) => `tag ${v}`,
};

/** Filters of a question, each as a chip. */
export function filterChips(found, without) {
  return FILTERS.flatMap((name) => [found[name]].flat().filter(Boolean).map((value) => chip(SAID[name](value), () => without(name, value))));
}

/** A question without one of its values. */
export function withoutOne(found, name, value) {
  return { ...found, [name]: Array.isArray(found[name]) ? found[name].filter((each) => each !== value) : "" };
}

/** Where only some channels are asked: which, in words. */
export const channelsSaid = (found) => (found.channel.length ? `in ${found.channel.map((name) => CHANNELS[name] || name).join(", ").toLowerCase()} only` : "");
