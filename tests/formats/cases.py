"""The clips of the matrix: what phones, gyms and programs make.  `CASES` has them all, `QUICK` those of the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from hingecheck.records import Bytes, Code, Repairs
from tests.formats import damage, scene
from tests.formats.checking import Case
from tests.formats.writing import Spec, cover, several, write

SIDEWAYS: Final = (scene.HEIGHT, scene.WIDTH)
"""Width and height of a picture that is stored turned by a quarter."""

SMALL: Final = (Code.LOW_RESOLUTION,)
"""The note of all small clips: the scene has 160 by 240 pixels."""

EXPECTED: Final = ("notes", "frames", "level", "disc_px", "refused", "first_s", "repairs")
"""What a case expects, beside how its clip is written."""


def even(count: int, rate_hz: float = 30.0, first_s: float = 0.0) -> tuple[float, ...]:
    """Times at a steady rate."""
    return tuple(first_s + index / rate_hz for index in range(count))


def turned(rotation_deg: int, *, mirrored: bool = False) -> dict[str, Any]:
    """How the scene is stored so that a mirror, and then a counter-clockwise rotation, make it upright."""

    def seen(picture: Bytes) -> Bytes:
        picture = np.rot90(picture, -rotation_deg // 90)
        return picture[:, ::-1] if mirrored else picture

    return {"seen": seen, "size": SIDEWAYS if rotation_deg % 180 else (scene.WIDTH, scene.HEIGHT)}


def plain(suffix: str, **changes: Any) -> Case:
    """A small clip that differs only in how it is written."""
    known = {key: changes.pop(key) for key in EXPECTED if key in changes}
    changes.setdefault("ticks", suffix not in (".avi", ".h264", ".hevc"))
    return made(suffix, partial(write, spec=Spec(**changes)), **known)


def made(suffix: str, make: Callable[[Path], Path], **expected: Any) -> Case:
    """A small clip that a function writes."""
    expected["notes"] = (*expected.get("notes", ()), *SMALL)
    return Case(suffix, make, **expected)


def stamped(suffix: str, times_s: tuple[float, ...], **expected: Any) -> Case:
    """A clip of 30 pictures that gets other times."""
    return made(suffix, partial(damage.stamped, times_s=times_s), **expected)


def _codecs() -> dict[str, Case]:
    h264 = (".mp4", ".mov", ".mkv", ".ts", ".avi", ".3gp", ".flv", ".m4v")
    b_frames = {"preset": "veryfast", "bf": "3"}
    ntsc = {"rate": Fraction(30000, 1001), "times_s": even(30, 30000 / 1001)}
    cases = {f"h264 {suffix}": plain(suffix) for suffix in h264}
    cases |= {f"hevc {suffix}": plain(suffix, codec="libx265") for suffix in (".mp4", ".mov", ".mkv", ".ts")}
    cases |= {
        "hevc 10 bit": plain(".mp4", codec="libx265", pixels="yuv420p10le"),
        "h264 10 bit": plain(".mp4", pixels="yuv420p10le"),
        "h264 4:2:2": plain(".mp4", pixels="yuv422p"),
        "h264 4:4:4": plain(".mp4", pixels="yuv444p"),
        "h264 full range": plain(".mp4", pixels="yuvj420p"),
        "h264 with b-frames": plain(".mp4", options=b_frames),
        "h264 with b-frames ts": plain(".ts", options=b_frames),
        "h264 with b-frames avi": plain(".avi", options=b_frames, disc_px=6.5),  # AVI: its first frame is 2 early
        "h264 open gop": plain(".mkv", options={"preset": "veryfast", "x264-params": "bframes=3:open-gop=1:keyint=10"}),
        "h264 raw": plain(".h264", notes=(Code.RATE_ASSUMED,)),
        "hevc raw": plain(".hevc", codec="libx265", notes=(Code.RATE_ASSUMED,)),
        "vp8": plain(".webm", codec="libvpx"),
        "mpeg-1": plain(".mpg", codec="mpeg1video", format="mpeg"),
        "mpeg-2 ps": plain(".mpg", codec="mpeg2video", format="mpeg"),
        "mpeg-2 ts": plain(".ts", codec="mpeg2video"),
        "h263": plain(".3gp", codec="h263", size=(176, 144), level=6.0, refused="", **ntsc),
        "sorenson": plain(".flv", codec="flv"),
        "wmv": plain(".wmv", codec="wmv2", format="asf"),
        "ffv1": plain(".mkv", codec="ffv1"),
        "prores": plain(".mov", codec="prores_ks", pixels="yuv422p10le"),
        "prores 4444": plain(".mov", codec="prores_ks", pixels="yuv444p10le"),
    }
    cases |= {f"vp9 {suffix}": plain(suffix, codec="libvpx-vp9") for suffix in (".webm", ".mkv", ".mp4")}
    cases |= {f"av1 {suffix}": plain(suffix, codec="libsvtav1") for suffix in (".mp4", ".mkv", ".webm")}
    cases |= {f"mjpeg {suffix}": plain(suffix, codec="mjpeg", pixels="yuvj420p") for suffix in (".avi", ".mov", ".mkv")}
    return cases | {f"mpeg-4 {suffix}": plain(suffix, codec="mpeg4") for suffix in (".mp4", ".avi", ".3gp")}


def _orientations() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for rotation_deg, hflip in (
        (90, False),
        (180, False),
        (270, False),
        (0, True),
        (90, True),
        (180, True),
        (270, True),
    ):
        stored = turned(-rotation_deg % 360 if hflip else rotation_deg, mirrored=hflip)  # FFmpeg mirrors last
        name = f"matrix {rotation_deg}{' mirrored' if hflip else ''}"
        cases[name] = plain(".mp4", turn=(rotation_deg, hflip), **stored)
    for suffix in (".mov", ".mkv", ".3gp"):
        cases[f"matrix 90 {suffix}"] = plain(suffix, turn=(90, False), **turned(90))
    for clockwise in (90, 180, 270):
        stored = turned(-clockwise % 360)
        cases[f"tag {clockwise}"] = plain(".mkv", tags={"rotate": str(clockwise)}, **stored)
        cases[f"--rotate {clockwise}"] = plain(".mp4", repairs=Repairs(clockwise), **stored)
    flipped, quarter = Spec(**turned(0, mirrored=True)), Spec(**turned(90))
    return cases | {
        "--rotate 90 on a turned one": plain(".mp4", repairs=Repairs(90), turn=(90, False), **turned(0)),
        "sei flip": made(".mp4", partial(damage.oriented, orientation="insert:flip=horizontal", spec=flipped)),
        "sei turn": made(".ts", partial(damage.oriented, orientation="insert:rotate=90", spec=quarter)),
    }


def _hlg(picture: Bytes) -> Bytes:
    """The picture in HLG's code values: paper white at 203 of 1000 cd/m2."""
    share = ((picture / 255.0) ** 2.4 * 0.203) ** (1 / 1.2)
    logarithm = 0.17883277 * np.log(np.maximum(12 * share - 0.28466892, 1e-9)) + 0.55991073
    return np.asarray(np.round(255 * np.where(share <= 1 / 12, np.sqrt(3 * share), logarithm)), np.uint8)


