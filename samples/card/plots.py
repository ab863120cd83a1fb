"""The card's pictures: agreement with the truth, errors by camera yaw, and the peers' measures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from samples.card.agreement import best_line, measured_pairs, of_metric, paired
from samples.card.conditions import side_view
from samples.card.design import BASE, MIXED
from samples.card.records import ClipResult
from samples.card.tables import LUMBAR, METRIC_WORDS, PEER_WORDS
from samples.errors import MissingExtra

DPI = 90
BAND_DEG = (0.0, 60.0)  # ends of the line of equality


def draw_pictures(results: Sequence[ClipResult], folder: Path) -> list[Path]:
    """Write every picture; return their paths."""
    pyplot = _pyplot()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in (("agreement", _agreement), ("yaw", _yaw), ("peers", _peers)):
        figure = draw(pyplot, results)
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=DPI, metadata={"Software": None})
        pyplot.close(figure)
        paths.append(path)
    return paths


def _pyplot() -> Any:
    """Matplotlib's pyplot without a display; raise MissingExtra if it is missing."""
    try:
        import matplotlib as mpl

        mpl.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtra("matplotlib is missing: pip install 'hingecheck[render]'") from error
    return pyplot


def _agreement(pyplot: Any, results: Sequence[ClipResult]) -> Any:
    """Bland-Altman plot of the lumbar change."""
    near = side_view(results)
    stats = of_metric(near, LUMBAR)
    figure, axes = pyplot.subplots(figsize=(6.4, 4.0), layout="constrained")
    for words, colour, mixed in (("three lifters", "#31506e", False), ("random mixtures", "#c77b2f", True)):
        measured, true = measured_pairs([each for each in near if (each.factor == MIXED) == mixed], LUMBAR)
        axes.scatter((measured + true) / 2, measured - true, s=18, color=colour, label=words)
    axes.legend(fontsize=8)
    for height, style in ((stats.bias, "-"), (stats.limits[0], "--"), (stats.limits[1], "--")):
        axes.axhline(height, linestyle=style, color="#a33a2a", linewidth=1)
    axes.set(xlabel="mean of measured and true lumbar change, °", ylabel="measured − true, °")
    axes.set_title(f"Lumbar change, yaw to 20°: bias {stats.bias:+.1f}°, {stats.read} repetitions", fontsize=10)
    return figure


def _yaw(pyplot: Any, results: Sequence[ClipResult]) -> Any:
    """Errors and share not measured at each yaw of the base case."""
    turned = [result for result in results if result.factor in ("yaw", BASE)]
    yaws = sorted({result.yaw_deg for result in turned})
    figure, (upper, lower) = pyplot.subplots(2, 1, figsize=(6.4, 5.6), sharex=True, layout="constrained")
    for name, words in METRIC_WORDS.items():
        if name.endswith("_deg"):
            stats = [of_metric([each for each in turned if each.yaw_deg == yaw], name) for yaw in yaws]
            upper.plot(yaws, [each.mean_abs for each in stats], marker="o", markersize=4, label=words.split(",")[0])
            lower.plot(yaws, [100 * each.unread for each in stats], marker="o", markersize=4)
    upper.set(ylabel="mean abs. error, °", ylim=(0, None))
    upper.legend(fontsize=8, ncols=2)
    lower.set(xlabel="yaw of the camera, ° (positive: sees more of the back)", ylabel="not measured, %", ylim=(-4, 104))
    return figure


def _peers(pyplot: Any, results: Sequence[ClipResult]) -> Any:
    """Estimates against the truth, one panel per estimator."""
    near = side_view(results)
    panels = [("hingecheck", *measured_pairs(near, LUMBAR))]
    for name, words in PEER_WORDS.items():
        measure, true = paired(near, name, LUMBAR)
        line = best_line(measure, true)
        panels.append((f"{words.split(',')[0]}*", line.intercept + line.slope * measure, true))
    figure, grid = pyplot.subplots(1, 4, figsize=(10.4, 3.1), sharex=True, sharey=True, layout="constrained")
    for axes, (words, estimate, true) in zip(grid, panels, strict=True):
        axes.plot(BAND_DEG, BAND_DEG, color="#a33a2a", linewidth=1)
        axes.scatter(true, estimate, s=12, color="#31506e")
        axes.set_title(f"{words}\nmean abs. error {_mean_abs(estimate, true):.1f}°", fontsize=8)
    figure.supxlabel("true lumbar change, ° (* after a best-fit line)", fontsize=9)
    figure.supylabel("estimate, °", fontsize=9)
    return figure


def _mean_abs(estimate: Any, true: Any) -> float:
    """Mean absolute error; NaN without pairs."""
    return float(np.abs(estimate - true).mean()) if len(true) else float("nan")
