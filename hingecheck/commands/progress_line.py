"""Shows on stderr how far a run has come: on a terminal as one line with a bar, else as one line for each stage.

The time left is that of the present stage.  It comes from the speed of this stage alone, because every stage has its
own.  The steps that follow are counted beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column
from rich.text import Text

from hingecheck import language
from hingecheck.commands.console import err_console
from hingecheck.progress import Progress, Stage, Watch

BAR_WIDTH: Final = 10
"""Width of the bar, in characters.  The whole line fits into 80."""

KNOWN_AFTER_S, KNOWN_AFTER = 2.0, 10
"""Seconds and frames of a stage after which its speed is known well enough to tell the time left."""

IN_MINUTES_S: Final = 100.0
"""Time left, in seconds, from which it is shown in minutes."""


@contextmanager
def progress(stages: Sequence[Stage], *, quiet: bool) -> Iterator[Watch | None]:
    """A watch that shows the progress of a run with these stages.  It begins with `Stage.STARTING`.

    Gives None, and shows nothing, if `quiet`.
    """
    if quiet:
        yield None
    elif err_console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(BAR_WIDTH), _Counts())
        with Bar(*columns, console=err_console, transient=True) as bar:
            yield _Line(bar, stages)
    else:
        lines = _Lines()
        lines(Progress(Stage.STARTING))
        yield lines


class _Counts(ProgressColumn):
    """How many frames of the stage are done, its time left once its speed is known, and how many steps follow."""

    def get_table_column(self) -> Column:
        """A column of one line."""
        return Column(no_wrap=True)

    def render(self, task: Task) -> Text:
        """The counts that are known, in words."""
        left_s, more = _left_s(task), task.fields["more"]
        words = [_frames(task)] if task.completed else []
        words += [f"{_time(left_s)} left"] if left_s is not None else []
        words += [f"then {more} more step{'s' if more > 1 else ''}"] if more else []
        return Text(", ".join(map(language.translated, words)))


def _frames(task: Task) -> str:
    """How many frames are done, and of how many if that is known.  A file may promise too few frames."""
    known = task.total is not None and task.completed <= task.total
    return f"{task.completed:.0f}{f' of {task.total:.0f}' if known else ''} frames"


def _left_s(task: Task) -> float | None:
    """The time left of a stage, in seconds; None if its length or its speed is not known."""
    if task.completed < KNOWN_AFTER or (task.elapsed or 0.0) < KNOWN_AFTER_S or not task.speed:
        return None
    return None if task.total is None or task.completed > task.total else (task.total - task.completed) / task.speed


def _time(time_s: float) -> str:
    """A time, rounded up: `12 s`, `3 min`."""
    return f"{math.ceil(time_s)} s" if time_s < IN_MINUTES_S else f"{math.ceil(time_s / 60)} min"


class _Line:
    """One line on a terminal, drawn again while the stage goes on."""

    def __init__(self, bar: Bar, stages: Sequence[Stage]) -> None:
        self._bar = bar
        self._stages = tuple(stages)
        """The stages from the beginning of the present clip on."""
        self._last = Progress(Stage.STARTING)
        self._task = bar.add_task(language.translated(Stage.STARTING), total=None, more=len(stages) - 1)

    def __call__(self, now: Progress) -> None:
        """Show the present stage and its frames."""
        last, self._last = self._last, now
        if now.stage is not last.stage:
            self._restart(description=language.translated(now.stage), more=self._more(now.stage))
        elif now.done < last.done:
            self._restart()
        self._bar.update(self._task, completed=now.done, total=now.expected or None)

    def _restart(self, **changes: Any) -> None:
        """Begin the bar again: a stage that begins has no speed yet, and its length is not known."""
        self._bar.tasks[0].total = None
        self._bar.reset(self._task, **changes)

    def _more(self, stage: Stage) -> int:
        """How many steps follow a stage that begins now.  Each clip of a run begins with `Stage.STARTING`."""
        if stage is Stage.STARTING and stage in self._stages[1:]:
            self._stages = self._stages[self._stages.index(stage, 1) :]
        return len(self._stages) - self._stages.index(stage) - 1 if stage in self._stages else 0


class _Lines:
    """A plain line for each stage when it begins: for log files."""

    def __init__(self) -> None:
        self._stage: Stage | None = None

    def __call__(self, now: Progress) -> None:
        """Print the stage if it is a new one."""
        if now.stage is not self._stage:
            self._stage = now.stage
            frames = f": {now.expected} frames" if now.expected else ""
            err_console.print(Text(f"{now.stage.capitalize()}{frames}"))
