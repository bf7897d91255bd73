"""The matcher that was named for searching: opened when a question first needs it."""

from __future__ import annotations

from pathlib import Path

from kinolex.encoders.matcher import OnnxMatcher
from kinolex.errors import UsageError
from kinolex.search.judging import Judge
from kinolex.search.pictures import FrameTable
from kinolex.search.run import Run
from kinolex.settings import Settings

__all__ = ["Judges"]


class Judges:
    """Gives a `Judge` for questions that a matcher understands, and none for others.

    Parameters
    ----------
    settings : Settings
        ``matcher`` is the folder; "" for none.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._matcher: OnnxMatcher | None = None
        self._judge: Judge | None = None

    def over(self, space: str, table: FrameTable, run: Run) -> Judge | None:
        """The judge of a table's frames, for the question of a run.

        None where no matcher was named, or more than words is asked for (with a note).

        Raises
        ------
        EncoderError
            If the folder holds no matcher, or one for vectors of another length.
        UsageError
            If it is to judge vectors of another encoder than it was trained on.
        """
        if not self._settings.matcher:
            return None
        if self._matcher is None:
            self._matcher = OnnxMatcher(Path(self._settings.matcher).expanduser(), self._settings)
        card = self._matcher.card
        if [part.kind for part in run.query.parts] != ["words"] or run.query.parts[0].weight <= 0:
            run.notes.append(f"The matcher {card.name} was not asked: it judges words alone.")
            return None
        if card.space != space:
            raise UsageError(
                f"The matcher {card.name} was trained on vectors of {card.space or 'no encoder'};"
                f" the pictures of this library are vectors of {space}.",
                hint="Search without it, or index with that encoder (`kinolex index --picture`).",
            )
        if self._judge is None or self._judge.table is not table.table:
            self._judge = Judge(self._matcher, table.table)
        return self._judge
