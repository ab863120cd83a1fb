"""One clip of many: what a worker does with it, the same on this machine and on a cluster.

The result goes to a folder of its own; `clip.json`, written last, says that the clip is finished and how it ended.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from hingecheck import __version__, names
from hingecheck.backends import bundles
from hingecheck.errors import HingecheckError, InputError, ModelError, UsageError
from hingecheck.judgement import criteria
from hingecheck.records import SelfReport
from hingecheck.records.season import Failure
from hingecheck.results import folder

SCHEMA: Final = "hingecheck/clip/1"
AGAIN: Final = "Run it again with --retry-failed; if it happens again, record or export the clip afresh."
_KEY_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """What all clips of a batch share; `film`: with the annotated film."""

    model: str = bundles.DEFAULT
    criteria: Path | None = None
    film: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to analyze into `folder`; `key` names content, version and settings, `file` is how the clip is told."""

    key: str
    sha256: str
    clip: Path
    file: str
    folder: Path
    settings: Settings
    report: SelfReport = field(default_factory=SelfReport)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: `failure` is None if the result is there; `fatal`, if every other clip would fail alike."""

    key: str
    failure: Failure | None = None
    fatal: bool = False


Measure = Callable[[Job], None]
"""Writes the result of a job into its folder, or raises."""


def fingerprint(settings: Settings) -> str:
    """Version, models and thresholds as one line; raises ModelError or UsageError before any clip is touched."""
    models = (bundles.find(settings.model), *bundles.spine(), *bundles.plates())
    rules = criteria.load(settings.criteria)
    told = {
        "version": __version__,
        "models": [bundle.sha256 for bundle in models],
        "criteria": asdict(rules),
        "film": settings.film,
    }
    return json.dumps(told, sort_keys=True)


def key(sha256: str, prints: str, report: SelfReport) -> str:
    """What a finished clip is known by: its content, version and settings; never its name or date."""
    whole = json.dumps([sha256, prints, asdict(report)], sort_keys=True)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_DIGITS]


def measure(job: Job) -> None:
    """Analyze a clip as `hingecheck analyze` does, and add a thumbnail."""
    from hingecheck import analysis
    from hingecheck.privacy import redactor
    from hingecheck.report import result_folder
    from hingecheck.report.film import thumbnail

    asked = analysis.Asked(job.settings.model, criteria=job.settings.criteria, self_report=job.report)
    result = redactor.marked(analysis.analyze(job.clip, asked), pseudonym="", heads_blurred=False)
    if result.video.sha256 != job.sha256:
        raise InputError("has changed while it was read", "Wait until it is copied, then run again.")
    wanted = result_folder.Wanted(job.settings.film, rules=criteria.load(job.settings.criteria))
    result_folder.save(result, job.clip, job.folder, wanted)
    folder.put(job.folder / folder.THUMBNAIL, thumbnail.of_sheet(job.folder))


def perform(job: Job, work: Measure = measure) -> Ended:
    """Do the job and record how it ended.  Never raises for what the clip did: the rest of the batch goes on."""
    try:
        work(job)
    except (UsageError, ModelError) as error:  # a full disk, a model that is gone: nothing the clip did
        return Ended(job.key, _told(job, error), fatal=True)
    except ImportError as error:
        remedy = "Run hingecheck doctor: it says what is missing."
        return Ended(job.key, Failure(1, "not_installed", f"a library cannot be loaded ({error})", remedy), fatal=True)
    except HingecheckError as error:
        return record(job, _told(job, error))
    except MemoryError:
        return record(job, Failure(1, "memory", "needed more memory than there is", AGAIN))
    except Exception as error:  # the boundary of the batch: a bug met by one clip is told, with what it said
        text = f"stopped by an error of hingecheck ({type(error).__name__}: {error})"
        return record(job, Failure(1, "bug", text.replace(str(job.clip), "the clip"), AGAIN))
    return record(job, None)


def record(job: Job, failure: Failure | None) -> Ended:
    """Write `clip.json`; from then on the clip is finished."""
    told = {"schema": SCHEMA, "key": job.key, "sha256": job.sha256, "failure": failure and asdict(failure)}
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        if failure is not None:  # what an earlier version or a broken-off run left must not look like a result
            _empty(job.folder)
        text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
        folder.put(job.folder / folder.RECORD, names.readable(text).encode())
    except OSError as error:
        message = f"{job.folder}: cannot be written ({error.strerror})"
        return Ended(job.key, Failure(UsageError.exit_code, "usage", message, "Make room, then run again."), fatal=True)
    return Ended(job.key, failure)


def recorded(place: Path) -> tuple[str, Failure | None] | None:
    """Content hash and failure of a finished clip; None if the folder holds none."""
    try:
        told: Mapping[str, Any] = json.loads((place / folder.RECORD).read_text(encoding="utf-8"))
        failure = told["failure"]
        return told["sha256"], None if failure is None else Failure(**failure)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _told(job: Job, error: HingecheckError) -> Failure:
    """The error without the name and place that the clip happens to have: copies of it share the record."""
    message = error.message.removeprefix(f"{job.clip}: ").replace(str(job.clip), "the clip")
    return Failure(error.exit_code, error.kind, message, error.remedy)


def _empty(place: Path) -> None:
    for old in place.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
