"""Page 1 of the clinician's report, in plain language: what was lifted, the pattern, pictures, curves, gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hingecheck import texts
from hingecheck.history.changes import MetricChange
from hingecheck.records import Floats, counting, listed
from hingecheck.records.stored import Stored, StoredRep
from hingecheck.report import sentences, wording
from hingecheck.report.clinic import curves, printable

STYLES: Final = {"floor": "from the floor", "romanian": "Romanian", "pick_up": "picked up"}
MOST_REPS: Final = 6
MOST_LINES: Final = 5
MOST_SESSIONS: Final = 3
SHARE: Final = "lumbar_share_trunk"
TABLE: Final = (SHARE, "lumbar_change_deg", "hip_change_deg", "knee_change_deg", "concentric_s")
ANGLES: Final = ("hip_flexion", "lumbar_flexion")


@dataclass(frozen=True, slots=True)
class Session:
    """An earlier session by the name under which it is shown, how this one compares, and what else differs."""

    name: str
    changes: tuple[MetricChange, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What page 1 is made from; `columns` are those of angles.csv, `picture` a row of key frames, None if missing."""

    stored: Stored
    shown: StoredRep
    columns: Mapping[str, Floats] | None
    picture: bool
    previous: tuple[Session, ...]


def shown(stored: Stored) -> StoredRep:
    """The repetition whose pictures and curves stand out: the first of those the verdict rests on."""
    used = [rep for rep in stored.reps if rep.number in stored.verdict.reps_used]
    return (used or counting(stored.reps))[0]


def page(material: Material) -> dict[str, Any]:
    """Everything that page 1 shows, as text, numbers and lists."""
    stored = material.stored
    return {
        "lifted": _lifted(stored),
        "pattern": sentences.outcome(stored.verdict.pattern),
        "sentence": printable.text(stored.verdict.sentence, 300),
        "interval": _interval(stored),
        "reasons": some([printable.text(reason, 140) for reason in stored.verdict.reasons], 3),
        "flags": some([printable.text(f.text, 120) for f in stored.findings if f.status == "flag"], 4),
        "flag_note": _flag_note(stored),
        "picture": _picture(material),
        "charts": charts(material.columns, material.shown, stored.reps),
        "chart_note": _chart_note(material),
        "table": table(stored.reps),
        "self_report": _self_report(stored),
        "missing": some(_missing(material), MOST_LINES),
        "see": printable.text(stored.see, 450),
        "previous": list(_previous(material.previous)),
    }


