"""Read `analysis.json`.  Reports, the history, tables and batches all use this reader.

`read` takes the path of the file and gives a Stored.  The reader is strict: a value with a known name must have the
right type, must be finite, and must agree with the rest of the file.  Every error names the file, the place in it, and
what to do.

The reader also accepts files of other versions of hingecheck:

- It keeps unknown metrics, rules and styles.  It ignores other unknown keys.
- A metric that the file does not contain is missing, with the reason NOT_STORED.
- An earlier version could write a share outside 0 to 1.  The reader cuts it to this range.
- An earlier version wrote the height as `stature_cm`.  The reader accepts this name.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NoReturn, get_args

from hingecheck import texts
from hingecheck.errors import ResultUnreadable
from hingecheck.records import METRICS, Code, LiftStyle, Measure, Pattern, SelfReport, Status, bounded
from hingecheck.records.stored import Stored, StoredFinding, StoredRep, StoredVerdict, StoredVideo, StoredView
from hingecheck.results.document import EVENTS, SCHEMA
from hingecheck.results.nodes import Node

SHARE: Final = "lumbar_share_trunk"
"""The metric that the verdict rests on."""

LARGEST_BYTES: Final = 64_000_000
"""Largest file that is read, in bytes."""

_SHA256: Final = re.compile("[0-9a-f]{64}")
_REMEDY: Final = "Analyze the clip again. If the file was edited by hand, restore the original."


def read(path: Path) -> Stored:
    """The analysis in the file `path`.  Raises ResultUnreadable, which says what is wrong and where in the file."""
    return parsed(_bytes(path), path)


def parsed(data: bytes, path: Path) -> Stored:
    """The analysis in `data`, the bytes of the file `path`; raises ResultUnreadable."""
    root = Node(_plain(data, path), str(path), _refuse)
    if root.key("schema").text() != SCHEMA:
        raise ResultUnreadable(
            f"{path}: has the format {root.key('schema').text()!r}, this version reads {SCHEMA!r}",
            "Analyze the clip again with this version of hingecheck.",
        )
    if root.optional("error") is not None:
        raise ResultUnreadable(
            f"{path}: contains an error, not an analysis", "Give the result of a clip that could be analyzed."
        )
    return _checked(_stored(root, path, hashlib.sha256(data).hexdigest()))


def _refuse(place: str, what: str) -> NoReturn:
    """Raise the error that `what` is wrong at `place`."""
    raise ResultUnreadable(f"{place}: {what}", _REMEDY)


def _bytes(path: Path) -> bytes:
    """The content of the file; raises ResultUnreadable if it cannot be read or is too large."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            _refuse(str(path), "is too large for an analysis")
        return path.read_bytes()
    except OSError as error:
        raise ResultUnreadable(
            f"{path}: cannot be read ({error.strerror})", "Give the analysis.json of a result folder."
        ) from error


def _plain(data: bytes, path: Path) -> Any:
    """The JSON in `data` as plain Python values; raises ResultUnreadable for NaN and for a name given twice."""

    def refuse_constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is not a number in JSON")

    def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            raise ValueError("an object has the same name twice")
        return table

    try:
        return json.loads(data.decode("utf-8"), parse_constant=refuse_constant, object_pairs_hook=unique_names)
    except (ValueError, RecursionError) as error:
        raise ResultUnreadable(f"{path}: is damaged or is not JSON ({error})", _REMEDY) from error


def _stored(root: Node, path: Path, sha256: str) -> Stored:
    """The analysis under the root of the document; `sha256` is the hash of the file."""
    advice, over_set, given = root.key("advice"), root.key("set"), root.given("self_report")
    return Stored(
        path=path,
        sha256=sha256,
        video=_video(root.key("video")),
        view=_view(root.key("view")),
        style=_style(root.given("style")),
        reps=_reps(root.key("reps")),
        verdict=_verdict(root.key("verdict")),
        findings=tuple(_finding(node) for node in root.key("findings").items()),
        over_set=_measures(over_set),
        self_report=None if given is None else _report(given),
        context=advice.key("context").texts(),
        see=advice.key("see").text(),
        version=_version(root.key("provenance")),
        provenance=dict(root.key("provenance").table()),
    )


def _video(node: Node) -> StoredVideo:
    rate, cuts = node.optional("rate_hz"), node.optional("cuts_s")
    return StoredVideo(
        file=node.key("file").text(),
        sha256=node.key("sha256").text(),
        width=node.key("width").whole(),
        height=node.key("height").whole(),
        duration_s=node.key("duration_s").number(),
        frames_read=node.key("frames_read").whole(),
        frames_failed=node.key("frames_failed").whole(),
        rotation_deg=node.key("rotation_deg").whole(),
        rate_hz=None if rate is None else rate.number(),
        cuts_s=() if cuts is None else tuple(item.number() for item in cuts.items()),
    )


def _view(node: Node) -> StoredView:
    yaw = node.optional("yaw_deg")
    return StoredView(
        side=node.key("side").text(),
        facing=node.key("facing").one_of(("left", "right")),
        yaw_deg=Measure.missing(Code.YAW_NOT_FOUND) if yaw is None else yaw.measure(),
        assessable=node.key("assessable").truth(),
        reasons=node.key("reasons").texts(),
    )


