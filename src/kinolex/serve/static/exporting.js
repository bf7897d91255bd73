// Exports: how they are made, and the wait for the file.

import { api, make, tell } from "/static/common.js";

const field = (text, input) => make("label", {}, text, input);

/** A fold with the ways of an export; its `read()` gives them as the API takes them. */
export function exportOptions(format, title = "") {
  const pad = make("input", { type: "number", min: 0, max: 3600, step: "any", value: 0, name: "pad" });
  const exact = make("input", { type: "checkbox", name: "exact" });
  const drop = make("select", { name: "drop_frame" }, new Option("as the frame rate asks", ""), new Option("drop frame", "true"), new Option("non-drop frame", "false"));
  const name = make("input", { maxLength: 200, name: "title", placeholder: title || "the video's title" });
  const base = make("input", { type: "url", maxLength: 500, name: "base_url", value: `${location.origin}/v1` });
  const where = field("Where the manifest's films are played from", base);
  const fold = make("details", { class: "options" }, make("summary", {}, "Options"), make("div", { class: "grid" },
    field("Title of the file", name), field("Seconds more at both ends", pad), field("Timecode", drop),
    make("label", { class: "tick" }, exact, "Cut at exactly this frame (slower)"), where));
  const fit = () => { where.hidden = format.value !== "iiif"; };
  format.addEventListener("change", fit);
  fit();
  fold.fit = fit;
  fold.read = () => ({
    ...(name.value.trim() || title ? { title: name.value.trim() || title } : {}),
    ...(Number(pad.value) ? { pad: Number(pad.value) } : {}),
    ...(exact.checked ? { exact: true } : {}),
    ...(drop.value ? { drop_frame: drop.value === "true" } : {}),
    ...(where.hidden ? {} : { base_url: base.value.trim() }),
  });
  return fold;
}

/** Wait for a file that is being made; leaving withdraws it. */
async function finished(made, leaving) {
  while (made.state === "running") {
    await new Promise((done) => setTimeout(done, 1000));
    if (leaving.aborted) await api(made.links.self, { method: "DELETE" });
    leaving.throwIfAborted();
    made = await api(made.links.self);
  }
  if (made.state === "failed") throw new Error(`${made.error.title} ${made.error.hint}`);
  return made;
}

/** Export spans, wait for the file, and save it; a note with Cancel stands there meanwhile. */
export async function exported(order) {
  const leaving = new AbortController();
  const act = { text: "Cancel", run: () => leaving.abort() };
  let note = null;
  const slow = setTimeout(() => { note = tell("The export is being made …", { act, stay: true }); }, 400);
  try {
    // The server withdraws what is still being made when the request for it is left.
    const begun = await api("/v1/exports", { method: "POST", json: order, signal: leaving.signal });
    save(await finished(begun, leaving.signal));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    tell("The export was cancelled.");
  } finally {
    clearTimeout(slow);
    note?.remove();
  }
}

function save(made) {
  const link = make("a", { href: made.links.file, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
  const said = [`${made.file} is ready.`, ...(made.notes || [])].join(" ");
  tell(said, { link: { href: made.links.file, text: "Save again", download: "" } });
}