def some(lines: Sequence[str], most: int) -> list[str]:
    """At most `most` lines; the last then says how many more there are."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], f"and {len(lines) - most + 1} more, in analysis.json"]


def _lifted(stored: Stored) -> str:
    styles = Counter(printable.text(STYLES.get(rep.style, rep.style.replace("_", " ")), 40) for rep in stored.reps)
    kinds = ", ".join(f"{count} × deadlift, {style}" for style, count in styles.items())
    missed = sum(not rep.complete for rep in stored.reps)
    report = stored.self_report
    load = f"; {report.load_kg:g} kg by own report" if report is not None and report.load_kg is not None else ""
    style = f"; style: {printable.text(stored.style, 80)}" if stored.style else ""
    return f"{kinds}{f' ({missed} not locked out)' if missed else ''}{style}{load}"


def _interval(stored: Stored) -> str:
    share, used = stored.verdict.share, len(stored.verdict.reps_used)
    if not share.known:
        return f"{wording.name(SHARE)}: {wording.NOT_MEASURED}."
    count = f"{used} repetition{'' if used == 1 else 's'}" if used else "no repetition that could be used"
    return f"{wording.name(SHARE)}: {wording.measure(SHARE, share)}; 90 % interval; {count}."


def _flag_note(stored: Stored) -> str:
    counts = Counter(finding.status for finding in stored.findings)
    return f"Rules: {counts['flag']} flagged, {counts['ok']} not flagged, {counts['not_assessed']} not assessed."


def _picture(material: Material) -> dict[str, str]:
    rep = material.shown
    moments = ", ".join(
        f"{words} at {rep.events[name]:.2f} s" if name in rep.events else f"{words} did not happen"
        for name, words in (("liftoff_s", "lift-off"), ("knee_pass_s", "knee pass"), ("lockout_s", "lockout"))
    )
    if not material.picture:
        return {"missing": "Key frames: not drawn, keyframes.png is not beside the analysis."}
    return {
        "alt": f"Key frames of repetition {rep.number}, side view: {moments}. The measured segments are drawn on them.",
        "caption": f"Repetition {rep.number}: {moments} (lift-off is shown in the posture pulled from).",
    }


def charts(
    columns: Mapping[str, Floats] | None, rep: StoredRep, reps: Sequence[StoredRep]
) -> list[dict[str, Any]] | None:
    """Hip and lumbar curves over the phases of `rep`, or None if there is nothing to draw them from."""
    axis = curves.phases(rep)
    if columns is None or axis is None:
        return None
    return [_chart(columns, angle, axis, (rep, reps)) for angle in ANGLES]


def _chart(
    columns: Mapping[str, Floats],
    angle: str,
    axis: curves.Phases,
    reps: tuple[StoredRep, Sequence[StoredRep]],
) -> dict[str, Any]:
    words = wording.name(angle)
    lines = curves.overlay(columns, f"{angle}_deg", *reps)
    if lines is None:
        raise ValueError("a chart needs an axis")
    band: list[Any] = []
    if angle == "lumbar_flexion":
        edges = [curves.line(columns, f"lumbar_{edge}_deg", axis, reps[0]).pieces for edge in ("low", "high")]
        band = [[*low, *reversed(high)] for low, high in zip(*edges, strict=True)]
    every = [
        y
        for pieces in (lines.shown.pieces, *(other.pieces for other in lines.others), band)
        for piece in pieces
        for _, y in piece
    ]
    low_deg, high_deg = (10 * (min(every, default=0) // 10), 10 * -(-max(every, default=10) // 10))
    number = reps[0].number
    return {
        "title": f"{words}, {wording.unit(angle).sign}",
        "low": min(low_deg, 0.0),
        "high": max(high_deg, low_deg + 20.0),
        "shown": lines.shown.pieces,
        "others": [piece for other in lines.others for piece in other.pieces],
        "band": band,
        "events": [[place, curves.PHASE_EVENTS[event]] for place, event in zip(axis.places, axis.names, strict=True)],
        "empty": not lines.shown.pieces,
        "alt": f"{words} of repetition {number} in degrees from {axis.from_s:.2f} s to {axis.to_s:.2f} s"
        f"{_ends(lines.shown)}; {len(lines.others)} other repetitions drawn thin.",
    }


def _ends(drawn: curves.Line) -> str:
    if not drawn.pieces:
        return ", not measured"
    values = [y for piece in drawn.pieces for _, y in piece]
    return f", from {values[0]:.0f} to {values[-1]:.0f}, between {min(values):.0f} and {max(values):.0f}"


def _chart_note(material: Material) -> str:
    if material.columns is None:
        return "Curves: not drawn, angles.csv is not beside the analysis."
    axis = curves.phases(material.shown)
    if axis is None:
        return "Curves: not drawn, no repetition has two events."
    others = "the other repetitions, thin; " if len(material.stored.reps) > 1 else ""
    return (
        f"Repetition {material.shown.number} ({axis.from_s:.2f} to {axis.to_s:.2f} s), bold; {others}"
        "band: 90 % interval of the lumbar angle; a gap: not measured. "
        "Within a phase time runs evenly. Zero: the lifter's own standing."
    )


def table(reps: Sequence[StoredRep]) -> dict[str, Any]:
    """A row a repetition, value and 90 % interval a metric."""
    listed = reps if len(reps) <= MOST_REPS else reps[: MOST_REPS - 1]
    rows = [[_numbered(rep), *(_cell(rep, metric) for metric in TABLE)] for rep in listed]
    more = len(reps) - len(listed)
    return {
        "head": ["Rep", *(wording.name(metric) for metric in TABLE)],
        "rows": rows,
        "more": f"{more} more repetitions are in analysis.json." if more else "",
    }


def _numbered(rep: StoredRep) -> str:
    return str(rep.number) if rep.complete else f"{rep.number}, missed"


def _cell(rep: StoredRep, metric: str) -> str:
    found = rep.values[metric]
    return wording.measure(metric, found) if found.known else "–"


def _self_report(stored: Stored) -> list[str]:
    """What the lifter said beside what was measured, as the analysis words it."""
    report = stored.self_report
    if report is None:
        return ["Nothing was reported."]
    lines = some([printable.text(line, 200) for line in stored.context], 3)
    lines += [f"You rated the set {report.rpe:g} of 10 (RPE)."] if report.rpe is not None else []
    lines += [f"Note, as written: “{printable.text(report.note, 160)}”"] if report.note.strip() else []
    lines += [f"Load of the set: {report.load_kg:g} kg."] if report.load_kg is not None else []
    return lines or ["Nothing that is shown here was reported."]


def _missing(material: Material) -> list[str]:
    """Each reason once, the most frequent first, then notes."""
    stored = material.stored
    names = listed([rep.values for rep in stored.reps])
    told = Counter(rep.values[name].reason for rep in stored.reps for name in names if not rep.values[name].known)
    told.update(m.reason for m in stored.over_set.values() if not m.known)
    notes = dict.fromkeys(note for rep in stored.reps for note in rep.notes)
    lines = [f"{count} values: {printable.text(texts.reason(reason), 110)}." for reason, count in told.most_common()]
    lines += [f"Note: {printable.text(note, 110)}." for note in (*notes, *stored.view.reasons)]
    return lines or ["Nothing that this analysis measures was left out."]


def _previous(sessions: Sequence[Session]) -> Iterator[dict[str, Any]]:
    """Rows of the comparison; the sentence says what a difference within the error means: nothing can be told."""
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
