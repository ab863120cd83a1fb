"""Make page 1 of the clinician's report, in plain language.

It shows what was lifted, the pattern, key frames, curves, a table of repetitions, what was not measured, and earlier
sessions.  Input: `Material`.  Output: text and lists for the template pages.typ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hingecheck.history.changes import MetricChange
from hingecheck.judgement import self_report
from hingecheck.records import Floats, counting, for_readers
from hingecheck.records.stored import Stored, StoredRep
from hingecheck.report import missing, phases, sentences, wording
from hingecheck.report.clinic import curves, printable
from hingecheck.results import angle_table

MOST_REPS: Final = 6
MOST_LINES: Final = 5
MOST_SESSIONS: Final = 3
SHARE: Final = "lumbar_share_trunk"
TABLE: Final = (SHARE, "lumbar_at_start_deg", "lumbar_change_deg", "hip_change_deg", "knee_change_deg", "concentric_s")
PATIENT: Final = ("Patient", "Referred by", "Reason")
"""Fields at the top that the clinician fills in; the first holds the pseudonym, if there is one."""
ANGLES: Final = ("hip_flexion", "lumbar_flexion")


@dataclass(frozen=True, slots=True)
class Session:
    """An earlier session: the name to show, the changes since then, and notes on what else differs."""

    name: str
    changes: tuple[MetricChange, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """The input of page 1.

    `shown`: the repetition of the pictures and of the bold curves.  `columns`: angles.csv, None if it is missing.
    `picture`: whether there are key frames.  `previous`: earlier sessions, oldest first.
    """

    stored: Stored
    shown: StoredRep
    columns: Mapping[str, Floats] | None
    picture: bool
    previous: tuple[Session, ...]


def shown(stored: Stored) -> StoredRep:
    """The repetition to show in pictures and bold curves: the first that the verdict uses, or that has a pull start."""
    used = [rep for rep in stored.reps if rep.number in stored.verdict.reps_used]
    whole = [rep for rep in counting(stored.reps) if phases.EVENTS["at_start"] in rep.events]
    return (used or whole or counting(stored.reps))[0]


def page(material: Material) -> dict[str, Any]:
    """All content of page 1 by name: texts, numbers and lists."""
    stored, verdict = material.stored, material.stored.verdict
    pattern = sentences.outcome(verdict.pattern, measured=verdict.share.known)
    reasons = [printable.text(reason, 140) for reason in verdict.reasons if reason not in verdict.sentence]
    return {
        "lifted": _lifted(stored),
        "pattern": pattern,
        "sentence": printable.text(f"{sentences.below(pattern, verdict.sentence)} {verdict.rounding}".strip(), 500),
        "interval": _interval(stored),
        "reasons": some(reasons, 3),
        "flags": some([printable.text(f.text, 120) for f in stored.findings if f.status == "flag"], 4),
        "flag_note": _flag_note(stored),
        "picture": _picture(material),
        "charts": charts(material.columns, material.shown, stored.reps),
        "chart_note": _chart_note(material),
        "table": table(stored.reps),
        "self_report": _self_report(stored),
        "missing": some(_missing(material), MOST_LINES),
        "patient": list(PATIENT),
        "red_flags": list(self_report.RED_FLAGS) if stored.see.startswith(self_report.SEE_SOON) else [],
        "previous": list(_previous(material.previous)),
    }


def some(lines: Sequence[str], most: int) -> list[str]:
    """At most `most` lines.  If there are more, the last line says how many."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], f"and {len(lines) - most + 1} more, in analysis.json"]


def _lifted(stored: Stored) -> str:
    styles = Counter(printable.text(sentences.lift_type(rep.style), 40) for rep in stored.reps)
    kinds = ", ".join(f"{count} × deadlift, {style}" for style, count in styles.items())
    cut = sum(rep.cut_off for rep in stored.reps)
    missed = sum(not rep.complete for rep in stored.reps) - cut
    report = stored.self_report
    load = f"; {report.load_kg:g} kg (self-reported)" if report is not None and report.load_kg is not None else ""
    said = stored.style is None or {stored.style.name} == {rep.style for rep in stored.reps}
    style = f"; style: {printable.text(sentences.style(stored.style), 80)}" if stored.style and not said else ""
    kinds += f" ({missed} not locked out)" if missed else ""
    kinds += f" ({cut} cut off by the end of the clip)" if cut else ""
    return f"{kinds}{style}{load}"


