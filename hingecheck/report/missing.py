"""Say what was not measured and why, one sentence for each cause.

Input: an analysis.  Output: sentences (`lines`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from statistics import median
from typing import Final

from hingecheck import quantities, texts
from hingecheck.records import UNASKED, Analysis, Angle, Code, Reason, for_readers
from hingecheck.report import sentences, wording

SLOW_PULL_S: Final = 3.0
"""Time of a pull from which a clip may be slow motion, in seconds.  A hard single takes as long."""

OBLIQUE: Final = frozenset({Code.CAMERA_OBLIQUE, Code.VIEW_OBLIQUE, Code.YAW_WITHHOLDS})
"""Reasons that say in several ways that the camera stood too far off the side view."""

UNSAID: Final = frozenset({Code.TOO_FEW_REPS})
"""Reasons that need no line, because nobody asked for the number: for one over the set, with one repetition."""

LEAST_PART: Final = 0.005
"""Smallest part of the frames that is worth a line: less is 0 %."""

MOMENTS: Final = (Code.AT_LIFTOFF, Code.AT_LOCKOUT)
"""Reasons that only say when their causes hold."""


def lines(analysis: Analysis) -> list[str]:
    """Sentences that say what was not measured and why: first metrics, then frames, then notes.

    Where the view cannot be assessed, every output says on top how the camera stood, so only one line is about that.
    """
    return [*_missing_metrics(analysis), *_missing_frames(analysis), *_remarks(analysis)]


def _missing_metrics(analysis: Analysis) -> list[str]:
    """One sentence for each cause: which numbers it leaves out, and in which repetitions if not in all.

    A cause that leaves out numbers over the set alone is said in one line, without their names.
    """
    names: dict[str, dict[str, set[int]]] = {}  # cause -> metric -> numbers of repetitions
    for metric in for_readers([each.values for each in analysis.reps]):
        unasked = frozenset() if any(rep.values[metric].known for rep in analysis.reps) else UNASKED
        for rep in analysis.reps:
            for cause in causes(rep.values[metric].reason, unasked):
                names.setdefault(cause, {}).setdefault(wording.name(metric), set()).add(rep.rep.number)
    whole = analysis.over_set
    of_set = [(metric, cause) for metric in for_readers([whole]) for cause in causes(whole[metric].reason)]
    alone = dict.fromkeys(cause for _, cause in of_set if cause not in names)
    for metric, cause in of_set:
        if cause in names:
            names[cause].setdefault(wording.name(metric), set()).update(r.rep.number for r in analysis.reps)
    lines = [_cause_line(cause, metrics, len(analysis.reps)) for cause, metrics in names.items()]
    return [*lines, *(f"Over the set: {cause}." for cause in alone)]


def causes(reason: Reason | None, unasked: Collection[Code] = ()) -> list[str]:
    """The causes of a reason in words, without the moment at which they hold, such as "at the top: ".

    Those in UNSAID and `unasked` are left out.
    """
    if reason is None or reason.code in UNSAID or reason.code in unasked:
        return []
    if reason.code in OBLIQUE:
        return [texts.reason(Reason(Code.VIEW_OBLIQUE))]
    return [words for cause in reason.causes for words in causes(cause, unasked)] or [_bare(texts.reason(reason))]


def _bare(words: str) -> str:
    """The words of a reason, which may come from a file, without the moment."""
    for code in MOMENTS:
        words = words.removeprefix(texts.REASONS[code].removesuffix("{causes}"))
    return texts.REASONS[Code.VIEW_OBLIQUE] if words == texts.REASONS[Code.CAMERA_OBLIQUE] else words


def _cause_line(cause: str, metrics: Mapping[str, set[int]], count: int) -> str:
    """A sentence for one cause.  `metrics`: metric -> repetitions without it; `count`: number of repetitions."""
    reps = sorted(set().union(*metrics.values()))
    where = "" if len(reps) == count else f" in repetition {', '.join(map(str, reps))}"
    what = "; ".join(list(metrics)[:3]) + (f" and {len(metrics) - 3} more" if len(metrics) > 3 else "")
    return f"{sentences.sentence(cause)} Not measured{where}: {what}."


def _missing_frames(analysis: Analysis) -> list[str]:
    """One sentence for each reason, with the largest part of the frames in which an angle is unknown for it."""
    frames: dict[str, tuple[int, str]] = {}
    for name, angle in vars(analysis.angles).items():
        if not isinstance(angle, Angle):
            continue
        codes = Counter(code for code in angle.reason.tolist() if code and not _said(analysis, Code(code)))
        for code, count in codes.items():
            reason = texts.reason(Reason(Code(code)))
            frames[reason] = max(frames.get(reason, (0, "")), (count, wording.name(name)))
    whole = max(len(analysis.angles.time_s), 1)
    return [
        f"In up to {quantities.percent(count / whole)} of the frames {reason} ({name})."
        for reason, (count, name) in frames.items()
        if count >= LEAST_PART * whole
    ]


def _said(analysis: Analysis, code: Code) -> bool:
    """True if the top of every output says this reason already."""
    return code in OBLIQUE and not analysis.view.assessable


def _slow_pull(analysis: Analysis) -> list[str]:
    """A hint that the clip may be slow motion, if its pulls last long."""
    pulls_s = [rep.values["concentric_s"].value for rep in analysis.reps if rep.values["concentric_s"].known]
    if not pulls_s or analysis.video.repairs.slow_motion != 1.0 or median(pulls_s) < SLOW_PULL_S:
        return []
    return [f"A pull lasts {median(pulls_s):.1f} s. If the clip is slow motion, add --slow-motion and its factor."]


def _remarks(analysis: Analysis) -> list[str]:
    """Notes of the repetitions, the view and the verdict, then lost and filled frames."""
    notes = dict.fromkeys(note for rep in analysis.reps for note in rep.notes)
    remarks = (*analysis.video.notes, *notes, *analysis.view.reasons, *analysis.verdict.reasons)
    unsaid = (remark for remark in remarks if not _said(analysis, remark.code))
    lines = list(dict.fromkeys(sentences.sentence(texts.reason(remark)) for remark in unsaid))
    if analysis.video.frames_failed:
        lines.append(f"{analysis.video.frames_failed} frames of the video could not be decoded.")
    lines += _slow_pull(analysis)
    filled = int(analysis.in_frames(analysis.pose.any_filled).sum())
    if filled:
        lines.append(
            f"In {filled} frames some body points were not seen. They were filled in from the frames before and after."
        )
    return lines