def _pq(picture: Bytes) -> Bytes:
    """The picture in PQ's code values: paper white at 203 cd/m2."""
    share = ((picture / 255.0) ** 2.4 * 0.0203) ** 0.1593017578125
    code = ((0.8359375 + 18.8515625 * share) / (1 + 18.6875 * share)) ** 78.84375
    return np.asarray(np.round(255 * code), np.uint8)


def _tones() -> dict[str, Case]:
    ten: dict[str, Any] = {"codec": "libx265", "pixels": "yuv420p10le", "level": 5.0}
    return {
        "hlg 10 bit": plain(".mov", tone=_hlg, colours=(9, 18, 1), **ten),
        "hlg 8 bit": plain(".mp4", tone=_hlg, colours=(9, 18, 1), level=5.0),
        "pq 10 bit": plain(".mp4", tone=_pq, colours=(9, 16, 1), **ten),
        "bt.709": plain(".mp4", colours=(1, 1, 1)),
        "dolby vision 8.4": _dolby(".mov", 4, tone=_hlg, colours=(9, 18, 1)),
        "dolby vision 8.1": _dolby(".mp4", 1, tone=_pq, colours=(9, 16, 1)),
    }


def _dolby(suffix: str, compatible: int, **changes: Any) -> Case:
    """A clip in HEVC, 10 bit, that says it is Dolby Vision, profile 8."""
    spec = Spec(codec="libx265", pixels="yuv420p10le", **changes)
    return made(suffix, partial(damage.dolby_vision, compatible=compatible, spec=spec), level=5.0)


