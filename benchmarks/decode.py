"""The decode stage beside ffmpeg, which decodes and scales one frame a second and no more.

``python -m benchmarks.decode`` runs both over the same 720p and 1080p H.264 files, in turn: with
x264's own choice of B-frames (a third of which others refer to), with B-frames that no other frame
refers to (sampling may leave them out), and with none. Both sides are whole processes, start of
the interpreter included. Our side also finds the cuts, makes stills, and gives RGB arrays.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Table, cost_of_command, film, in_turn, ratios

SIZES = {"720p": "1280x720", "1080p": "1920x1080"}
KINDS = {
    "B-frames": ((), "<= 0.75"),
    "B-frames, none referred to": (("-x264-params", "b-pyramid=none"), "<= 0.75"),
    "no B-frames": (("-bf", "0"), "<= 1.1"),
}


def side_ours(clip: Path) -> None:
    """One frame a second, its picture and still, and all cuts."""
    from kinolex.media.decode import pictures
    from kinolex.media.probe import probe
    from kinolex.media.types import PicturePlan

    plan = PicturePlan(every=1.0, picture_size=256, still_size=320)
    for _ in pictures(clip, probe(clip), plan):
        pass


def side_sequential(clip: Path) -> None:
    """The same without leaving out any frame: what the gain rests on."""
    from kinolex.media import decode
    from kinolex.media.probe import probe
    from kinolex.media.types import PicturePlan

    decode.SKIP_SECONDS = 1e9
    for _ in decode.pictures(clip, probe(clip), PicturePlan(every=1.0, picture_size=256)):
        pass


def side_keyframes(clip: Path) -> None:
    """The coarse pass over key frames."""
    from kinolex.media.decode import pictures
    from kinolex.media.probe import probe
    from kinolex.media.types import PicturePlan

    plan = PicturePlan("keyframes", every=1.0, picture_size=256, cuts=False)
    for _ in pictures(clip, probe(clip), plan):
        pass


SIDES = {"ours": side_ours, "sequential": side_sequential, "keyframes": side_keyframes}


def _command(side: str, clip: Path) -> list[str]:
    if side == "ffmpeg":
        sampling = ["-vf", "fps=1,scale=-2:256", "-f", "null", "-"]
        return ["ffmpeg", "-v", "error", "-nostdin", "-i", str(clip), *sampling]
    return [sys.executable, "-m", "benchmarks.decode", "--side", side, str(clip)]


def measure(place: Path, runs: int, seconds: int) -> Table:
    """Everything, with clips below ``place``."""
    table = Table("Decode")
    for size_name, size in SIZES.items():
        for kind, (options, aim) in KINDS.items():
            clip = place / f"decode-{size_name}-{kind.replace(' ', '-')}-{seconds}.mp4"
            film(clip, seconds=seconds, size=size, options=options)
            names = ("ffmpeg", *SIDES)
            costs = in_turn(
                {n: lambda n=n, clip=clip: cost_of_command(_command(n, clip)) for n in names}, runs
            )
            title = f"{size_name}, {kind}"
            ffmpeg = costs["ffmpeg"]
            table.add(f"{title}: wall / ffmpeg", ratios(costs["ours"], ffmpeg), "x", aim)
            table.add(f"{title}: cpu / ffmpeg", ratios(costs["ours"], ffmpeg, "cpu"), "x", aim)
            for side in ("sequential", "keyframes"):
                table.add(f"{title}: {side}, wall / ffmpeg", ratios(costs[side], ffmpeg), "x")
            table.add(f"{title}: speed", [seconds / c.wall for c in costs["ours"]], "x real time")
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "kinolex-bench")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.side:
        SIDES[given.side](*given.files)
        return
    given.place.mkdir(parents=True, exist_ok=True)
    table = measure(given.place, given.runs, given.seconds)
    print(table)
    table.save(given.json)


if __name__ == "__main__":
    main()
