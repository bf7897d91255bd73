"""Draw the pictures of the pages: ``python docs/screenshots.py``.

Renders clips, adds the real ones that may be shown where the development data lies beside the
repository, indexes all of them with every channel that this machine has models for, serves the
library with ``kinolex serve`` and looks at the pages with Chromium. Needs ``kinolex[serve]``,
playwright for Python, and the system's Chromium. The pictures go to ``docs/images``.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kinolex
from kinolex.media.types import Chapter
from kinolex.moments import Span
from kinolex.testing.clips import make_clip, make_slides

HERE = Path(__file__).resolve().parent
MARK = ".made-by-screenshots"
MOST_BYTES = 300_000
QUALITY = 85
ALL_DRAWN = """[...document.images].every(
    i => i.complete || i.getBoundingClientRect().top > innerHeight)"""

SPOKEN = (
    (0.5, 4.5, "Bring the water to the boil, then wait for half a minute."),
    (4.8, 9.0, "Pour it slowly, in circles, so that the coffee can bloom."),
)
"""Subtitles that we wrote for ``Breakfast.mp4``."""

REAL = {
    "Films/Sunday walk.mp4": "sam2_dog_fetch.mp4",
    "Films/Breakfast.mp4": "sam2_coffee.mp4",
    "Films/In the park.mp4": "sam2_juggle.mp4",
    "Films/Shell game.mp4": "sam2_cups.mp4",
    "Films/Silent film.mp4": "moviepy_chaplin.mp4",
    "Films/Good morning.mp4": "skv_bunny_wakes.mp4",
    "Camera/From the balcony.mp4": "intel_cars_above.mp4",
    "Camera/Room 2.mp4": "intel_people_table.mp4",
    "Camera/Table top.mp4": "intel_bottles.mp4",
}
"""Clips whose rights are marked ``clear`` in their list, under names that people give."""

WATER = (
    (
        9,
        "The water cycle",
        "Today we follow a drop of water from the sea to the mountains and back.",
    ),
    (10, "Evaporation", "The sun heats the sea. Water evaporates, and rises as vapour."),
    (11, "Boiling point", "At one hundred degrees water boils. We call this the boiling point."),
    (10, "Rain", "Up there the air is cold. The vapour becomes clouds, and then rain."),
    (10, "Winter", "In winter it falls as snow, and bears sleep until the spring."),
)
MEETING = (
    (8, "Quarterly revenue\nup twelve percent"),
    (8, "Hiring plan\nfour engineers"),
    (8, "Questions?"),
)


def draw_clips(place: Path) -> None:
    """Render what needs no licence: two talks and a film of shapes."""
    for name in ("Lectures", "Films", "Camera"):
        (place / name).mkdir(parents=True)
    starts = [sum(seconds for seconds, *_ in WATER[:n]) for n in range(len(WATER) + 1)]
    make_slides(
        place / "Lectures" / "The water cycle.mp4",
        [(seconds, title) for seconds, title, _ in WATER],
        narration=[said for *_, said in WATER],
        size=(1280, 720),
        chapters=[
            Chapter(Span(a, b), title)
            for a, b, (_, title, _) in zip(starts, starts[1:], WATER, strict=False)
        ],
        metadata={"creation_time": "2024-03-11T09:00:00Z"},
    )
    write_subtitles(
        place / "Lectures" / "The water cycle.srt",
        [
            (a + 0.5, a + seconds - 0.5, said)
            for a, (seconds, _, said) in zip(starts, WATER, strict=False)
        ],
    )
    make_slides(place / "Lectures" / "Staff meeting.mp4", MEETING, size=(1280, 720))
    make_clip(
        place / "Camera" / "Shapes.mp4",
        scenes=[
            (4, "shape:red circle on white"),
            (4, "shape:green triangle on white"),
            (4, "shape:blue square on white"),
        ],
        size=(640, 360),
        numbers=False,
    )


def copy_clips(place: Path) -> int:
    """Copy the real clips where they are at hand; their number."""
    shared = Path(os.environ.get("KINOLEX_SHARED", HERE.parents[1] / "shared"))
    found = 0
    for name, source in REAL.items():
        clip = shared / "data" / "real_clips" / source
        if clip.is_file():
            copy_streams(clip, place / name)
            found += 1
    if found:
        write_subtitles(place / "Films" / "Breakfast.srt", SPOKEN)
    return found


def write_subtitles(path: Path, lines: Iterable[tuple[float, float, str]]) -> None:
    """Write an SRT file of lines within the first hour."""

    def clock(seconds: float) -> str:
        minutes, rest = divmod(round(seconds * 1000), 60_000)
        return f"00:{minutes:02}:{rest // 1000:02},{rest % 1000:03}"

    blocks = [f"{n}\n{clock(a)} --> {clock(b)}\n{t}\n" for n, (a, b, t) in enumerate(lines, 1)]
    path.write_text("\n".join(blocks), encoding="utf-8")


def copy_streams(source: Path, to: Path) -> None:
    """Copy pictures and sound alone: the titles inside say what the camera called them."""
    import av

    with av.open(str(source)) as film, av.open(str(to), "w") as out:
        wanted = [s for s in film.streams if s.type in ("video", "audio")]
        copies = {s.index: out.add_stream_from_template(s) for s in wanted}
        for packet in film.demux(wanted):
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)


def fresh(place: Path) -> None:
    """An empty folder; only one that we made before is deleted."""
    if place.exists():
        if not (place / MARK).is_file():
            sys.exit(f"{place} is there already and not ours: name another with --place.")
        shutil.rmtree(place)
    place.mkdir(parents=True)
    (place / MARK).touch()


@contextmanager
def served(library: Path, browse: Path) -> Iterator[str]:
    """The address of ``kinolex serve`` over a library."""
    command = [sys.executable, "-m", "kinolex", "serve", "--library", str(library)]
    command += ["--port", "0", "--browse", str(browse)]
    with subprocess.Popen(
        command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        try:
            said = run.stdout.readline()
            if "http://" not in said:
                sys.exit(f"The server did not start: {said}{run.stdout.read()}")
            yield said[said.index("http://") :].split()[0].rstrip("/")
        finally:
            run.terminate()


class Camera:
    """Opens pages and keeps pictures of them."""

    def __init__(self, browser: Any, address: str, to: Path) -> None:
        self._browser, self._address, self._to = browser, address, to

    @contextmanager
    def page(self, *, dark: bool = False, phone: bool = False) -> Iterator[Any]:
        """A fresh page."""
        options: dict[str, Any] = {
            "viewport": {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800},
            "device_scale_factor": 1.5,
            "color_scheme": "dark" if dark else "light",
            "base_url": self._address,
            "has_touch": phone,
            "reduced_motion": "reduce",
        }
        context = self._browser.new_context(**options)
        try:
            page = context.new_page()
            page.set_default_timeout(30_000)
            yield page
        finally:
            context.close()

    def keep(self, page: Any, name: str) -> None:
        """Write what the page shows now as ``NAME.png`` of few colours, or of JPEG quality."""
        from PIL import Image

        page.wait_for_load_state("load")
        until(page, ALL_DRAWN)
        page.wait_for_timeout(600)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        path = self._to / f"{name}.jpg"
        picture.save(path, quality=QUALITY, optimize=True, progressive=True)
        size = path.stat().st_size
        print(f"  {path.name}: {picture.width} x {picture.height}, {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            sys.exit(f"{path.name} is larger than {MOST_BYTES} bytes.")


def still_of(place: Path) -> bytes:
    """A JPEG to ask with: a mirrored frame of a real clip, else of a drawn one."""
    import av
    from PIL import ImageOps

    film = place / "Films" / "Shell game.mp4"
    if not film.is_file():
        film = place / "Camera" / "Shapes.mp4"
    with av.open(str(film)) as opened:
        frame = next(opened.decode(video=0)).to_image()
    file = io.BytesIO()
    ImageOps.mirror(frame).save(file, "JPEG")
    return file.getvalue()


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the pages' own policy forbids to evaluate it inside."""
    for _ in range(300):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    sys.exit(f"This never came true: {expression}")


