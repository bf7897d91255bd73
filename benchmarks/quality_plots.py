"""The figures of `benchmarks.quality` as one picture: reliability, recall, present and absent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality_chance import Said, curve

INK, SOFT, WARM = "#1f4e79", "#9db7d5", "#c0504d"


def draw(
    path: Path,
    pictures: Sequence[Said],
    clips: Sequence[Said],
    ranks: Sequence[float],
    scores: tuple[Sequence[float], Sequence[float]],
) -> bool:
    """Three panels as PNG; False, with a word, where matplotlib is missing.

    Parameters
    ----------
    path : Path
    pictures, clips : sequence of Said
        For the reliability diagram.
    ranks : sequence of float
        Rank of the right picture of every Flickr8k test caption, from 0.
    scores : (present, absent)
        Scores of the first moments.
    """
    try:
        import matplotlib
    except ImportError:
        print("left out: the plot (pip install matplotlib)")
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    _reliability(left, pictures, clips)
    _recall(middle, np.asarray(ranks))
    _present(right, *scores)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
    return True


def _reliability(axes: object, pictures: Sequence[Said], clips: Sequence[Said]) -> None:
    axes.plot([0, 1], [0, 1], color="#888888", lw=1, ls=":", label="a perfect score")
    for said, colour, label in (
        (pictures, INK, "pictures (Flickr8k test, ImageNet)"),
        (clips, WARM, "real clips, all channels"),
    ):
        rows = curve(said)
        axes.plot(rows[:, 0], rows[:, 1], color=colour, lw=1.5, label=label)
        axes.scatter(
            rows[:, 0], rows[:, 1], s=8 + 200 * rows[:, 2] / rows[:, 2].sum(), color=colour
        )
    axes.set(title="Reliability", xlabel="chance that was said", ylabel="share that came true")
    axes.legend(fontsize=8, frameon=False)


def _recall(axes: object, ranks: np.ndarray) -> None:
    k = np.arange(1, 101)
    axes.plot(k, [100 * (ranks < n).mean() for n in k], color=INK, lw=2, label="starter")
    axes.plot(k, k / 10, color="#888888", lw=1, ls=":", label="chance")
    for n in (1, 5, 10):
        value = 100 * (ranks < n).mean()
        axes.annotate(f"R@{n} {value:.1f}", (n, value), xytext=(8, -3), textcoords="offset points")
    axes.set(title="Flickr8k test: text to picture", xlabel="first k of 1,000", ylabel="recall, %")
    axes.set(xscale="log", ylim=(0, 100))
    axes.legend(fontsize=8, frameon=False, loc="upper left")


def _present(axes: object, present: Sequence[float], absent: Sequence[float]) -> None:
    edges = np.linspace(0, 1, 21)
    axes.hist(absent, edges, color=WARM, alpha=0.7, label=f"{len(absent)} absent things")
    axes.hist(present, edges, color=INK, alpha=0.6, label=f"{len(present)} present things")
    axes.axvline(0.5, color="#444444", lw=1, ls="--", label="the line")
    axes.set(title="Score of the first moment", xlabel="score, pictures alone", ylabel="questions")
    axes.legend(fontsize=8, frameon=False)
