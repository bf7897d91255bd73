"""NExT-QA: questions on cause, time and description with five options."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import QuestionRecord

KEPT = ("type", "frame_count", "width", "height")


@dataset(
    "nextqa",
    title="NExT-QA (multiple choice)",
    task="multiple-choice questions",
    licence="MIT (repository)",
    citation="Xiao, Shang, Yao, Chua: NExT-QA: Next Phase of Question-Answering to Explaining"
    " Temporal Actions. CVPR 2021.",
    homepage="https://github.com/doc-doc/NExT-QA",
    revision="doc-doc/NExT-QA@6b92588ab449",
    splits=(
        Split("train", "train", 3870, 34132, checked=False),
        Split("val", "val", 570, 4996),
        Split("test", "test", 1000, 8564, checked=False),
    ),
    files=(
        File("nextqa_train.csv", ("train",), also=("train.csv",), path="dataset/nextqa/train.csv"),
        File(
            "nextqa_val.csv",
            ("val",),
            also=("val.csv",),
            sha256="43198bdef8436b8d64a9b75d846b0987c10cbf94ebf4be325c4a4e54634d66b8",
            source="doc-doc/NExT-QA@6b92588ab449",
            path="dataset/nextqa/val.csv",
        ),
        File("nextqa_test.csv", ("test",), also=("test.csv",), path="dataset/nextqa/test.csv"),
    ),
    defects=("Type TP is counted as TN by the published evaluator.",),
)
def read(folder: Folder, split: str) -> Iterator[QuestionRecord]:
    """One record a question; the id is ``VIDEO_QID``; ``more`` has its ``type``."""
    for row in folder.rows(folder.of(split)):
        answer = row.get("answer")
        yield QuestionRecord(
            id=f"{row['video']}_{row['qid']}",
            video=row["video"],
            text=row["question"].strip(),
            options=tuple(row[f"a{number}"].strip() for number in range(5)),
            answer=int(answer) if answer else None,
            more={name: row[name] for name in KEPT if row.get(name)},
        )
