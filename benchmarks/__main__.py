"""All benchmarks, one after another: ``python -m benchmarks --shared DIR``, or ``make bench``.

Each runs in a process of its own, prints its table and writes ``benchmarks/results/NAME.json``; at
the end all tables stand in ``benchmarks/results/README.md``, the chief ones in README. What needs
data that is not there is left out with a reason. Machines drift and so do figures: compare ratios.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks import summary
from benchmarks.harness import RESULTS


@dataclass(frozen=True)
class Bench:
    """One of them: its module, whether it wants the data, how to make it short."""

    name: str
    shared: str = ""
    """``needs``: nothing to do without; ``takes``: measures more with it."""
    quick: tuple[str, ...] = ()
    torch: bool = False
    """Whether it is of the lab."""


BENCHES = (
    Bench("startup", quick=("--runs", "2")),
    Bench("decode", quick=("--runs", "1", "--seconds", "20")),
    Bench("ingest", quick=("--runs", "1", "--seconds", "20")),
    Bench("long_file", shared="takes", quick=("--hours", "0.05")),
    Bench("passes", shared="takes", quick=("--seconds", "300", "--files", "100")),
    Bench("search_scale", quick=("--hours", "2", "--runs", "1")),
    Bench("serve", quick=("--quick",)),
    Bench("limited", quick=("--rows", "2000", "--runs", "1")),
    Bench("evaluation", shared="takes", quick=("--quick", "--runs", "1")),
    Bench("world", quick=("--quick", "--runs", "1")),
    Bench("lab_costs", quick=("--quick",), torch=True),
    Bench("lab_flickr8k", shared="needs", quick=("--quick",), torch=True),
    Bench("lab_world", quick=("--quick",), torch=True),
    Bench("words", shared="needs"),
    Bench("answers", shared="needs"),
    Bench("quality", shared="needs"),
)


def main() -> int:
    """Run those asked for; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [bench.name for bench in BENCHES]
    parser.add_argument("names", nargs="*", help=f"all, or some of: {', '.join(names)}")
    parser.add_argument("--shared", default=os.environ.get("KINOLEX_SHARED", ""))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all run")
    given = parser.parse_args()
    if unknown := set(given.names) - set(names):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    failed = []
    for bench in BENCHES:
        if given.names and bench.name not in given.names:
            continue
        if bench.shared == "needs" and not given.shared:
            print(f"\nleft out: {bench.name} needs --shared DIR (clips and captions)")
            continue
        if bench.torch and importlib.util.find_spec("torch") is None:
            print(f"\nleft out: {bench.name} needs torch (pip install kinolex[lab])")
            continue
        command = [sys.executable, "-m", f"benchmarks.{bench.name}"]
        command += ["--shared", given.shared] if bench.shared and given.shared else []
        command += [*bench.quick, "--json", os.devnull] if given.quick else ()
        started = time.monotonic()
        print(f"\n{bench.name} ...", flush=True)
        if subprocess.run(command).returncode:
            failed.append(bench.name)
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    if not given.quick:
        summary.main()
        print(f"\nall tables: {RESULTS / 'README.md'}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main())