def search(camera: Camera) -> None:
    """Words, found by what is shown, said and written."""
    with camera.page() as page:
        page.goto("/?q=boiling+water")  # the first question loads the encoders
        page.wait_for_selector(".result")
        page.reload()
        page.wait_for_selector(".result")
        camera.keep(page, "search")
    with camera.page(phone=True) as page:
        page.goto("/?q=pouring+coffee")
        page.wait_for_selector(".result")
        camera.keep(page, "phone")


def picture(camera: Camera, asked: Path) -> None:
    """A picture, and what is most like it."""
    with camera.page(dark=True) as page:
        page.goto("/")
        page.set_input_files("#picture", str(asked))
        page.wait_for_selector(".result")
        camera.keep(page, "picture-search")


def video(camera: Camera) -> None:
    """One video with its timeline, transcript and a selected span."""
    with camera.page() as page:
        page.goto("/?q=pouring+coffee")
        page.wait_for_selector(".result")
        page.locator(".result h3 a").first.click()
        page.wait_for_selector("#heat canvas")
        page.locator("#lines .line").last.click()
        page.wait_for_selector("#lines li.now")
        until(page, "document.querySelector('#player').readyState > 3")
        page.evaluate("scrollTo(0, 76)")
        page.wait_for_timeout(1500)
        camera.keep(page, "video")


