"""What the pages can do with the clips: everything behind the addresses of the server, without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from hingecheck import names
from hingecheck.app import people, questions
from hingecheck.app.questions import Answers
from hingecheck.app.running import Runner
from hingecheck.app.season import Board
from hingecheck.app.shelf import OPEN, Item, Shelf
from hingecheck.app.uploads import Taken
from hingecheck.errors import HingecheckError, InputError, UsageError
from hingecheck.history import archive
from hingecheck.judgement import advice
from hingecheck.judgement import style as styles
from hingecheck.records.season import Failure
from hingecheck.records.stored import Stored
from hingecheck.report import result_folder, sentences
from hingecheck.report.page import board as board_page
from hingecheck.report.page import told
from hingecheck.results import folder, reading, telling

if TYPE_CHECKING:
    from hingecheck.records import Pattern

RECENT: Final = 12
"""Number of finished clips that the first page shows."""

ANEW: Final = "Saved. This changes what is measured: press Measure again."
OLD_PAGE: Final = "Saved. An older version made the report page, so the page keeps the earlier answers."
"""Remarks on an answer."""

EARLIER: Final = "The new measurement failed. This is the earlier result."
"""Begin of the remark on a clip whose new measurement failed."""

KINDS: Final = ("set", "standing")
"""What a dropped clip shows: a set to measure, or the lifter's standing."""