def _style(node: Node | None) -> LiftStyle | None:
    """The style of the set; None if the file does not say."""
    if node is None:
        return None
    confidence = node.key("confidence").number()
    return LiftStyle(node.key("name").text(), confidence, given=node.key("given").truth())


def _reps(node: Node) -> tuple[StoredRep, ...]:
    """All repetitions, each with the same metrics.  A metric that a repetition does not have in the file is missing."""
    reps = [_rep(item) for item in node.items()]
    names = dict.fromkeys([*(name for rep in reps for name in rep.values), *METRICS])
    missing = Measure.missing(Code.NOT_STORED)
    return tuple(replace(rep, values={name: rep.values.get(name, missing) for name in names}) for rep in reps)


def _rep(node: Node) -> StoredRep:
    events = {name: time.number() for name in EVENTS if (time := node.optional(name)) is not None}
    return StoredRep(
        number=node.key("number").whole(),
        style=node.key("style").text(),
        events=events,
        complete=node.key("complete").truth(),
        cut_off=False if (cut := node.optional("cut_off")) is None else cut.truth(),
        probability=1.0 if (given := node.optional("probability")) is None else given.number(),
        values=_measures(node),
        notes=node.key("notes").texts(),
    )


def _measures(node: Node) -> dict[str, Measure]:
    """The metrics of `metrics` and `reasons` together.  Each name must have either a number or a reason."""
    reasons = {name: reason.text() for name, reason in node.key("reasons").entries()}
    found: dict[str, Measure] = {}
    for name, entry in node.key("metrics").entries():
        if entry.missing != (name in reasons):
            _refuse(entry.place, "must be a number with an interval, or null with its reason")
        found[name] = _missing(reasons[name]) if entry.missing else bounded(name, entry.measure())
    return found


def _missing(words: str, wordless: Code = Code.NOT_TOLD) -> Measure:
    return Measure.missing(texts.stored(words) if words else wordless)


def _verdict(node: Node) -> StoredVerdict:
    """The verdict; without a share, its reasons say why the share is missing."""
    share, reasons = node.optional(SHARE), node.key("reasons").texts()
    return StoredVerdict(
        pattern=node.key("pattern").one_of(get_args(Pattern)),
        share=_missing("; ".join(reasons), Code.CANNOT_TELL) if share is None else bounded(SHARE, share.measure()),
        reasons=reasons,
        reps_used=tuple(item.whole() for item in node.key("reps_used").items()),
        sentence=node.key("sentence").text(),
        cue=node.key("cue").text(),
        rounding="" if (words := node.optional("rounding_sentence")) is None else words.text(),
    )


def _finding(node: Node) -> StoredFinding:
    text, missing = node.key("text").text(), node.optional("value") is None
    return StoredFinding(
        rule=node.key("rule").text(),
        status=node.key("status").one_of(get_args(Status)),
        measure=_missing(text) if missing else node.measure(),
        limit=node.key("limit").number(),
        unit=node.key("unit").text(),
        reps=tuple(item.whole() for item in node.key("reps").items()),
        text=text,
        source=node.key("source").text(),
    )


def _report(node: Node) -> SelfReport:
    numbers = {name: node.optional(name) for name in ("sitting_hours", "load_kg", "rpe", "height_cm")}
    numbers["height_cm"] = numbers["height_cm"] or node.optional("stature_cm")
    return SelfReport(
        soreness={site: score.number() for site, score in node.key("soreness").entries()},
        note=node.key("note").text(),
        **{name: None if number is None else number.number() for name, number in numbers.items()},
    )


def _version(provenance: Node) -> str:
    """The version of hingecheck that wrote the file; "" if the file does not say."""
    versions = provenance.optional("versions")
    version = None if versions is None else versions.optional("hingecheck")
    return "" if version is None else version.text()


def _checked(stored: Stored) -> Stored:
    """Check that the values of the file agree with each other; raises ResultUnreadable."""
    video, numbers = stored.video, [rep.number for rep in stored.reps]
    place = str(stored.path)
    checks = {
        "video.file must be a bare file name": video.file == Path(video.file).name
        and video.file not in ("", ".", ".."),
        "video.sha256 must be 64 hexadecimal digits": _SHA256.fullmatch(video.sha256) is not None,
        "video's sizes, times and counts must be positive": min(video.width, video.height, video.frames_read) > 0
        and video.duration_s >= 0
        and video.frames_failed >= 0,
        "reps must not be empty, and their numbers must increase": bool(numbers)
        and all(a < b for a, b in pairwise(numbers)),
        "verdict.reps_used must contain numbers of repetitions in the file": set(stored.verdict.reps_used)
        <= set(numbers),
        "a verdict other than cannot_tell must have a number": stored.verdict.pattern == "cannot_tell"
        or stored.verdict.share.known,
        "the events of a repetition must be inside the clip and in order": all(
            _in_order(rep, video.duration_s) for rep in stored.reps
        ),
    }
    for what, holds in checks.items():
        if not holds:
            _refuse(place, what)
    return stored


def _in_order(rep: StoredRep, duration_s: float) -> bool:
    """True if lift-off, knee pass and lockout come in this order, and all events are inside the clip, to within 1 s."""
    path = [rep.events[name] for name in ("liftoff_s", "knee_pass_s", "lockout_s") if name in rep.events]
    inside = all(-1.0 <= time_s <= duration_s + 1.0 for time_s in rep.events.values())
    return inside and all(a <= b for a, b in pairwise(path))