def _rates() -> dict[str, Case]:
    cases = {
        f"{hz} Hz": plain(".mp4", times_s=even(hz, hz), rate=Fraction(hz), frames=hz)
        for hz in (24, 25, 50, 60, 120, 240)
    }
    jitter = tuple(np.cumsum(np.random.default_rng(1).uniform(0.017, 0.045, 30)).tolist())
    ramp = tuple(np.cumsum([1 / 30] * 10 + [1 / 240] * 40 + [1 / 30] * 10).tolist())
    missing = tuple((i + 12 * (i > 9)) / 30 for i in range(20))
    slow = Spec(times_s=even(96, 240), rate=Fraction(240))
    phone = {"file_tags": {"com.android.capture.fps": "240.000000"}, "container": {"movflags": "use_metadata_tags"}}
    return cases | {
        "29.97 Hz": plain(".mp4", rate=Fraction(30000, 1001), times_s=even(30, 30000 / 1001)),
        "variable rate": plain(".mp4", times_s=jitter, first_s=jitter[0]),
        "variable rate webm": plain(".webm", codec="libvpx", times_s=jitter, first_s=jitter[0]),
        "slow-motion ramp": plain(".mov", times_s=ramp, first_s=ramp[0], frames=60),
        "8 Hz": plain(".mp4", times_s=even(9, 8), rate=Fraction(8), frames=9, notes=(Code.LOW_RATE,)),
        "a gap": plain(".mp4", times_s=missing, frames=20, notes=(Code.PICTURE_GAPS,)),
        "--slow-motion 8": made(
            ".mp4", partial(damage.slowed, spec=slow, factor=8), frames=96, repairs=Repairs(slow_motion=8.0)
        ),
        "slow motion by tag": plain(".mp4", notes=(Code.SLOW_MOTION,), **phone),
    }


def _stamps() -> dict[str, Case]:
    spread = (Code.STAMPS_SPREAD,)
    pairs = [(index - index % 2) / 30 for index in range(30)]
    return {
        "pairs of equal stamps": stamped(".mkv", tuple(pairs), notes=spread),
        "pairs a tick apart": stamped(".mp4", tuple(t + (i % 2) / 15_000 for i, t in enumerate(pairs)), notes=spread),
        "pairs 1 ms apart": stamped(".mkv", tuple(t + (i % 2) / 1000 for i, t in enumerate(pairs)), notes=spread),
        "bursts of five": stamped(".mkv", tuple((i - i % 5) / 30 for i in range(30)), notes=spread),
        "equal stamps throughout": stamped(".mkv", (0.0,) * 30, refused="does not say when"),
        "stamps from 100 s on": stamped(".mkv", even(30, first_s=100.0)),
        "negative stamps": stamped(".mov", even(30, first_s=-1 / 3), frames=20, first_s=1 / 3),
        "edit list": stamped(".mp4", even(30, first_s=-0.4), frames=18, first_s=0.4),
        "wrong duration": made(".mkv", damage.wrong_duration, notes=(Code.CUT_OFF,)),
    }


def _sizes() -> dict[str, Case]:
    few = even(3)
    large = {"480p": (480, 720), "1080p": (1080, 1620), "4K": (2160, 3240), "8K": (4320, 6480)}
    cases = {
        name: Case(".mp4", partial(write, spec=Spec(size=size, times_s=few)), frames=3) for name, size in large.items()
    }
    lossless: dict[str, Any] = {"codec": "ffv1", "times_s": few}
    return cases | {
        "odd size": plain(".mp4", pixels="yuv444p", size=(161, 241)),
        "144p": plain(".mp4", size=(144, 256)),
        "over the limit": plain(".mkv", pixels="gray", size=(8192, 6000), refused="million pixels", **lossless),
        "1 × 1": plain(".mkv", pixels="yuv444p", size=(1, 1), refused="too small", **lossless),
        "2 × 4000": plain(".mp4", size=(2, 4000), refused="too small"),
        "4000 × 2": plain(".mp4", size=(4000, 2), refused="too small"),
        "4000 × 64": plain(".mp4", size=(4000, 64), refused="only a strip"),
        "one frame": plain(".mp4", times_s=(0.0,), frames=1),
    }


