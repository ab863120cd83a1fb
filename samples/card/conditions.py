"""The rows of the card: a condition, and the clips that belong to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from samples.card.design import BASE, MIXED
from samples.card.records import ANALYSED, ClipResult

SIDE_VIEW_DEG, OBLIQUE_DEG = 20.0, 30.0  # yaw limits of the pooled rows

WORDS = {
    BASE: "base case",
    "left": "facing left",
    "no_plates": "no plates",
    "small_plates": "280-mm plates",
    "long_hair": "long hair",
    "slim": "slim build",
    "heavy": "heavy build",
    "belt": "belt",
    "loose": "loose shirt",
    "hoodie": "hoodie",
    "dark": "dark",
    "noisy": "noisy, strongly compressed",
    "shaken": "hand-held",
    "24_hz": "24 Hz",
    "60_hz": "60 Hz",
    "480p": "480 × 854",
    "1080p": "1080 × 1920",
    "4k": "2160 × 3840",
    "sumo": "sumo",
    "rdl": "Romanian",
    MIXED: "random mixtures",
}


@dataclass(frozen=True)
class Condition:
    """One row: its label and its clips."""

    label: str
    results: tuple[ClipResult, ...]


def label(result: ClipResult) -> str:
    """Return the clip's condition in words."""
    return f"yaw {result.level}°".replace("-", "−") if result.factor == "yaw" else WORDS[result.level]


def one_by_one(results: Sequence[ClipResult]) -> list[Condition]:
    """Return one row per level, in the order of the set."""
    labels = dict.fromkeys(label(result) for result in results)
    return [Condition(name, tuple(each for each in results if label(each) == name)) for name in labels]


def pooled(results: Sequence[ClipResult]) -> list[Condition]:
    """Return rows that pool all clips by the camera's angle from the side view."""
    bands: list[tuple[str, Callable[[float], bool]]] = [
        ("**all, yaw to 20°**", lambda yaw: yaw <= SIDE_VIEW_DEG),
        ("**all, yaw over 20° to 30°**", lambda yaw: SIDE_VIEW_DEG < yaw <= OBLIQUE_DEG),
        ("**all, yaw over 30°**", lambda yaw: yaw > OBLIQUE_DEG),
        ("**all**", lambda _: True),
    ]
    return [Condition(name, tuple(each for each in results if inside(abs(each.yaw_deg)))) for name, inside in bands]


def side_view(results: Sequence[ClipResult]) -> list[ClipResult]:
    """Return the clips within 20 degrees of the side view."""
    return [result for result in results if abs(result.yaw_deg) <= SIDE_VIEW_DEG]


def analysed(results: Sequence[ClipResult]) -> list[ClipResult]:
    """Return the clips that the analyzer did not refuse."""
    return [result for result in results if result.outcome == ANALYSED]
