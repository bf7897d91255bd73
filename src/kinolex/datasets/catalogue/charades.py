"""Charades: people act out scripts at home; actions with their times."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import LabelRecord, Record, VideoRecord

CLASSES = "Charades_v1_classes.txt"


@dataset(
    "charades",
    title="Charades",
    task="action recognition and localisation",
    licence="non-commercial",
    citation="Sigurdsson, Varol, Wang, Farhadi, Laptev, Gupta: Hollywood in Homes: Crowdsourcing"
    " Data Collection for Activity Understanding. ECCV 2016.",
    homepage="https://prior.allenai.org/projects/charades",
    splits=(Split("train", "train", 7985), Split("test", "test", 1863)),
    files=(
        File("Charades_v1_train.csv", ("train",)),
        File("Charades_v1_test.csv", ("test",)),
        File(CLASSES, ("train", "test"), optional=True),
    ),
    defects=("Some actions end after their video.",),
)
def read(folder: Folder, split: str) -> Iterator[Record]:
    """One record an action (its code, or its name where the list of classes is there).

    A video without actions becomes a record of its own.
    """
    names: dict[str, str] = {}
    if folder.has(CLASSES):
        parted = (line.partition(" ") for line in folder.lines(CLASSES))
        names = {code: name.strip() for code, _, name in parted}
    for row in folder.rows(f"Charades_v1_{split}.csv"):
        video, length = row["id"], float(row["length"])
        actions = [one.split() for one in row["actions"].split(";") if one.strip()]
        if not actions:
            yield VideoRecord(id=video, video=video, duration=length)
        for number, (code, start, end) in enumerate(actions):
            yield LabelRecord(
                id=f"{video}#{number}",
                video=video,
                label=names.get(code, code),
                index=int(code.removeprefix("c")),
                windows=((float(start), float(end)),),
                duration=length,
            )
