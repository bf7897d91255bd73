"""Passes: the first right answer while indexing, re-indexing a moved tree, and size on disk.

``python -m benchmarks.passes`` measures

* the time from the start of ``index`` on an hour of video until a picture question is answered
  right for the first time, against the whole pass;
* re-indexing after a tree of 1,000 files was moved and every file renamed: seconds, model calls;
* megabytes a library takes for an hour of real footage, with and without stills, and those of its
  cache, which is derived and may be deleted at any time.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import kinolex
from benchmarks.harness import Table, film
from kinolex.settings import Settings
from kinolex.testing.clips import make_clip

SIZE = "640x360"


def hour_of_video(place: Path, seconds: int) -> Path:
    """A long film in which no second is like another; near its end it turns red for 30 s."""
    path = place / f"hour-of-film-{seconds}.mp4"
    if not path.exists():
        long = film(place / f"hour-film-{seconds - 120}.mp4", seconds=seconds - 120, size=SIZE)
        rest = film(place / "hour-film-90.mp4", seconds=90, size=SIZE)
        red = place / "hour-red.mp4"
        plain = ["-f", "lavfi", "-i", f"color=red:size={SIZE}:rate=25:duration=30"]
        run = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
        coding = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "fast", "-crf", "23"]
        subprocess.run([*run, *plain, *coding, str(red)], check=True)
        listed = place / "hour.txt"
        listed.write_text("".join(f"file '{one}'\n" for one in (long, red, rest)), "utf-8")
        joined = ["-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy", str(path)]
        subprocess.run([*run, *joined], check=True)
    return path


def first_answer(place: Path, seconds: int, table: Table) -> None:
    """Ask again and again from a second reader while the film is indexed."""
    from kinolex.testing.models import make_vit_b32

    hour = hour_of_video(place, seconds)
    model = place / "vit-b32"
    if not model.exists():
        make_vit_b32(model)
    with tempfile.TemporaryDirectory() as folder:
        first: list[float] = []
        over = threading.Event()
        started = time.monotonic()

        def watch() -> None:
            # Random weights know no words, so the question is a picture of what is looked for.
            import io

            from PIL import Image

            image = Path(folder) / "red.png"
            picture = io.BytesIO()
            Image.new("RGB", (640, 360), "red").save(picture, "PNG")
            image.write_bytes(picture.getvalue())
            settings = Settings(picture=str(model))
            while not over.is_set() and not first:
                with kinolex.open(Path(folder) / "library", settings=settings) as reader:
                    answer = reader.search(image=image, channels=["picture"], limit=1)
                    best = (answer.moments or answer.weak)[:1]
                    if best and best[0].span.overlap(kinolex.Span(seconds - 120, seconds - 90)):
                        first.append(time.monotonic() - started)
                time.sleep(0.2)

        thread = threading.Thread(target=watch)
        thread.start()
        library = kinolex.open(Path(folder) / "library")
        library.add(hour, only=("title", "picture"), picture=str(model))
        whole = time.monotonic() - started
        over.set()
        thread.join()
    table.add("first right answer", first[0] if first else float("nan"), "s")
    table.add("whole pass", whole, "s", note=f"{seconds} s of video")
    table.add("first / whole", (first[0] if first else float("nan")) / whole, "", "<= 0.1")


def moved_tree(place: Path, files: int, table: Table) -> None:
    """Index many small files, move and rename all of them, index again."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        old, new = Path(folder) / "old", Path(folder) / "new"
        old.mkdir()
        seed = make_clip(old / "seed.mp4", scenes=[(1, "noise:1")], fps=5, size=(64, 48))
        body = seed.read_bytes()
        seed.unlink()
        for number in range(files):
            # Bytes after the last box are ignored by every reader but change the content.
            tail = b"\0\0\0\x10free%08d" % number
            (old / f"clip {number:05d}.mp4").write_bytes(body + tail)
        library = kinolex.open(Path(folder) / "library")
        whole = library.add(old)
        new.mkdir()
        for number, path in enumerate(sorted(old.iterdir())):
            if path.suffix == ".mp4":
                path.rename(new / f"moved {number:05d}.mp4")
        started = time.monotonic()
        again = library.add(new)
        seconds = time.monotonic() - started
        table.add(f"index {files} files", whole.seconds, "s")
        table.add("again after moving and renaming all", seconds, "s", "< 2")
        table.add("model calls of that", again.model_calls, "", "0")


def size_on_disk(place: Path, shared: Path, table: Table) -> None:
    """Index the real clips with a 512-dimensional picture encoder; scale to an hour."""
    from kinolex.testing.models import make_vit_b32

    model = place / "vit-b32"
    if not model.exists():
        make_vit_b32(model)
    clips = shared / "data" / "real_clips"
    for stills in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            library = kinolex.open(folder)
            library.add(clips, picture=str(model), stills=stills)
            library.search("warm the caches")
            hours = library.status().duration / 3600
            library.close()
            sizes = {p: p.stat().st_size / 1e6 for p in Path(folder).rglob("*") if p.is_file()}
            derived = sum(size for p, size in sizes.items() if p.parent != Path(folder))
            aim = "<= 40" if stills else "<= 10"
            label = "with stills" if stills else "without stills"
            kept = (sum(sizes.values()) - derived) / hours
            table.add(f"size an hour, {label}", kept, "MB", aim, f"{hours * 60:.1f} min")
    table.add("size an hour of the cache beside it", derived / hours, "MB", note="can be deleted")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "kinolex-bench")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    given.place.mkdir(parents=True, exist_ok=True)
    table = Table("Passes")
    moved_tree(given.place, given.files, table)
    if given.shared:
        size_on_disk(given.place, given.shared, table)
    first_answer(given.place, given.seconds, table)
    print(table)
    table.save(given.json)


if __name__ == "__main__":
    main()
