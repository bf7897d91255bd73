"""What all benchmarks share: sides in turn, medians with spread, the machine, table and JSON.

Times are only ever compared inside one run, with the sides alternated, because machines drift.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds of one run, its children included."""

    wall: float
    cpu: float


@dataclass
class Row:
    """One line of a table: median, spread, and what was promised."""

    what: str
    value: float
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    aim: str = ""
    note: str = ""


@dataclass
class Table:
    """Rows of one benchmark."""

    name: str
    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        what: str,
        values: Sequence[float] | float,
        unit: str = "",
        aim: str = "",
        note: str = "",
    ) -> float:
        """Add a row from the values of several runs; gives the median."""
        numbers = (
            [float(values)] if isinstance(values, (int, float)) else [float(v) for v in values]
        )
        middle = statistics.median(numbers)
        self.rows.append(Row(what, middle, min(numbers), max(numbers), unit, aim, note))
        return middle

    def __str__(self) -> str:
        lines = [f"\n## {self.name}\n", "| what | median | spread | unit | aim | note |"]
        lines.append("| --- | ---: | --- | --- | --- | --- |")
        for row in self.rows:
            spread = "" if row.low == row.high else f"{row.low:.3g} to {row.high:.3g}"
            lines.append(
                f"| {row.what} | {row.value:.4g} | {spread} | {row.unit} | {row.aim} | {row.note} |"
            )
        return "\n".join(lines)

    def save(self, path: Path | None = None) -> Path:
        """Write the JSON beside the machine that it was measured on."""
        path = path or RESULTS / f"{self.name.split()[0].strip(':').lower()}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = {"name": self.name, "machine": machine(), "rows": [asdict(r) for r in self.rows]}
        path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        return path


def load(path: Path) -> Table:
    """A table that `Table.save` wrote, its machine in the title."""
    data = json.loads(path.read_text(encoding="utf-8"))
    where = data["machine"]
    what = f"{where['processor']}, {where['cores']} cores, {where['date']}"
    return Table(f"{data['name']} ({what})", [Row(**row) for row in data["rows"]])


def machine() -> dict[str, Any]:
    """What this machine is, as far as figures depend on it."""
    model = platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        pass
    return {
        "system": platform.system(),
        "python": platform.python_version(),
        "processor": model,
        "cores": os.cpu_count(),
        "date": time.strftime("%Y-%m-%d"),
    }


def cost_of(work: Callable[[], Any]) -> Cost:
    """Run something in this process and account for it and its ended children."""
    before = _cpu()
    started = time.perf_counter()
    work()
    wall = time.perf_counter() - started
    return Cost(wall, _cpu() - before)


def _cpu() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def installed() -> dict[str, str]:
    """The environment, with compiled modules kept, as they are where a wheel was installed."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def cost_of_command(command: Sequence[str], **more: Any) -> Cost:
    """Run a command to its end and account for it; its output is thrown away."""
    more.setdefault("env", installed())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(
        list(command), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu)


def in_turn(
    sides: Mapping[str, Callable[[], Cost]], runs: int = 3, warm: bool = True
) -> dict[str, list[Cost]]:
    """Run the sides A B C A B C ...; the first round is not counted when ``warm``."""
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for turn in range(runs + warm):
        for name, side in sides.items():
            cost = side()
            if turn or not warm:
                costs[name].append(cost)
            print(f"  {name}: {cost.wall:.2f} s wall, {cost.cpu:.2f} s cpu", file=sys.stderr)
    return costs


def ratios(top: Sequence[Cost], bottom: Sequence[Cost], what: str = "wall") -> list[float]:
    """Pair by pair, so that a drifting machine cancels out."""
    return [getattr(a, what) / getattr(b, what) for a, b in zip(top, bottom, strict=True)]


def _memory(pid: int) -> float:
    """Resident megabytes of a process and its descendants."""
    total, todo = 0.0, [pid]
    while todo:
        one = todo.pop()
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
            shared = int(Path(f"/proc/{one}/statm").read_text().split()[2])
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except (OSError, IndexError):
            continue
        total += (pages if one == pid else pages - shared // 2) * os.sysconf("SC_PAGE_SIZE") / 1e6
        todo += [int(c) for c in children]
    return total


def peak_memory(command: list[str]) -> tuple[float, list[float]]:
    """Peak resident memory of a command and its children, and its course."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    course: list[float] = []

    def watch() -> None:
        while process.poll() is None:
            course.append(_memory(process.pid))
            time.sleep(0.2)

    thread = threading.Thread(target=watch)
    thread.start()
    process.wait()
    thread.join()
    if process.returncode:
        raise RuntimeError(f"failed: {' '.join(command)}")
    return max(course), course


LOOP = 20
"""Seconds that are encoded; the rest is the same again."""


def film(
    path: Path, *, seconds: int, size: str, options: Sequence[str] = (), slides: bool = False
) -> Path:
    """A film-like clip, written once: a camera over fine detail, a cut each 5 s, grain.

    1.5 to 4 Mbit/s, as films of this size have; pure noise would make every decoder spend its
    time on reading bits. As ``slides`` the camera stands still for 5 s at a time, without grain.
    """
    if path.exists():
        return path
    width, height = size.split("x")
    still, part = path.with_name("still.png"), path.with_name("part.mp4")
    run = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    if not still.exists():
        source = "mandelbrot=size=3200x2000:rate=1"
        subprocess.run([*run, "-f", "lavfi", "-i", source, "-frames:v", "1", still], check=True)
    here = "floor(t/5)" if slides else "t"
    x, y = f"0.5+0.5*sin({here}/3+2*floor(t/5))", f"0.5+0.5*cos({here}/4+3*floor(t/5))"
    camera = f"crop={width}:{height}:x='(iw-ow)*({x})':y='(ih-oh)*({y})'"
    grain = "" if slides else "noise=alls=6:allf=t,"
    chain = f"{camera},{grain}format=yuv420p"
    coding = ["-c:v", "libx264", "-preset", "fast", "-crf", "23", *options]
    source = ["-loop", "1", "-framerate", "25", "-t", str(LOOP), "-i", str(still)]
    subprocess.run([*run, *source, "-vf", chain, *coding, part], check=True)
    again = ["-stream_loop", str(-(-seconds // LOOP) - 1), "-i", part, "-c", "copy"]
    subprocess.run([*run, *again, "-t", str(seconds), path], check=True)
    part.unlink()
    return path
