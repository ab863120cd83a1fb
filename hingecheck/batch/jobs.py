"""The work on one clip of a batch.  It is the same on this machine and on a cluster.

`perform` takes a Job.  It analyzes the clip and writes the files of the result into the job's own folder.  Then it
writes `clip.json`, which says whether the clip gave a result, and if not, why.  `clip.json` is always the last file: a
folder that has it is finished.  A later run reads it with `recorded` and does not analyze the clip again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hingecheck import __version__, names
from hingecheck.backends import bundles
from hingecheck.backends.memory import give_back, share_pools
from hingecheck.errors import HingecheckError, InputError, ModelError, UsageError
from hingecheck.judgement import criteria
from hingecheck.records import SelfReport
from hingecheck.records.season import Failure
from hingecheck.results import folder

if TYPE_CHECKING:
    from hingecheck.analysis import Asked
    from hingecheck.progress import Watch

SCHEMA: Final = "hingecheck/clip/1"
"""Name and version of the format of `clip.json`."""

RETRY: Final = "Run the batch again with --retry-failed. If it fails again, record or export the clip again."
"""The remedy for a failure whose cause may be outside the clip."""

_KEY_DIGITS: Final = 20
"""Length of a job's key, in hexadecimal digits."""


class Day(NamedTuple):
    """The recording date in a clip's metadata, YYYY-MM-DD or "".  `utc`: it is the day in UTC, not the phone's own."""

    date: str = ""
    utc: bool = False


NO_DAY: Final = Day()
"""The metadata hold no recording date."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that all clips of a batch share.

    `model` is a name or a .task file, `criteria` a TOML file with the user's limits.  `film` asks for the annotated
    video of every clip, `full_film` for one with every frame in the size of the clip.  `redact_face`: blur the faces.
    `pseudonym`: replaces the athlete and every file name, unless "".
    """

    model: str = bundles.DEFAULT
    criteria: Path | None = None
    film: bool = False
    full_film: bool = False
    redact_face: bool = False
    pseudonym: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to analyze; the result goes into `folder`.

    `key` stands for the content, the version and the settings (see `key`).  `clip` is the path to open.  `file` is the
    path to show to the user.  `keeps_earlier`: if the job fails, an earlier result in `folder` stays.  `standing`: a
    clip that shows the lifter's standing, which then counts as zero.
    """

    key: str
    sha256: str
    clip: Path
    file: str
    folder: Path
    settings: Settings
    report: SelfReport = field(default_factory=SelfReport)
    keeps_earlier: bool = False
    standing: Path | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended.

    `failure` is None if the clip has a result.  `fatal` is True if every other clip would fail for the same reason, for
    example because the disk is full.
    """

    key: str
    failure: Failure | None = None
    fatal: bool = False


Work = Callable[[Job], None]
"""A function that writes the result of a job into the job's folder, or raises an error."""


def fingerprint(settings: Settings) -> str:
    """Version, model hashes and limits as one line of JSON.

    Call it before the first clip: it raises ModelError or UsageError if a model or the criteria file is missing or bad,
    or if the pseudonym cannot stand for a file name.
    """
    from hingecheck.privacy import redactor

    if settings.pseudonym:
        redactor.checked(settings.pseudonym)
    models = [bundles.find(settings.model), *bundles.spine(), *bundles.plates()]
    models += [redactor.model()] if settings.redact_face else []
    rules = criteria.load(settings.criteria)
    parts = {
        "version": __version__,
        "models": [bundle.sha256 for bundle in models],
        "criteria": asdict(rules),
        "film": settings.film,
        "full_film": settings.full_film,
        "redact_face": settings.redact_face,
        "pseudonym": settings.pseudonym,
    }
    return json.dumps(parts, sort_keys=True)


def key(sha256: str, settings_fingerprint: str, report: SelfReport) -> str:
    """The key of a job: a hash of the clip's content, the fingerprint of the settings and the self-report.

    The clip's name and date are not part of it, so a renamed clip is still finished.
    """
    parts = json.dumps([sha256, settings_fingerprint, asdict(report)], sort_keys=True)
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_DIGITS]


