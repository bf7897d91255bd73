"""``kinolex features``: decode videos once and keep their features, or pixels, for training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kinolex.cli import evaluate_options as options
from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson
from kinolex.cli.out import put, put_json, say
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.benchmark.items import Sampling

app = verb()

Out = Annotated[str, typer.Argument(metavar="FOLDER", help="The cache; one that is there grows.")]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Whose features: one of `kinolex models list`, a folder, or SOURCE:NAME as for "
        "`kinolex evaluate`. Nothing is downloaded.",
    ),
]
Records = Annotated[
    str, typer.Option("--records", metavar="FILE", help="Captions, one a line; see docs/lab.md.")
]
Media = Annotated[
    str,
    typer.Option("--media", metavar="PLACE", help="A folder of videos, or a zip of pictures."),
]
Source = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Take features that were kept (.npz, as `kinolex evaluate --keep` writes them).",
    ),
]
Pixels = Annotated[
    int | None,
    typer.Option(
        "--pixels",
        metavar="SIZE",
        help="Keep pictures of SIZE x SIZE and the tokens of texts instead, to train end to end.",
    ),
]
Backbone = Annotated[
    str,
    typer.Option(
        "--backbone",
        metavar="PLACE",
        help="Published weights (a folder of CLIP or SigLIP with its tokenizer.json) whose "
        "features are kept; with --pixels, by whose rules pictures and texts are prepared.",
    ),
]
Indexed = Annotated[
    bool,
    typer.Option(
        "--indexed",
        help="Take the frames that the library holds instead of decoding: what is trained on them "
        "judges in `kinolex search`.",
    ),
]
Patches = Annotated[
    bool, typer.Option("--patches", help="Of the backbone, each patch of a frame too.")
]
Words = Annotated[bool, typer.Option("--words", help="Of the backbone, each word of a text too.")]


@app.command("features")
def features(
    context: typer.Context,
    out: Out,
    model: Model = "",
    records: Records = "",
    media: Media = "",
    source: Source = "",
    indexed: Indexed = False,
    pixels: Pixels = None,
    backbone: Backbone = "",
    patches: Patches = False,
    words: Words = False,
    frames: options.Frames = None,
    every: options.Every = None,
    partly: options.Partly = False,
    as_json: AsJson = False,
) -> int:
    """Decode videos once and keep their features, to train matchers on.

    What is in the cache already is not made again, so an interrupted call can be repeated.
    """
    from kinolex.cli.lab import demand_torch

    demand_torch()
    left: tuple[str, ...] = ()
    if source:
        if model or records or media or backbone or indexed or pixels is not None:
            raise UsageError("--from holds what a model gave: name no --model or --media with it.")
        _refuse_sampling("--from", patches, words, frames, every)
        from kinolex.lab.filling import copy_kept

        copy_kept(out, source)
    elif indexed:
        _demand_records_alone(records, bool(model or media or backbone or pixels is not None))
        _refuse_sampling("--indexed", patches, words, frames, every)
        left = _copied(context, out, records, partly)
    else:
        _demand(model, records, media, pixels, backbone)
        if (patches or words) and (pixels is not None or not backbone):
            raise UsageError(
                "Patches and words are features of a backbone.", hint="Name one with --backbone."
            )
        fill = _filler(out, model, pixels, backbone, patches, words)
        left = _filled(fill, records, media, _sampling(frames, every), partly)
    _tell(out, left, as_json)
    return 1 if left else 0


def _tell(out: str, left: tuple[str, ...], as_json: bool) -> None:
    """What the cache holds now, and what is not in it."""
    from kinolex.lab.features import Cache

    held = Cache(out)
    told = {
        "cache": str(Path(out)),
        **held.about,
        "videos": len(held.video_names()),
        "texts": len(held.texts_held()),
        "left_out": list(left),
    }
    if as_json:
        put_json(told)
    else:
        put(f"{out}: {told['videos']} videos, {told['texts']} texts of {held.about['model']}.")
        for one in left:
            say(f"Left out: {one}")


def _demand_records_alone(records: str, more: bool) -> None:
    """What a library's own frames are copied for, and nothing that would make others."""
    if more:
        raise UsageError(
            "--indexed takes frames from the library, with the encoder that made them.",
            hint="Name no --model, --media, --backbone or --pixels with it.",
        )
    if not records:
        raise UsageError("--records is missing.", hint="Give --indexed --records FILE.")


def _refuse_sampling(
    source: str, patches: bool, words: bool, frames: int | None, every: float | None
) -> None:
    """Refuse what would have no effect, where vectors are there already."""
    given = {"--patches": patches, "--words": words, "--frames": frames, "--every": every}
    for name, value in given.items():
        if value not in (None, False):
            raise UsageError(
                f"{name} has no effect with {source}: its vectors are there already.",
                hint="Leave it out.",
            )


def _copied(context: typer.Context, out: str, records: str, partly: bool) -> tuple[str, ...]:
    from kinolex.cli.lazy import given
    from kinolex.datasets import records as files
    from kinolex.lab.indexed import fill_from_library
    from kinolex.settings import default_library

    place = given(context).library or default_library()
    return fill_from_library(out, place, files.read(records), partly=partly)


def _demand(model: str, records: str, media: str, pixels: int | None, backbone: str) -> None:
    """Refuse what is missing, and two that give features."""
    if model and (backbone or pixels is not None):
        raise UsageError(
            "--model, and --backbone or --pixels, keep different things.",
            hint="Fill a cache for each, in a folder of its own.",
        )
    for name, given in (
        ("--model", model or backbone or pixels is not None),
        ("--records", records),
        ("--media", media),
    ):
        if not given:
            raise UsageError(
                f"{name} is missing.",
                hint="Give --model NAME --records FILE --media FOLDER, or --from FILE.npz.",
            )


def _sampling(frames: int | None, every: float | None) -> Sampling:
    from kinolex.benchmark.items import Sampling

    if frames is not None and every is not None:
        raise UsageError("Give --frames or --every, not both.")
    if frames is not None:
        return Sampling(frames=frames)
    return Sampling() if every is None else Sampling(frames=0, every=every)


def _filler(
    out: str, model: str, pixels: int | None, backbone: str, patches: bool, words: bool
) -> Callable[..., tuple[str, ...]]:
    """What fills the cache, of records and media."""
    if pixels is not None:
        from kinolex.lab.decoding import fill_pixels

        return partial(fill_pixels, out, size=pixels, backbone=backbone or None)
    if backbone:
        from kinolex.lab.decoding import fill_from_backbone

        return partial(fill_from_backbone, out, backbone, patches=patches, words=words)
    from kinolex.benchmark.models import open_model
    from kinolex.lab.filling import fill

    return partial(fill, out, open_model(model))


def _filled(
    fill: Callable[..., tuple[str, ...]],
    records: str,
    media: str,
    sampling: Sampling,
    partly: bool,
) -> tuple[str, ...]:
    from kinolex.cli.live import shown
    from kinolex.datasets import records as files

    said = list(files.read(records))
    with shown() as progress:
        return fill(said, media, sampling=sampling, partly=partly, progress=progress)