def library(camera: Camera) -> None:
    """The library page while a folder is added."""
    with camera.page() as page:
        page.goto("/library")
        page.click("#add")
        page.click("#folders >> text=films")
        page.click("#folders >> text=Camera")
        page.click("#browse-add")
        page.wait_for_selector("#jobs progress")
        until(page, "document.querySelector('#jobs progress')?.value > 0.25")
        camera.keep(page, "library")
        page.wait_for_selector("#jobs .card[data-state=done]", timeout=300_000)


def kept(camera: Camera) -> None:
    """A saved search and a collection."""
    with camera.page() as page:
        page.goto("/?q=pouring+coffee")
        page.click("button:has-text('Save this search')")
        page.click("#saving button[value=ok]")
        page.wait_for_selector(".toast")
        for words, name in (("pouring+coffee", "For the trailer"), ("a+ball", ""), ("a+dog", "")):
            page.goto(f"/?q={words}")
            page.locator(".result >> text=Collect").first.click()
            page.wait_for_selector("#collect[open]")
            page.fill("#collect-new", name)
            page.click("#collect button[value=ok]")
            page.wait_for_selector(".toast a")
        video = page.request.get("/v1/videos").json()["videos"][0]["id"]
        for name in ("kitchen", "2024"):
            page.request.post("/v1/tags", data={"name": name, "video": video})
        page.goto("/kept")
        page.wait_for_selector("#collections h3")
        camera.keep(page, "kept")


def main() -> None:
    """Draw, index, serve, look."""
    given = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    place = Path(tempfile.gettempdir()) / "films"
    given.add_argument("--place", type=Path, default=place, help="for clips and library")
    given.add_argument("--to", type=Path, default=HERE / "images", help="for the pictures")
    options = given.parse_args()
    from playwright.sync_api import sync_playwright

    place = options.place.resolve()
    fresh(place)
    draw_clips(place)
    print(f"{copy_clips(place)} real clips beside the drawn ones. Indexing ...")
    with kinolex.open(place / ".library") as made:
        print(f"  {made.add(place / 'Lectures', place / 'Films').done} videos")
    with served(place / ".library", place) as address, sync_playwright() as run:
        browser = run.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--mute-audio"]
        )
        camera = Camera(browser, address, options.to)
        asked = place / ".asked.jpg"
        asked.write_bytes(still_of(place))
        library(camera)
        search(camera)
        picture(camera, asked)
        video(camera)
        kept(camera)
        browser.close()


if __name__ == "__main__":
    main()