def _shapes() -> dict[str, Case]:
    wide: dict[str, Any] = {"size": (80, 240), "aspect": Fraction(2)}
    cases = {f"wide pixels {suffix}": plain(suffix, **wide) for suffix in (".mp4", ".mkv", ".ts", ".mov", ".flv")}
    fields: dict[str, Any] = {"notes": (Code.INTERLACED,), "level": 5.0}
    quarter = turned(90) | {"size": (120, 160), "aspect": Fraction(2)}
    mpeg_ps: dict[str, Any] = {"codec": "mpeg2video", "format": "mpeg", "size": (96, 240), "aspect": Fraction(160, 96)}
    changing = partial(damage.joined, first=Spec())
    refused = "changes its shape"
    return cases | {
        "wide pixels mpeg-ps": plain(".mpg", **mpeg_ps),
        "wide pixels mpeg-4 avi": plain(".avi", codec="mpeg4", **wide),
        "wide pixels vp9": plain(".webm", codec="libvpx-vp9", **wide),
        "wide pixels turned": plain(".mp4", turn=(90, False), **quarter),
        "interlaced h264": made(".ts", partial(damage.interlaced, codec="libx264"), **fields),
        "interlaced mpeg-2": made(".ts", partial(damage.interlaced, codec="mpeg2video"), **fields),
        "size changes": made(".ts", partial(changing, second=Spec(size=(320, 480)))),
        "pixel shape changes with the size": made(".ts", partial(changing, second=Spec(**wide))),
        "pixel shape changes alone": made(".ts", partial(changing, second=Spec(aspect=Fraction(2))), refused=refused),
        "shape changes": made(".ts", partial(changing, second=Spec(size=SIDEWAYS)), refused=refused),
        "shape changes for long": made(
            ".ts", partial(changing, second=Spec(size=SIDEWAYS, times_s=even(60, first_s=1.0))), refused=refused
        ),
    }


def _streams() -> dict[str, Case]:
    black = Spec(seen=lambda picture: picture * 0)
    others = {
        "small stream": replace(black, size=(64, 96)),
        "black stream": black,
        "single picture": replace(black, size=(320, 480), times_s=(0.0,)),
    }
    cases = {
        f"{name} first {suffix}": made(suffix, partial(several, specs=(other, Spec())))
        for name, other in others.items()
        for suffix in (".mp4", ".mkv", ".ts")
    }
    return cases | {
        "small stream last": made(".mp4", partial(several, specs=(Spec(), others["small stream"]))),
        "sound first": made(".mp4", partial(several, specs=(Spec(),), sound=True)),
        "sound first mkv": made(".mkv", partial(several, specs=(Spec(),), sound=True)),
        "cover picture": made(".mp4", cover),
    }


def _empty(path: Path, data: bytes = b"") -> Path:
    path.write_bytes(data)
    return path


def _damaged() -> dict[str, Case]:
    keys = Spec(options={"g": "5"})
    fast, pieces = replace(keys, container={"movflags": "faststart"}), {"movflags": "frag_keyframe+empty_moov"}
    lost, damaged = (Code.CUT_OFF,), (Code.FRAMES_DAMAGED,)
    parts = replace(keys, container=pieces)
    whole = replace(keys, ticks=False)
    return {
        "fragmented": plain(".mp4", container=pieces, options={"g": "5"}),
        "fragmented mov": plain(".mov", container=pieces, options={"g": "5"}),
        "fragmented and cut": made(".mp4", partial(damage.cut, spec=parts, share=0.6), frames=10, notes=damaged),
        "cut, index first": made(".mp4", partial(damage.cut, spec=fast, share=0.3), frames=3, notes=lost),
        "cut, index last": made(".mp4", partial(damage.cut, spec=keys, share=0.9), refused="was not finished"),
        "cut mkv": made(".mkv", partial(damage.cut, spec=keys, share=0.4), frames=8, notes=lost),
        "cut ts": made(".ts", partial(damage.cut, spec=keys, share=0.6), frames=8),
        "cut avi": made(".avi", partial(damage.cut, spec=whole, share=0.4), frames=5, notes=damaged),
        "hole of zeros": made(".mp4", partial(damage.hole, spec=keys), frames=10, notes=(*damaged, Code.PICTURE_GAPS)),
        "hole of zeros mkv": made(".mkv", partial(damage.hole, spec=keys), frames=8, notes=lost),
        "empty": made(".mp4", _empty, refused="is empty"),
        "text": made(".mp4", partial(_empty, data=b"a" * 5000), refused="cannot be read as a video"),
    }


CASES: Final = (
    _codecs() | _orientations() | _tones() | _rates() | _stamps() | _sizes() | _shapes() | _streams() | _damaged()
)

SLOW: Final = (
    "8K",
    "4K",
    "over the limit",
    "240 Hz",
    "120 Hz",
    "hevc",
    "vp9",
    "av1",
    "prores",
    "mjpeg",
    "mpeg-4",
    "h264 .",
)
"""Beginnings of names: clips that take long to write, or that differ from others only in FFmpeg's part."""

QUICK: Final = tuple(name for name in CASES if not name.startswith(SLOW))
"""The clips of the gate: all that need code of ours."""
