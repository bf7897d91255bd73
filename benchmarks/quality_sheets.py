"""Contact sheets: questions about real clips, and the first three moments that pictures answer.

``python -m benchmarks.quality_sheets --shared DIR --library L --out DIR`` draws two, of questions
whose first moment is right and of those whose first is not. Only clips with a clear licence are
asked, so that the sheets can be shown; credits stand below.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import kinolex
from benchmarks.quality_clips import Asked, holds_clips, questions
from kinolex.media.decode import still_at
from kinolex.media.probe import probe
from kinolex.moments import Moment

WIDE, HIGH, TEXT, GAP = 192, 108, 30, 8
ROWS = 10
RIGHT, NEAR, WRONG = (46, 125, 50), (239, 140, 0), (198, 40, 40)
CREDITS = (
    "green: the right moment; orange: the right clip, another time; red: another clip",
    "Clips: facebookresearch/sam2 (Apache-2.0); Big Buck Bunny, Blender Foundation (CC BY 3.0);",
    "Zulko/moviepy (MIT); Breakthrough/PySceneDetect (BSD); intel-iot-devkit (CC BY 4.0)",
)


def main() -> None:
    """Ask, sort, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="holds the real clips")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    given = parser.parse_args()
    folder = given.shared / "data" / "real_clips"
    holds_clips(parser, folder, given.library)
    lines = (folder / "clips.jsonl").read_text("utf-8").splitlines()
    clear = [row["file"] for row in map(json.loads, lines) if row["rights"] == "clear"]
    asked = [q for q in questions(folder)[1] if q.kind == "picture" and q.files[0] in clear]
    good, bad = [], []
    with kinolex.open(given.library, read_only=True) as library:
        for one in asked:
            answer = library.search(one.text, channels=["picture"], video=clear)
            found = list(answer.moments or answer.weak)[:3]
            first = found and _judged(one, found[0]) == RIGHT
            (good if first else bad).append((one, found, bool(answer.moments)))
    given.out.mkdir(parents=True, exist_ok=True)
    for label, rows in (("right", good), ("wrong", bad)):
        path = given.out / f"starter-{label}.jpg"
        _sheet(rows[:: max(1, len(rows) // ROWS)][:ROWS]).save(path, quality=80)
        print(f"{path}: {len(rows)} of {len(asked)} questions")


def _judged(asked: Asked, moment: Moment) -> tuple[int, int, int]:
    if Path(moment.video.path).name not in asked.files:
        return WRONG
    assert asked.span is not None
    return RIGHT if moment.span.iou(asked.span) >= 0.1 else NEAR


def _sheet(rows: Sequence[tuple[Asked, list[Moment], bool]]) -> Image.Image:
    high = TEXT + HIGH + GAP
    size = (3 * (WIDE + GAP) + GAP, len(rows) * high + 20 * len(CREDITS) + GAP)
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for k, (asked, moments, sure) in enumerate(rows):
        top = k * high + GAP
        note = "" if sure else "   (nothing found; the weak ones:)"
        draw.text((GAP, top), f"{asked.text}{note}", fill="black", font=font)
        for place, moment in enumerate(moments):
            left = GAP + place * (WIDE + GAP)
            box = (left, top + TEXT - 8, left + WIDE, top + TEXT - 8 + HIGH)
            draw.rectangle(box, fill=_judged(asked, moment))
            still = _still(moment)
            still.thumbnail((WIDE - 8, HIGH - 8))
            across, down = (WIDE - still.width) // 2, (HIGH - still.height) // 2
            sheet.paste(still, (box[0] + across, box[1] + down))
            label = f"{moment.score:.2f}  {moment.start:.1f}-{moment.end:.1f} s"
            draw.text(
                (left + 6, box[3] - 20),
                label,
                fill="white",
                font=font,
                stroke_width=2,
                stroke_fill="black",
            )
    for k, line in enumerate(CREDITS):
        draw.text((GAP, len(rows) * high + GAP + 18 * k), line, fill="#444444", font=font)
    return sheet


def _still(moment: Moment) -> Image.Image:
    path = Path(moment.video.path)
    data = still_at(path, probe(path), moment.span.middle, 2 * WIDE)
    assert data is not None
    return Image.open(io.BytesIO(data)).convert("RGB")


if __name__ == "__main__":
    main()
