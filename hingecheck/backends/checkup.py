"""What `hingecheck doctor` looks at: models, codecs, versions, and whether two builds of OpenCV collide."""

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
ENCODERS: Final = ("libx264", "aac")
PACKAGES: Final = ("hingecheck", "mediapipe", "numpy", "scipy", "av", "typer", "rich", "jinja2", "psutil")
OPENCV: Final = ("opencv-python", "opencv-python-headless", "opencv-contrib-python")
CLINIC: Final = ("typst", "fhir.resources")
PRIVATE_MEDIAPIPE: Final = "0.10.31"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `error` says what kind of failure it would be."""

    what: str
    found: str
    remedy: str = ""
    error: HingecheckError | None = None

    @property
    def good(self) -> bool:
        """True if nothing needs to be done."""
        return not self.remedy


def run() -> list[Check]:
    """All checks, in the order they are printed."""
    checks = [Check("python", platform.python_version()), *(_package(name) for name in PACKAGES)]
    checks += [
        _opencv(),
        *(_model(f"model {name}", partial(_one, bundles.find, name)) for name in bundles.manifest()["pose"]),
        _model("spine model", bundles.spine),
        _model("plate finder", bundles.plates),
        _model("face detector", partial(_one, bundles.face), " (for --redact-face)"),
        *(_clinic(name) for name in CLINIC),
        *(_codec(name, "decoder") for name in CODECS),
        *(_codec(name, "encoder") for name in ENCODERS),
    ]
    return [*checks, Check("privacy", "videos and results stay on this machine; nothing is sent anywhere")]


def _package(name: str) -> Check:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Check(name, "not installed", f"Run pip install {name}.", ModelError(name, ""))
    if name == "mediapipe" and found != PRIVATE_MEDIAPIPE:
        remedy = f"Run pip install mediapipe=={PRIVATE_MEDIAPIPE}: later releases report usage to their maker."
        return Check(name, found, remedy, ModelError(name, remedy))
    return Check(name, found)


def _opencv() -> Check:
    found = [name for name in OPENCV if _installed(name)]
    if len(found) == 1:
        return Check("opencv", f"{found[0]} {version(found[0])}")
    remedy = "Keep one of opencv-python (desktops) and opencv-python-headless (servers without libGL)."
    return Check("opencv", " and ".join(found) or "not installed", remedy, ModelError("opencv", remedy))


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _one(find: Callable[..., bundles.Bundle], *name: str) -> list[bundles.Bundle]:
    return [find(*name)]


def _model(title: str, find: Callable[[], Sequence[bundles.Bundle]], use: str = "") -> Check:
    try:
        parts = find()
    except ModelError as error:
        return Check(title, error.message, error.remedy, error)
    return Check(title, f"sha256 {', '.join(f'{part.sha256[:12]}…' for part in parts)} as in the manifest{use}")


def _clinic(name: str) -> Check:
    return Check(name, version(name) if _installed(name) else "not installed (optional: hingecheck[clinic], reports)")


def _codec(name: str, kind: Literal["decoder", "encoder"]) -> Check:
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    try:
        Codec(name, "r" if kind == "decoder" else "w")
    except UnknownCodecError:
        return Check(f"{kind} {name}", "missing", "Install PyAV from its wheel: pip install --force-reinstall av.")
    return Check(f"{kind} {name}", "there")
