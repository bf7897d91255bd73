"""Real clips: 26 short films with captions, moments and queries that were written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import CaptionRecord, MomentRecord, Record

CLIPS = "clips.jsonl"
QUERIES = "queries_by_group.json"
KEPT = ("speech", "screen_text")


@dataset(
    "real-clips",
    title="Real clips with written moments",
    task="moment retrieval, text-to-video retrieval",
    licence="CC0 (texts); each film its own, named in clips.jsonl",
    citation="None: films from public repositories, texts by the authors of kinolex.",
    splits=(
        Split("captions", "test", 26, 78, "Three captions a film."),
        Split("moments", "test", None, 94),
        Split("queries", "test", None, None, "A record for each film that is right for a query."),
    ),
    files=(File(CLIPS, ("captions", "moments")), File(QUERIES, ("queries",))),
    defects=(
        "One person wrote everything, and not every true moment is listed.",
        "Limits are good to about 0.5 s.",
        "26 films are too few for a figure to publish.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[Record]:
    """Captions of films, moments in films (``more`` has words said or seen), or queries."""
    if split == "queries":
        for number, query in enumerate(folder.json(QUERIES)):
            for film in query["clips"]:
                yield CaptionRecord(
                    id=f"{number}#{film}",
                    video=film,
                    text=query["query"],
                    more={"kind": query["kind"], "query": number},
                )
        return
    for film in folder.objects(CLIPS):
        name, length = film["file"], float(film["seconds"])
        if split == "captions":
            for number, text in enumerate(film["captions"]):
                yield CaptionRecord(id=f"{name}#{number}", video=name, text=text, duration=length)
            continue
        for number, one in enumerate(film["moments"]):
            yield MomentRecord(
                id=f"{name}#{number}",
                video=name,
                text=one["query"],
                windows=((float(one["start"]), float(one["end"])),),
                duration=length,
                more={key: one[key] for key in KEPT if one.get(key)},
            )
