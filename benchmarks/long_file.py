"""A file of three hours: peak memory of all processes, and whether it stays flat.

``python -m benchmarks.long_file --shared DIR`` indexes one file of three hours at 640 x 360 with a
picture encoder of the cost of ViT-B/32. With ``--shared`` it also has sound: read speech
(``data/speech_clips``) for about two minutes out of every ten, so that the speech channel works
through three hours as well.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Table, film, peak_memory

PERIOD = 600
"""Seconds from one stretch of speech to the next."""


def with_speech(silent: Path, clips: Path, seconds: int) -> Path:
    """The same film with sound, made once."""
    path = silent.with_name(f"{silent.stem}-speech.mp4")
    if path.exists():
        return path
    names = sorted(clips.resolve().glob("*.wav"))
    listing = silent.with_name("speech.txt")
    listing.write_text("".join(f"file '{name}'\n" for name in names), encoding="utf-8")
    period, run = silent.with_name("period.m4a"), ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    chain = ["-af", f"apad=whole_dur={PERIOD}", "-t", str(PERIOD), "-c:a", "aac", "-b:a", "48k"]
    subprocess.run([*run, "-f", "concat", "-safe", "0", "-i", listing, *chain, period], check=True)
    again = ["-stream_loop", str(seconds // PERIOD), "-i", period]
    both = ["-map", "0:v", "-map", "1:a", "-c", "copy", "-t", str(seconds)]
    subprocess.run([*run, "-i", silent, *again, *both, path], check=True)
    return path


def measure(place: Path, shared: Path | None, hours: float) -> Table:
    """Index it in a process of its own and watch the memory of that and its children."""
    from kinolex.testing.models import make_vit_b32

    model = place / "vit-b32"
    if not model.exists():
        make_vit_b32(model)
    seconds = round(hours * 3600)
    clip = film(place / f"long-{seconds}.mp4", seconds=seconds, size="640x360")
    channels = ["--only", "picture"]
    if shared is not None:
        clip = with_speech(clip, shared / "data" / "speech_clips", seconds)
        channels += ["--only", "speech"]
    with tempfile.TemporaryDirectory() as library:
        index = [sys.executable, "-m", "kinolex", "index", str(clip), "--library", library]
        peak, course = peak_memory([*index, *channels, "--picture", str(model)])
    third = len(course) // 3
    table = Table("long_file: memory")
    note = "pictures and speech" if shared is not None else "pictures"
    table.add(f"{hours:g} h file: peak memory", peak, "MB", "< 1500", note)
    growth = max(course[-third:]) / max(course[third : 2 * third])
    table.add("peak of the last third / of the middle third", growth, "x", "flat (1.0)")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "kinolex-bench")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    given.place.mkdir(parents=True, exist_ok=True)
    table = measure(given.place, given.shared, given.hours)
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
