// What people made themselves: saved searches, collections, tags.

import { api, attempt, clock, make, many, mayEdit, one, showUnseen } from "/static/common.js";
import { exported, exportOptions } from "/static/exporting.js";
import { ofSaved } from "/static/question.js";

async function saved() {
  const list = await showUnseen();
  one("#no-saved").hidden = Boolean(list.length);
  one("#saved").replaceChildren(...list.map((each) => make("li", { class: "card" }, make("div", { class: "row" },
    make("a", { href: ofSaved(each.question), onclick: () => { if (mayEdit) api(`/v1/saved/${each.id}/look`, { method: "POST", json: {} }).catch(() => {}); } }, make("strong", {}, each.name)),
    each.unseen ? make("span", { class: "badge" }, `${each.unseen} new`) : make("small", {}, each.unseen === null ? "cannot be asked any more" : "nothing new"),
    mayEdit && make("button", { type: "button", class: "small", "aria-label": `Forget ${each.name}`, onclick: () => attempt(() => api(`/v1/saved/${each.id}`, { method: "DELETE" })).then(saved) }, "Forget")))));
}

/** The still of a moment; one of sound alone has none. */
function picture(item) {
  const none = () => make("span", { class: "no-still" }, "♪ no picture");
  if (!item.links.still) return none();
  const image = make("img", { src: item.links.still, alt: "", loading: "lazy", width: 320, height: 180 });
  image.addEventListener("error", () => image.replaceWith(none()));
  return image;
}

function collection(each, formats) {
  const which = make("select", { "aria-label": `Format for ${each.name}` }, formats.filter((f) => f.name !== "clip").map((f) => new Option(f.title, f.name)));
  const options = exportOptions(which, each.name);
  const order = () => ({ ...options.read(), format: which.value, collection: each.id });
  return make("section", { class: "card" },
    make("div", { class: "row" }, make("h3", {}, `${each.name} (${many(each.items.length, "moment")})`),
      make("span", { class: "row" }, which,
        make("button", { type: "button", disabled: !each.items.length, onclick: () => attempt(() => exported(order())) }, "Export"),
        mayEdit && make("button", { type: "button", class: "plain", "aria-label": `Delete ${each.name}`, onclick: () => attempt(() => api(`/v1/collections/${each.id}`, { method: "DELETE" })).then(collections) }, "Delete"))),
    options,
    make("ul", { class: "tiles" }, each.items.map((item) => make("li", {},
      make("a", { class: "tile", href: item.links.page }, picture(item), item.title, make("br"), make("small", {}, `${clock(item.start, true)} – ${clock(item.end, true)} ${item.note}`)),
      mayEdit && make("button", { type: "button", class: "small plain", "aria-label": `Take out ${item.title} at ${clock(item.start)}`, onclick: () => attempt(() => api(`/v1/collections/${each.id}/items/${item.id}`, { method: "DELETE" })).then(collections) }, "Take out")))));
}

async function collections() {
  const [told, known] = await Promise.all([api("/v1/collections"), api("/v1/exports/formats")]);
  one("#no-collections").hidden = Boolean(told.collections.length);
  one("#collections").replaceChildren(...told.collections.map((each) => collection(each, known.formats)));
}

async function tags() {
  const told = await api("/v1/tags");
  const names = Object.entries(told.names);
  one("#no-tags").hidden = Boolean(names.length);
  one("#tag-names").replaceChildren(...names.map(([name, count]) => make("li", {}, make("a", { class: "button", href: `/?${new URLSearchParams({ tag: name })}` }, `${name} (${count})`))));
}

attempt(saved);
attempt(collections);
attempt(tags);