def measure(job: Job, asked: Asked | None = None, watch: Watch | None = None) -> None:
    """Analyze the clip as `hingecheck analyze` does, write the result, and add a thumbnail.

    `asked` replaces what the settings ask for.  `watch` hears how far it is.  Raises InputError if the clip is not the
    one that was hashed, and every error of an analysis.
    """
    from hingecheck import analysis
    from hingecheck.privacy import redactor
    from hingecheck.report import result_folder
    from hingecheck.report.film import thumbnail
    from hingecheck.video.working_copy import WorkingCopy

    wanted, rules = job.settings, criteria.load(job.settings.criteria)
    usual = analysis.Asked(wanted.model, job.standing, criteria=wanted.criteria, self_report=job.report, workers=1)
    share_pools()
    with WorkingCopy() as copy:
        measured = analysis.analyze(job.clip, asked or usual, watch=watch, copy=copy)
        give_back()  # before the film is drawn
        if measured.video.sha256 != job.sha256:
            raise InputError("the file changed while it was read", "Wait until it is copied. Then run the batch again.")
        result = redactor.marked(measured, pseudonym=wanted.pseudonym, heads_blurred=wanted.redact_face)
        retouch = redactor.redactor(measured, job.clip, watch) if wanted.redact_face else None
        films = result_folder.Wanted(wanted.film, False, retouch, rules, wanted.full_film, copy)
        result_folder.save(result, job.clip, job.folder, films, watch=watch)
    folder.put(job.folder / folder.THUMBNAIL, thumbnail.of_sheet(job.folder))


def perform(job: Job, work: Work = measure) -> JobResult:
    """Do the job and record how it ended.

    Never raises for a problem with the clip, because the rest of the batch must go on.  A problem that every clip would
    have is not recorded for this clip; it is returned as `fatal`.
    """
    day = _day(job.clip)
    try:
        work(job)
    except (UsageError, ModelError) as error:  # for example a full disk or a missing model: the clip is not the cause
        return JobResult(job.key, _failure(job, error), fatal=True)
    except ImportError as error:
        failure = Failure(
            1,
            "not_installed",
            f"a library cannot be loaded ({error})",
            "Run hingecheck doctor. It says what is missing.",
        )
        return JobResult(job.key, failure, fatal=True)
    except HingecheckError as error:
        return record(job, _failure(job, error), day)
    except MemoryError:
        return record(job, Failure(1, "memory", "the analysis needed more memory than the machine has", RETRY), day)
    except Exception as error:  # a bug that this clip triggers: record it, so that the other clips are analyzed
        text = f"stopped by an error in hingecheck ({type(error).__name__}: {error})"
        return record(job, Failure(1, "bug", text.replace(str(job.clip), "the clip"), RETRY), day)
    return record(job, None, day)


def _day(clip: Path) -> Day:
    """The recording date in the metadata of a clip."""
    from hingecheck.video import recording_day

    try:
        found = recording_day.day(clip)
    except InputError:  # the work says what is wrong with the clip
        return Day()
    date = names.date_of(f"{found.year:04}-{found.month:02}-{found.day:02}") if found else ""
    return Day(date, found is not None and found.utc)


def record(job: Job, failure: Failure | None, day: Day = NO_DAY) -> JobResult:
    """Write `clip.json` into the job's folder.  From then on the clip is finished.

    `day` is the recording date in the clip's metadata.  With a failure, remove everything else from the folder first;
    but if the job keeps an earlier result, write nothing.  Returns a fatal result if the folder cannot be written.
    """
    if failure is not None and job.keeps_earlier and has_result(job.folder):
        return JobResult(job.key, failure)
    content = {
        **{"schema": SCHEMA, "key": job.key, "sha256": job.sha256, "recorded": day.date, "recorded_utc": day.utc},
        "failure": failure and asdict(failure),
    }
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        if failure is not None:  # files of an earlier version or a stopped run must not look like a result
            _empty(job.folder)
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        folder.put(job.folder / folder.RECORD, names.readable(text).encode())
    except OSError as error:
        message = f"{job.folder}: cannot be written ({error.strerror})"
        remedy = "Make room on the disk, then run the batch again."
        return JobResult(job.key, Failure(UsageError.exit_code, "usage", message, remedy), fatal=True)
    return JobResult(job.key, failure)


@dataclass(frozen=True, slots=True)
class Record:
    """What `clip.json` holds: the clip's hash, its failure if it has no result, and the day in its metadata."""

    sha256: str
    failure: Failure | None
    day: Day = NO_DAY


def recorded(place: Path) -> Record | None:
    """The `clip.json` in the folder `place`; None if it is missing or damaged."""
    try:
        content: Mapping[str, Any] = json.loads((place / folder.RECORD).read_text(encoding="utf-8"))
        failure = content["failure"]
        day = Day(names.date_of(content.get("recorded", "")), content.get("recorded_utc", True) is True)
        return Record(content["sha256"], None if failure is None else Failure(**failure), day)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def has_result(place: Path) -> bool:
    """True if the folder `place` holds a finished result."""
    record = recorded(place)
    return record is not None and record.failure is None and (place / folder.MARKER).is_file()


def _failure(job: Job, error: HingecheckError) -> Failure:
    """The error as a Failure without the clip's name and path, because copies of the clip share the record."""
    message = error.message.removeprefix(f"{job.clip}: ").replace(str(job.clip), "the clip")
    return Failure(error.exit_code, error.kind, message, error.remedy)


def _empty(place: Path) -> None:
    """Remove everything inside the folder `place`."""
    for item in place.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        else:
            item.unlink()