def _interval(stored: Stored) -> str:
    share, used = stored.verdict.share, len(stored.verdict.reps_used)
    if share.known and wording.measure(SHARE, share) in stored.verdict.sentence:
        return "In brackets: 90 % interval."
    if not share.known:
        return ""
    count = f"{used} repetition{'' if used == 1 else 's'}" if used else "no usable repetition"
    return f"{wording.name(SHARE)}: {wording.measure(SHARE, share)}; 90 % interval; {count}."


def _flag_note(stored: Stored) -> str:
    counts = Counter(word for word in map(sentences.rule, stored.findings) if word != sentences.SEE_VERDICT)
    return f"Rules: {', '.join(f'{count} {words}' for words, count in counts.most_common())}." if counts else ""


def _picture(material: Material) -> dict[str, str]:
    rep = material.shown
    moments = ", ".join(
        f"{words} at {rep.events[name]:.2f} s"
        if name in rep.events and (rep.complete or key != "at_top")
        else f"{words} {phases.absent(key, cut_off=rep.cut_off)}"
        for key, name, words in ((key, phases.EVENTS[key], words) for key, words in phases.POSTURES.items())
    )
    if not material.picture:
        return {"missing": "No key frames: keyframes.png is not in the folder of the analysis."}
    return {
        "alt": f"Key frames of repetition {rep.number}, side view, with the measured segments: {moments}.",
        "caption": f"Repetition {rep.number}: {moments} (a change is the angle at pull start minus that at the top).",
    }


def charts(
    columns: Mapping[str, Floats] | None, rep: StoredRep, reps: Sequence[StoredRep]
) -> list[dict[str, Any]] | None:
    """Hip and lumbar curves over the phases of `rep`; None without angles.csv, events or anything that was measured."""
    axis = curves.phases(rep)
    if columns is None or axis is None:
        return None
    drawn = [_chart(columns, angle, axis, (rep, reps)) for angle in ANGLES]
    return None if all(chart["empty"] and not chart["others"] for chart in drawn) else drawn


