"""What people make: saved searches, collections, tags, corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kinolex.client.looking import at
from kinolex.client.questions import Spans, id_of, question, spans_body
from kinolex.client.reading import collection_of, correction_of, passage_of, saved_of, tag_of
from kinolex.client.records import Collection, Correction, Item, Passage, Saved, Tag
from kinolex.moments import Moment, Video

if TYPE_CHECKING:
    from kinolex.client.transport import Transport

__all__ = ["Keeping"]


def _id(one: str | Saved | Collection | Item | Tag | Correction) -> str:
    return quote(one if isinstance(one, str) else one.id, safe="")


class Keeping:
    """Methods of `Client` for saved searches, collections, tags and corrections."""

    if TYPE_CHECKING:
        _transport: Transport

    def saved(self) -> list[Saved]:
        """Saved searches, each with the number of its moments that nobody has looked at."""
        told = self._transport.json("GET", "/v1/saved")["saved"]
        return [saved_of(one) for one in told]

    def save(self, name: str, text: str = "", **given: Any) -> Saved:
        """Save a search: keyword arguments of `Client.search` without pictures and limit."""
        body = {"name": name, "question": question(text, **given)}
        return saved_of(self._transport.json("POST", "/v1/saved", json=body))

    def look(self, saved: str | Saved) -> Saved:
        """Count what a saved search finds now as seen."""
        return saved_of(self._transport.json("POST", f"/v1/saved/{_id(saved)}/look"))

    def unsave(self, saved: str | Saved) -> None:
        """Forget a saved search."""
        self._transport.send("DELETE", f"/v1/saved/{_id(saved)}")

    def collections(self) -> list[Collection]:
        """Lists of spans that people made."""
        told = self._transport.json("GET", "/v1/collections")["collections"]
        return [collection_of(one) for one in told]

    def collection(self, collection: str | Collection) -> Collection:
        """One collection by its id."""
        return collection_of(self._transport.json("GET", f"/v1/collections/{_id(collection)}"))

    def collect(self, name: str, spans: Spans = ()) -> Collection:
        """Make a collection."""
        body = {"name": name, "spans": spans_body(spans)}
        return collection_of(self._transport.json("POST", "/v1/collections", json=body))

    def add(self, collection: str | Collection, spans: Spans, note: str = "") -> Collection:
        """Add spans at the end of a collection."""
        body = {"spans": spans_body(spans), "note": note}
        path = f"/v1/collections/{_id(collection)}/items"
        return collection_of(self._transport.json("POST", path, json=body))

    def take(self, collection: str | Collection, item: str | Item) -> None:
        """Take one span out of a collection."""
        self._transport.send("DELETE", f"/v1/collections/{_id(collection)}/items/{_id(item)}")

    def drop(self, collection: str | Collection) -> None:
        """Delete a collection; its videos stay."""
        self._transport.send("DELETE", f"/v1/collections/{_id(collection)}")

    def tags(self, video: str | Video | Moment | None = None) -> list[Tag]:
        """Tags of one video, or all."""
        params = {} if video is None else {"video": id_of(video)}
        return [
            tag_of(one) for one in self._transport.json("GET", "/v1/tags", params=params)["tags"]
        ]

    def tag(
        self,
        video: str | Video | Moment,
        name: str,
        start: float | None = None,
        end: float | None = None,
    ) -> Tag:
        """Tag a video; with ``start`` and ``end``, or given a moment, a span of it."""
        if isinstance(video, Moment) and start is None and end is None:
            start, end = video.start, video.end
        body = {"name": name, "video": id_of(video), "start": start, "end": end}
        return tag_of(self._transport.json("POST", "/v1/tags", json=body))

    def untag(self, tag: str | Tag) -> None:
        """Take a tag away."""
        self._transport.send("DELETE", f"/v1/tags/{_id(tag)}")

    def correct(self, video: str | Video | Moment, passage: int | Passage, text: str) -> Passage:
        """Correct what a passage says, for good; gives it as it is now."""
        number = passage if isinstance(passage, int) else passage.id
        told = self._transport.json("PUT", at(video, f"/passages/{number}"), json={"text": text})
        return passage_of(told, id_of(video))

    def corrections(self, video: str | Video | Moment) -> list[tuple[Correction, Passage | None]]:
        """Corrections of a video, each with its passage; None where no passage shows it now."""
        told = self._transport.json("GET", at(video, "/corrections"))["corrections"]
        if not told:
            return []
        said = self._transport.json("GET", at(video, "/passages"))["passages"]
        passages = {one["id"]: passage_of(one, id_of(video)) for one in said}
        return [(correction_of(one), passages.get(one["passage"])) for one in told]

    def uncorrect(self, correction: Correction) -> None:
        """Take a correction back: its passage says again what was read at first."""
        path = at(correction.video, f"/corrections/{_id(correction)}")
        self._transport.send("DELETE", path)
