// What people made themselves: saved searches, collections, tags.

import { api, attempt, clock, exported, make, many, mayEdit, one, showUnseen } from "/static/common.js";

/** The address of the search page that asks a saved question. */
function address(question) {
  const found = new URLSearchParams();
  const put = (name, value) => { for (const each of [value].flat()) if (each !== null && each !== undefined && each !== "") found.append(name, each); };
  put("q", question.text);
  put("like", question.like);
  put("channel", question.channels);
  put("video", question.video);
  for (const name of ["folder", "after", "before", "min_length", "max_length", "language"]) put(name, question[name]);
  put("tag", question.tag);
  if (question.group === "video") put("group_by", "video");
  return `/?${found}`;
}

async function saved() {
  const list = await showUnseen();
  one("#no-saved").hidden = Boolean(list.length);
  one("#saved").replaceChildren(...list.map((each) => make("li", { class: "card" }, make("div", { class: "row" },
    make("a", { href: address(each.question), onclick: () => { if (mayEdit) api(`/v1/saved/${each.id}/look`, { method: "POST", json: {} }).catch(() => {}); } }, make("strong", {}, each.name)),
    each.unseen ? make("span", { class: "badge" }, `${each.unseen} new`) : make("small", {}, each.unseen === null ? "cannot be asked any more" : "nothing new"),
    mayEdit && make("button", { type: "button", class: "small", "aria-label": `Forget ${each.name}`, onclick: () => attempt(() => api(`/v1/saved/${each.id}`, { method: "DELETE" })).then(saved) }, "Forget")))));
}

function collection(each, formats) {
  const which = make("select", { "aria-label": `Format for ${each.name}` }, formats.filter((f) => f.name !== "clip").map((f) => new Option(f.title, f.name)));
  return make("section", { class: "card" },
    make("div", { class: "row" }, make("h3", {}, `${each.name} (${many(each.items.length, "moment")})`),
      make("span", { class: "row" }, which,
        make("button", { type: "button", disabled: !each.items.length, onclick: () => attempt(() => exported({ format: which.value, collection: each.id, title: each.name })) }, "Export"),
        mayEdit && make("button", { type: "button", class: "plain", "aria-label": `Delete ${each.name}`, onclick: () => attempt(() => api(`/v1/collections/${each.id}`, { method: "DELETE" })).then(collections) }, "Delete"))),
    make("ul", { class: "tiles" }, each.items.map((item) => make("li", {},
      make("a", { class: "tile", href: item.links.page }, make("img", { src: item.links.still, alt: "", loading: "lazy", width: 320, height: 180 }), item.title, make("br"), make("small", {}, `${clock(item.start, true)} – ${clock(item.end, true)} ${item.note}`)),
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
  one("#tag-names").replaceChildren(...names.map(([name, count]) => make("li", {}, make("a", { class: "button", href: `/?${new URLSearchParams({ q: name, tag: name })}` }, `${name} (${count})`))));
}

attempt(saved);
attempt(collections);
attempt(tags);
