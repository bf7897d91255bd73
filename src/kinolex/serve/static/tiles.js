// A video as a tile, in the library and where filters alone make a list.

import { clock, make } from "/static/common.js";

const nameOf = (path) => path.split(/[\\/]/).pop();
const plain = (name) => name.replace(/[\s_.-]+/g, " ").toLowerCase();

function placeholder(video) {
  return make("span", { class: "no-still" }, video.width ? "no picture yet" : "♪ sound only");
}

function still(video) {
  // What has no pictures, or none yet, is not asked for one.
  if (!video.width || !video.links.still) return placeholder(video);
  const image = make("img", { src: video.links.still, alt: "", loading: "lazy", width: 320, height: 180 });
  image.addEventListener("error", () => image.replaceWith(placeholder(video)));
  return image;
}

/** A link to a video: its picture, its title, and its file where that is called otherwise. */
export function tile(video) {
  const file = nameOf(video.path);
  const other = plain(file.replace(/\.[^.]*$/, "")) !== plain(video.title);
  return make("li", {}, make("a", { class: "tile", href: video.links.page }, still(video),
    make("span", { dir: "auto" }, video.title), make("small", {}, clock(video.duration), other && ` · ${file}`)));
}