def _chart(
    columns: Mapping[str, Floats],
    angle: str,
    axis: curves.Phases,
    reps: tuple[StoredRep, Sequence[StoredRep]],
) -> dict[str, Any]:
    name = wording.name(angle)
    lines = curves.overlay(columns, f"{angle}_deg", *reps)
    if lines is None:
        raise ValueError("a chart needs an axis")
    band = _band(columns, angle, axis, reps[0])
    values = [
        y
        for pieces in (lines.shown.pieces, *(curve.pieces for curve in lines.others), band)
        for piece in pieces
        for _, y in piece
    ]
    low_deg, high_deg = (10 * (min(values, default=0) // 10), 10 * -(-max(values, default=10) // 10))
    number = reps[0].number
    return {
        "title": f"{name}, {wording.unit(angle).sign}",
        "low": min(low_deg, 0.0),
        "high": max(high_deg, low_deg + 20.0),
        "shown": lines.shown.pieces,
        "others": [piece for curve in lines.others for piece in curve.pieces],
        "band": band,
        "events": [[place, curves.PHASE_EVENTS[event]] for place, event in zip(axis.places, axis.names, strict=True)],
        "empty": not lines.shown.pieces,
        "alt": f"{name} of repetition {number} in degrees from {axis.from_s:.2f} s to {axis.to_s:.2f} s"
        f"{_range(lines.shown)}; {len(lines.others)} other repetitions as thin lines.",
    }


def _band(columns: Mapping[str, Floats], angle: str, axis: curves.Phases, rep: StoredRep) -> list[Any]:
    """The outlines of an angle's 90 % interval; none if the table, of an earlier version, lacks it."""
    ends = angle_table.ends(angle)
    if not all(column in columns for column in ends):
        return []
    low, high = (curves.line(columns, column, axis, rep).pieces for column in ends)
    return [[*lower, *reversed(upper)] for lower, upper in zip(low, high, strict=True)]


def _range(line: curves.Line) -> str:
    """First, last, smallest and largest value of a curve, in words."""
    if not line.pieces:
        return ", not measured"
    values = [y for piece in line.pieces for _, y in piece]
    return f", from {values[0]:.0f} to {values[-1]:.0f}, between {min(values):.0f} and {max(values):.0f}"


def _chart_note(material: Material) -> str:
    if material.columns is None:
        return "No curves: angles.csv is not in the folder of the analysis."
    axis = curves.phases(material.shown)
    if axis is None:
        return "No curves: the repetition has fewer than two events."
    if charts(material.columns, material.shown, material.stored.reps) is None:
        return "No curves: hip and low back are not measured."
    others = (
        " Thin: the other repetitions, each phase stretched to the same length."
        if len(material.stored.reps) > 1
        else ""
    )
    return (
        f"Bold: repetition {material.shown.number} ({axis.from_s:.2f} to {axis.to_s:.2f} s).{others} "
        "Band: 90 % interval. Gap: not measured. "
        f"Zero: {printable.text(str(material.stored.provenance.get('zero', 'not recorded')), 160)}."
    )


def table(reps: Sequence[StoredRep]) -> dict[str, Any]:
    """One row for each repetition, at most MOST_REPS, with value and 90 % interval of each measured metric of TABLE."""
    shown_reps = reps if len(reps) <= MOST_REPS else reps[: MOST_REPS - 1]
    known = [metric for metric in TABLE if any(rep.values[metric].known for rep in reps)]
    rows = [[_numbered(rep), *(_cell(rep, metric) for metric in known)] for rep in shown_reps]
    more = len(reps) - len(shown_reps)
    return {
        "head": ["Rep", *(wording.name(metric) for metric in known)],
        "rows": rows,
        "more": f"{more} more repetitions are in analysis.json." if more else "",
    }


def _numbered(rep: StoredRep) -> str:
    return ", ".join((str(rep.number), *rep.remarks))


def _cell(rep: StoredRep, metric: str) -> str:
    measure = rep.values[metric]
    return wording.measure(metric, measure) if measure.known else "–"


def _self_report(stored: Stored) -> list[str]:
    """What the lifter reported.  The first lines set it beside the measurement, in the words of the analysis."""
    report = stored.self_report
    if report is None:
        return ["Nothing was reported."]
    lines = some([printable.text(_third_person(line), 200) for line in stored.context], 3)
    lines += [f"The lifter rated the set {report.rpe:g} of 10 (RPE)."] if report.rpe is not None else []
    lines += [f"Note, as written: “{printable.text(report.note, 160)}”"] if report.note.strip() else []
    return lines or ["Nothing but the load was reported." if report.load_kg is not None else "Nothing was reported."]


def _third_person(line: str) -> str:
    """A sentence to the lifter as a sentence about the lifter."""
    return line.replace("You reported", "The lifter reported", 1)


def _missing(material: Material) -> list[str]:
    """Why values are missing, the most frequent reason first, then notes."""
    stored = material.stored
    names = for_readers([rep.values for rep in stored.reps])
    unknown = [rep.values[name] for rep in stored.reps for name in names]
    unknown += [stored.over_set[name] for name in for_readers([stored.over_set])]
    causes = Counter(cause for m in unknown for cause in missing.causes(m.reason))
    notes = dict.fromkeys(note for rep in stored.reps for note in rep.notes)
    lines = [
        f"{count} value{'' if count == 1 else 's'} left out: {printable.text(cause, 110)}."
        for cause, count in causes.most_common()
    ]
    lines += [f"Note: {printable.text(note, 110)}." for note in notes]
    return lines or ["Everything was measured."]


def _previous(sessions: Sequence[Session]) -> Iterator[dict[str, Any]]:
    """The latest earlier sessions with their tables: both values, the change, the smallest detectable change."""
    for session in sessions[-MOST_SESSIONS:]:
        rows = []
        for change in session.changes:
            difference, limit = change.change, change.detectable
            rows.append(
                [
                    wording.name(change.metric),
                    wording.measure(change.metric, change.earlier),
                    wording.measure(change.metric, change.now),
                    "–" if difference is None else wording.difference(change.metric, difference),
                    "not known" if limit is None else wording.size(change.metric, limit),
                    "not compared"
                    if difference is None
                    else "larger than error"
                    if change.exceeds_error
                    else "within error",
                ]
            )
        yield {"name": session.name, "rows": rows, "notes": " ".join(session.notes)}
