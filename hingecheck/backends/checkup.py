"""The checks of `hingecheck doctor`: versions, models, codecs, and whether two builds of OpenCV collide.

In: the installed packages and model files.  Out: one `Check` per item, with what to do if it fails.  Nothing is raised.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal

from hingecheck.backends import bundles
from hingecheck.errors import HingecheckError, ModelError

CODECS: Final = ("h264", "hevc", "vp9", "av1", "prores")
"""Decoders of the formats that phones and cameras write."""

ENCODERS: Final = ("libx264", "aac")
"""Encoders of the film."""

PACKAGES: Final = (
    "hingecheck",
    "mediapipe",
    "ai-edge-litert",
    "numpy",
    "scipy",
    "av",
    "typer",
    "rich",
    "jinja2",
    "psutil",
)
"""Packages without which nothing works."""

OPENCV: Final = ("opencv-python", "opencv-python-headless", "opencv-contrib-python")
"""Packages that all install the module `cv2`; exactly one may be there."""

CLINIC: Final = ("typst", "fhir.resources")
"""Optional packages of the clinician's report."""

PRIVATE_MEDIAPIPE: Final = "0.10.31"
"""The last version of MediaPipe that reports no usage to its maker."""


@dataclass(frozen=True, slots=True)
class Check:
    """One item that was checked.

    `what`: the item.  `state`: what was found of it.  `remedy`: what to do, "" if nothing.  `error`: the kind of
    failure, which gives the exit code.
    """

    what: str
    state: str
    remedy: str = ""
    error: HingecheckError | None = None

    @property
    def good(self) -> bool:
        """True if nothing needs to be done."""
        return not self.remedy


def run() -> list[Check]:
    """All checks, in the order in which they are printed."""
    checks = [Check("python", platform.python_version()), *(_package(name) for name in PACKAGES)]
    checks += [
        _opencv(),
        *(_model(f"model {name}", partial(_as_list, bundles.find, name)) for name in bundles.manifest()["pose"]),
        _model("spine model", bundles.spine),
        _model("plate finder", bundles.plates),
        _model("face detector", partial(_as_list, bundles.face), " (for --redact-face)"),
        *(_clinic(name) for name in CLINIC),
        *(_codec(name, "decoder") for name in CODECS),
        *(_codec(name, "encoder") for name in ENCODERS),
    ]
    return [*checks, Check("privacy", "videos and results stay on this machine; nothing is sent anywhere")]


def _package(name: str) -> Check:
    """Whether a package is installed; for MediaPipe, also whether it is the version that reports no usage."""
    try:
        installed = version(name)
    except PackageNotFoundError:
        return Check(name, "not installed", f"Run pip install {name}.", ModelError(name, ""))
    if name == "mediapipe" and installed != PRIVATE_MEDIAPIPE:
        remedy = f"Run pip install mediapipe=={PRIVATE_MEDIAPIPE}: later releases report usage to their maker."
        return Check(name, installed, remedy, ModelError(name, remedy))
    return Check(name, installed)


def _opencv() -> Check:
    """Whether exactly one build of OpenCV is installed."""
    builds = [name for name in OPENCV if _installed(name)]
    if len(builds) == 1:
        return Check("opencv", f"{builds[0]} {version(builds[0])}")
    remedy = "Keep one of opencv-python (desktops) and opencv-python-headless (servers without libGL)."
    return Check("opencv", " and ".join(builds) or "not installed", remedy, ModelError("opencv", remedy))


def _installed(name: str) -> bool:
    """True if a package of that name is installed."""
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _as_list(find: Callable[..., bundles.Bundle], *name: str) -> list[bundles.Bundle]:
    """The one bundle that `find` returns, as a list."""
    return [find(*name)]


def _model(title: str, find: Callable[[], Sequence[bundles.Bundle]], use: str = "") -> Check:
    """Whether the files of a model are there and undamaged; `use`: a note about what needs it."""
    try:
        parts = find()
    except ModelError as error:
        return Check(title, error.message, error.remedy, error)
    return Check(title, f"sha256 {', '.join(f'{part.sha256[:12]}…' for part in parts)} as in the manifest{use}")


def _clinic(name: str) -> Check:
    """Whether an optional package is installed; it need not be."""
    return Check(name, version(name) if _installed(name) else "not installed (optional: hingecheck[clinic], reports)")


def _codec(name: str, kind: Literal["decoder", "encoder"]) -> Check:
    """Whether PyAV's FFmpeg has a codec."""
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    try:
        Codec(name, "r" if kind == "decoder" else "w")
    except UnknownCodecError:
        return Check(f"{kind} {name}", "missing", "Install PyAV from its wheel: pip install --force-reinstall av.")
    return Check(f"{kind} {name}", "there")
