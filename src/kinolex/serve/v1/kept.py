"""``/v1/saved``, ``/v1/collections``, ``/v1/tags``: what people make themselves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from kinolex.api import Library
from kinolex.errors import NotFoundError, UsageError
from kinolex.library.kept import Collection, Kept, Saved
from kinolex.serve.access import At, Editor, Viewer
from kinolex.serve.people import Person
from kinolex.serve.place import Place, owner_of
from kinolex.serve.v1.questions import Question, Span, query_of, several, span_in
from kinolex.serve.v1.shown import links_of
from kinolex.serve.v1.videos import known, named
from kinolex.understand.keeping import ASKED, SORT

__all__ = ["router"]

router = APIRouter(tags=["kept"])

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{4,32}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSaved(_Model):
    """A question to be kept."""

    name: Name
    question: Question


class NewCollection(_Model):
    """A list of spans."""

    name: Name
    spans: list[Span] = Field(default=[], max_length=1000)


class Added(_Model):
    """Spans for a collection."""

    spans: list[Span] = Field(min_length=1, max_length=1000)
    note: str = Field(default="", max_length=2000)


class NewTag(_Model):
    """A tag on a video, or on a span of it."""

    name: Name
    video: Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
    start: float | None = Field(default=None, ge=0, le=1e9, allow_inf_nan=False)
    end: float | None = Field(default=None, ge=0, le=1e9, allow_inf_nan=False)


def _spans(library: Library, spans: list[Span], note: str) -> list[tuple[str, float, float, str]]:
    found = []
    for span in spans:
        video = named(library, span.video)
        lies = span_in(video, span.start, span.end)
        found.append((video.id, lies.start, lies.end, note))
    return found


@router.get("/saved", summary="Saved searches")
async def saved(place: At, person: Viewer) -> dict[str, Any]:
    """Each with the number of its moments in videos that nobody has looked at.

    `unseen` is null where a search cannot be asked any more, as a video that it names is gone.
    """

    def work(library: Library) -> dict[str, Any]:
        counts = place.unseen(person, library)
        return {
            "saved": [
                {**one.to_dict(), "unseen": counts.get(one.id)}
                for one in library.kept.saved(owner=owner_of(person))
            ]
        }

    return await place.ask(person, work)


def _kept_question(asked: Question) -> dict[str, Any]:
    """A question as `kinolex.api.Library.search` takes it, which is how questions are kept."""
    if asked.image or asked.sums:
        raise UsageError(
            "Pictures and sums cannot be kept in a saved search.",
            hint="Save words and spans, or teach the picture by name (`kinolex teach`).",
        )
    f = asked.filters
    given = {
        "text": asked.text,
        "like": [one if isinstance(one, str) else one.fragment() for one in several(asked.span)],
        "channels": asked.channels or [],
        "video": f.videos,
        "folder": f.folder,
        "after": f.after,
        "before": f.before,
        "min_length": f.min_length,
        "max_length": f.max_length,
        "language": f.language,
        "tag": f.tags,
        "group": asked.group_by,
        SORT: asked.sort if asked.sort != "score" else "",
    }
    return {key: value for key, value in given.items() if value not in (None, "", [])}


@router.post("/saved", status_code=201, summary="Save a search")
async def save(asked: NewSaved, place: At, person: Editor) -> dict[str, Any]:
    """What it finds now counts as seen."""
    question = _kept_question(asked.question)
    query = query_of(asked.question, place.pictures.path, limit=ASKED)

    def work(library: Library) -> dict[str, Any]:
        # Asked before it is kept, and by this person: what cannot be asked is refused, and a name
        # of a video that they may not see is a name of none.
        found = {moment.video.id for moment in library.answer(query).moments}
        made = place.kept().save(asked.name, question, owner=person.name)
        place.kept().look(made.id, found)
        place.looked()
        return {**made.to_dict(), "unseen": 0}

    return await place.ask(person, work)


def _look(place: Place, library: Library, saved: str) -> None:
    """Count what a search finds now, for this person, as seen."""
    place.kept().look(saved, {m.video.id for m in library.saved_search(saved).moments})
    place.looked()


def _own_saved(library: Library, person: Person, name: str) -> Saved:
    """A saved search that the person may see."""
    for one in library.kept.saved(owner=owner_of(person)):
        if one.id == name:
            return one
    raise NotFoundError("There is no such saved search.", hint="`GET /v1/saved` lists all.")


def _own_collection(library: Library, person: Person, name: str) -> Collection:
    """A collection that the person may see."""
    for one in library.kept.collections(owner=owner_of(person)):
        if one.id == name:
            return one
    raise NotFoundError("There is no such collection.", hint="`GET /v1/collections` lists all.")


@router.post("/saved/{saved}/look", summary="Look at a saved search")
async def look(saved: Id, place: At, person: Editor) -> dict[str, Any]:
    """What it finds now counts as seen."""

    def work(library: Library) -> dict[str, Any]:
        found = _own_saved(library, person, saved)
        _look(place, library, found.id)
        return {**found.to_dict(), "unseen": 0}

    return await place.ask(person, work)


@router.delete("/saved/{saved}", status_code=204, summary="Forget a saved search")
async def unsave(saved: Id, place: At, person: Editor) -> Response:
    """The question alone is forgotten."""

    def work(library: Library) -> None:
        place.kept().unsave(_own_saved(library, person, saved).id)

    await place.look(person, work)
    return Response(status_code=204)


def _collection(library: Library, one: Collection) -> dict[str, Any]:
    """A collection; spans of videos that are not (any more) to be seen are left out."""
    store = library._store()
    items = []
    for item in one.items:
        video = store.video(item.video) if store is not None else None
        if store is not None and video is not None:
            middle, pictured = (item.start + item.end) / 2, store.has_stills(video.id)
            links = links_of(video.id, item.start, item.end, middle, pictured=pictured)
            items.append({**item.to_dict(), "title": video.title, "links": links})
    return {**one.to_dict(), "items": items}


@router.get("/collections", summary="Collections")
async def collections(place: At, person: Viewer) -> dict[str, Any]:
    """Lists of spans that people made."""
    return await place.look(
        person,
        lambda library: {
            "collections": [
                _collection(library, one)
                for one in library.kept.collections(owner=owner_of(person))
            ]
        },
    )


@router.post("/collections", status_code=201, summary="Make a collection")
async def collect(asked: NewCollection, place: At, person: Editor) -> dict[str, Any]:
    """With spans, or empty."""

    def work(library: Library) -> dict[str, Any]:
        spans = _spans(library, asked.spans, "")
        return _collection(library, place.kept().collect(asked.name, spans, owner=person.name))

    return await place.look(person, work)


@router.get("/collections/{collection}", summary="One collection")
async def collection(collection: Id, place: At, person: Viewer) -> dict[str, Any]:
    """Its spans, in order."""
    return await place.look(
        person,
        lambda library: _collection(library, _own_collection(library, person, collection)),
    )


@router.post("/collections/{collection}/items", status_code=201, summary="Add to a collection")
async def add(collection: Id, asked: Added, place: At, person: Editor) -> dict[str, Any]:
    """At its end."""

    def work(library: Library) -> dict[str, Any]:
        spans = _spans(library, asked.spans, asked.note)
        place.kept().add_items(_own_collection(library, person, collection).id, spans)
        return _collection(library, _own_collection(library, person, collection))

    return await place.look(person, work)


@router.delete("/collections/{collection}/items/{item}", status_code=204, summary="Take out")
async def take(collection: Id, item: Id, place: At, person: Editor) -> Response:
    """One span of a collection."""

    def work(library: Library) -> None:
        place.kept().remove_items(_own_collection(library, person, collection).id, [item])

    await place.look(person, work)
    return Response(status_code=204)


@router.delete("/collections/{collection}", status_code=204, summary="Delete a collection")
async def drop(collection: Id, place: At, person: Editor) -> Response:
    """The list alone; its videos stay."""

    def work(library: Library) -> None:
        place.kept().remove_collection(_own_collection(library, person, collection).id)

    await place.look(person, work)
    return Response(status_code=204)


@router.get("/tags", summary="Tags")
async def tags(place: At, person: Viewer, video: str | None = None) -> dict[str, Any]:
    """Of one video, or of all, with how many each has."""

    def work(library: Library) -> dict[str, Any]:
        if video is not None:
            known(library, video)
        return _tags(library, library.kept, video)

    return await place.look(person, work)


def _tags(library: Library, kept: Kept, video: str | None) -> dict[str, Any]:
    seen = {v.id for v in library.videos()}
    found = [tag for tag in kept.tags(video) if tag.video in seen]
    names: dict[str, int] = {}
    for tag in found:
        names[tag.name] = names.get(tag.name, 0) + 1
    return {"names": dict(sorted(names.items())), "tags": [tag.to_dict() for tag in found]}


@router.post("/tags", status_code=201, summary="Tag a video or a span")
async def tag(asked: NewTag, place: At, person: Editor) -> dict[str, Any]:
    """Without `start` and `end` the whole video."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, asked.video)
        start, end = asked.start, asked.end
        if start is not None or end is not None:
            span = span_in(found, start, end)
            start, end = span.start, span.end
        made = place.kept().tag(found.id, asked.name, start, end, owner=person.name)
        return made.to_dict()

    return await place.look(person, work)


@router.delete("/tags/{tag}", status_code=204, summary="Take a tag away")
async def untag(tag: Id, place: At, person: Editor) -> Response:
    """One tag of one video or span."""

    def work(library: Library) -> None:
        seen = {video.id for video in library.videos()}
        if not any(one.id == tag and one.video in seen for one in library.kept.tags()):
            raise NotFoundError("There is no such tag.", hint="`GET /v1/tags` lists all.")
        place.kept().untag(tag)

    await place.look(person, work)
    return Response(status_code=204)