class Desk:
    """The clips, the runner and the board together."""

    def __init__(self, shelf: Shelf, runner: Runner, board: Board) -> None:
        self.shelf, self.runner, self.board = shelf, runner, board

    def add(self, taken: Taken, said: Mapping[str, object], kind: str) -> Item:
        """Put a dropped clip on the shelf and queue it.  Raises UsageError; then the clip is gone."""
        known = names.from_folders(taken.file)
        try:
            answers = self._checked(questions.changed(Answers(date=names.date_of(known["date"])), said))
        except HingecheckError:
            self.shelf.remove((Item(taken.id, taken.file, taken.video, taken.sha256, "waiting"),))
            raise
        state = "standing" if kind == "standing" else "waiting"
        item = Item(taken.id, taken.file, taken.video, taken.sha256, state, answers)  # type: ignore[arg-type]
        self.shelf.add(item)
        return item if state == "standing" else self.runner.start(item)

    def answer(self, clip_id: str, said: Mapping[str, object]) -> tuple[Item, str]:
        """Change what is said about a clip; returns the clip, and a remark or "".

        Raises UsageError for an answer that cannot be, and InputError for a clip that is gone.
        """
        before = self.shelf.get(clip_id)
        answers = self._checked(questions.changed(before.answers, said))
        stored = reading.read(self.shelf.folder / before.folder / folder.MARKER) if before.state == "done" else None
        lift_type = stored.reps[0].style if stored is not None else ""
        anew = questions.measures_anew(before.answers, answers, lift_type) and before.state not in (
            "waiting",
            "standing",
        )
        taken = stored is None or self._retell(before, answers, stored, anew=anew)
        item = self.shelf.change(clip_id, answers=answers)
        self.board.update(item, before)
        return item, ANEW if anew else "" if taken else OLD_PAGE

    def measure(self, clip_id: str) -> Item:
        """Measure a clip again, with what is said about it now.  Raises UsageError without its video."""
        item = self.shelf.get(clip_id)
        if not item.video or not (self.shelf.folder / item.video).is_file():
            raise UsageError(f"{item.file}: the video is not in the folder of the app", "Drop the clip again.")
        return item if item.state in OPEN else self.runner.start(item)

    def choose(self, clip_id: str, x: float, y: float) -> Item:
        """Measure a clip again for the person at a place: parts of the picture's width and height, 0 to 1."""
        size = people.found(self.shelf.picture(clip_id))
        wide, high = size["width"], size["height"]
        assert isinstance(wide, int)
        assert isinstance(high, int)
        if not (0 <= x <= 1 and 0 <= y <= 1 and wide):
            raise UsageError("this is no place in the picture", "Click on the lifter's hips.")
        self.cancel(clip_id)
        self.answer(clip_id, {"person": f"{x * wide:.0f},{y * high:.0f}"})
        return self.measure(clip_id)

    def cancel(self, clip_id: str) -> None:
        """Take back a clip that waits or runs."""
        if self.shelf.get(clip_id).state in OPEN:
            self.runner.cancel(clip_id)

    def remove(self, clip_id: str) -> None:
        """Delete one clip with its video and its result."""
        item = self.shelf.get(clip_id)
        self.cancel(clip_id)
        self.board.remove(item)
        self.shelf.remove((item,))

    def delete(self, athlete: str) -> int:
        """Delete an athlete for good, with all clips, results and comparisons; returns the number of clips."""
        mine = tuple(
            item for item in self.shelf.all() if names.identity(item.answers.athlete) == names.identity(athlete)
        )
        if not athlete.strip() or not mine:
            raise UsageError(f"{names.shown(athlete)}: has no clips here", "Check the spelling of the name.")
        for item in mine:
            self.cancel(item.id)
        self.board.delete(athlete, mine)
        self.shelf.remove(mine)
        archive.erase(self.shelf.folder, athlete, (), self.shelf.logbook)
        return len(mine)

    def state(self) -> dict[str, Any]:
        """What the first page shows: open clips with their progress, the newest others, names, standing clips."""
        return {
            "clips": [self.card(item) for item in (*self.shelf.in_state(*OPEN), *self.shelf.newest(RECENT))],
            "finished": self.shelf.finished(),
            "athletes": self.shelf.athletes(),
            "standing": [{"id": item.id, "file": item.file} for item in self.shelf.in_state("standing")],
        }

    def card(self, item: Item) -> dict[str, Any]:
        """What a page shows of one clip."""
        row = self.board.row(item.id) if item.state in ("done", "failed") else None
        failure = row.failure if row is not None and row.failure is not None else item.failure
        session = row.session if row is not None else None
        done = item.state == "done" and session is not None and not self.runner.is_ending(item.id)
        return {
            "id": item.id,
            "file": item.file,
            "state": item.state,
            "progress": self.runner.progress(item),
            "message": sentences.sentence(failure.message) if failure is not None and not done else "",
            "remedy": sentences.sentence(failure.remedy) if failure is not None and not done else "",
            "remark": _remark(item.failure) if done and item.failure is not None else "",
            "outcome": board_page.outcome(session) if done else "",
            "pattern": session.pattern if session is not None else "",
            "sentence": session.sentence if session is not None else "",
            "cue": session.cue if session is not None else "",
            "report": f"board/{row.report}" if row is not None and row.report else "",
            "picture": f"board/{row.thumbnail}" if row is not None and row.thumbnail else "",
            "places": people.found(self.shelf.picture(item.id))["people"],
            "video": bool(item.video),
            "answers": questions.flat(item.answers),
        }

    def _checked(self, answers: Answers) -> Answers:
        """The answers; raises UsageError for a deleted athlete and for a standing clip that is gone."""
        if self.board.was_deleted(answers.athlete):
            raise UsageError(
                f"{answers.athlete}: was deleted here, and new clips of this name are refused",
                "To take the name back, open Athletes, Deleted names.",
            )
        if answers.standing:
            try:
                standing = self.shelf.get(answers.standing).state
            except InputError:
                standing = "waiting"
            if standing != "standing":
                raise UsageError("the standing clip is not here", "Choose another one, or none.")
        return answers

    def _retell(self, item: Item, answers: Answers, stored: Stored, *, anew: bool) -> bool:
        """Write the new answers into a finished result; returns whether its page could take them."""
        place = self.shelf.folder / item.folder
        path, page = place / folder.MARKER, place / result_folder.PAGE
        height = stored.self_report.height_cm if stored.self_report else None  # the result was measured with it
        report = replace(answers.report, height_cm=height)
        flags = [finding.rule for finding in stored.findings if finding.status == "flag"]
        given = advice.of(report, flags, cast("Pattern", stored.verdict.pattern))  # the reader checked it
        renamed = "" if anew or answers.style in (styles.AUTO, item.answers.style) else answers.style
        telling.retell(path, report, given, renamed)
        style = telling.style(path)
        words = "not known" if style is None else sentences.style(style)
        return not page.is_file() or told.retell(page, told.parts(report, given, words))


def _remark(failure: Failure) -> str:
    """What a clip with an earlier result says of a new measurement that failed."""
    return " ".join((EARLIER, sentences.sentence(failure.message), sentences.sentence(failure.remedy)))


def adopt(shelf: Shelf) -> int:
    """Take over the results of a batch whose results folder this is; returns how many are new."""
    known = {item.id for item in shelf.all()}
    new = [outcome for outcome in archive.outcomes(shelf.folder, "") if Path(outcome.entry.folder).name not in known]
    count = 0
    for outcome in new:
        entry = outcome.entry
        clip_id = Path(entry.folder).name
        if not questions.is_id(clip_id) or clip_id in known:
            continue
        known.add(clip_id)
        clip, state = entry.clip, "failed" if outcome.failure else "done"
        answers = Answers(clip.athlete, "" if clip.utc else clip.date, clip.report)
        recorded = clip.date if clip.utc else ""
        item = Item(clip_id, clip.file, "", entry.sha256, state, answers, outcome.failure, recorded, clip.utc)  # type: ignore[arg-type]
        shelf.add(item)
        count += 1
    return count
