"""Zero-shot labels on real clips: which of 25 classes, said in words, does a clip surely show?

The classes were written before any score was seen. What `kinolex label` gives is counted; beside it
how often "none of these" takes more of the time where the right class is left out of the list.
"""

from __future__ import annotations

import statistics

import kinolex
from benchmarks.harness import Table

CLASSES: dict[str, tuple[str, ...]] = {
    "a dog": ("sam2_dog_fetch.mp4",),
    "cups on a table": ("sam2_cups.mp4",),
    "pouring coffee": ("sam2_coffee.mp4",),
    "juggling a football": ("sam2_juggle.mp4",),
    "playing baseball": ("ask_baseball.mp4",),
    "doing yoga": ("ask_yoga.mp4",),
    "mixing cake batter": ("ask_cake.mp4",),
    "playing a guitar": ("ask_guitar.mp4",),
    "a web page": ("vllava_web_demo.mp4",),
    "a baby reading a book": ("vllava_baby_reads.mp4",),
    "arm wrestling": ("mma_arm_wrestling.mp4",),
    "playing basketball": ("mma_basketball.mp4",),
    "a swimming pool": ("mma_pool_cleaning.mp4",),
    "putting on make-up": ("mma_eye_makeup.avi",),
    "a cartoon": ("skv_bunny_wakes.mp4", "moviepy_bunny_intro.webm"),
    "bicycles in traffic": ("skv_bikes.mp4",),
    "a man in a car": ("skv_carphone.mp4",),
    "an old black and white film": ("moviepy_chaplin.mp4",),
    "an airplane": ("moviepy_plane.mp4",),
    "a parrot": ("imageio_cockatoo.mp4",),
    "autumn leaves": ("psd_autumn_deer.mp4",),
    "slides of a talk": ("v2d_laion_talk.mp4",),
    "water bottles": ("intel_bottles.mp4",),
    "cars seen from above": ("intel_cars_above.mp4",),
    "people at a table": ("intel_people_table.mp4",),
}


def labels(table: Table, library: kinolex.Library) -> None:
    """Share of clips whose first class, or one of the first three, is right."""
    firsts, threes, none_with, none_without = [], [], [], []
    for right, files in CLASSES.items():
        for file in files:
            found = library.label(file, classes=list(CLASSES))
            names = [one.name for one in found.classes]
            firsts.append(names[:1] == [right])
            threes.append(right in names[:3])
            none_with.append(found.none or 0.0)
            others = [name for name in CLASSES if name != right]
            none_without.append(library.label(file, classes=others).none or 0.0)
    count = f"{len(firsts)} clips, {len(CLASSES)} classes"
    table.add(f"labels, {count}: right class first", statistics.mean(firsts), "share")
    table.add(f"labels, {count}: right class among three", statistics.mean(threes), "share")
    table.add(f"labels, {count}: chance, first", 1 / len(CLASSES), "share")
    table.add("labels: time said to show none, right class in the list", none_with, "share")
    table.add("labels: the same, right class left out", none_without, "share")
