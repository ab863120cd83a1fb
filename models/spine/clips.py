"""How often the intervals hold the truth over whole clips of lifters whose skin and cloth are drawn anew.

    python -m models.spine.clips --out DIR --seed 72 --clips 90 --processes 2

`models.spine.check` judges single pictures.  A clip has many, and a lift in it is less odd than a training picture, so
the intervals of a clip have to be judged on clips.  Each clip shows one random lifter from within SIDE_DEG of the side,
with the skin and the cloth that the training draws (`models.spine.frames`), and with lumbar flexion as in the random
mixtures of the error card.  Finished clips are kept; the same command goes on.

The table has, for each metric: the mean absolute error, the median half width of the 90 % intervals, and the share of
truths inside intervals times a factor.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.spine.check import LOOSE, SIDE_DEG, STIFF
from models.spine.data import HIGHER_SKIN_M
from models.spine.frames import training_spec
from samples.card.design import Item, shortened
from samples.card.measure import METRICS
from samples.card.records import ClipResult, Value
from samples.card.run import finished, run_card
from samples.errors import ImpossiblePose, SpecError
from samples.film.clip import set_stage
from samples.film.draw import random_spec
from samples.spec import ClipSpec

SIZE_PX: Final = (360, 640)
FACTORS: Final = (1.0, 0.9, 0.8, 0.7)

KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "close clothes": lambda spec: spec["clothes"]["top"] not in LOOSE,
    "loose, soft": lambda spec: spec["clothes"]["top"] in LOOSE and spec["clothes"]["stiffness"] < STIFF,
    "loose, stiff": lambda spec: spec["clothes"]["top"] in LOOSE and spec["clothes"]["stiffness"] >= STIFF,
    "thigh pulls higher": lambda spec: spec["body"]["thigh_skin_m"] > HIGHER_SKIN_M,
    "thigh pulls no higher": lambda spec: spec["body"]["thigh_skin_m"] <= HIGHER_SKIN_M,
}
"""Groups of lifters, by the spec that was drawn."""


def spec_of(seed: int) -> ClipSpec:
    """The first feasible clip of a seed: a short set of one random lifter seen from the side."""
    for attempt in range(20):
        try:
            drawn = _drawn(seed + attempt * 500_000, name=f"skin_{seed}")
            set_stage(drawn)
        except (ImpossiblePose, SpecError):
            continue
        return drawn
    raise ImpossiblePose(f"no feasible body among 20 for seed {seed}")


def _drawn(seed: int, name: str) -> ClipSpec:
    """A clip with the skin and cloth of the training, and a lift as in the random mixtures."""
    trained, usual = training_spec(seed), random_spec(seed, *SIZE_PX)
    random = np.random.default_rng([seed, 33])
    camera = replace(usual.camera, yaw_deg=float(random.uniform(-SIDE_DEG, SIDE_DEG)))
    return shortened(replace(usual, name=name, seed=seed, body=trained.body, clothes=trained.clothes, camera=camera))


def coverage(results: Sequence[ClipResult], metric: str) -> str:
    """One row of the table."""
    pairs = [
        (rep.measured[metric], rep.truth[metric]) for result in results for rep in result.reps if metric in rep.measured
    ]
    known = [(value, true) for value, true in pairs if value.value is not None]
    if not known:
        return f"{metric:20s} {0:4d} of {len(pairs)}"
    value, off, half = _columns(known)
    error = value - np.array([true for _, true in known])
    inside = "".join(f"{float(np.mean(off <= factor * half)):7.2f}" for factor in FACTORS)
    numbers = f"{np.abs(error).mean():8.3f}{error.mean():+8.3f}{np.median(half):8.3f}"
    return f"{metric:20s} {len(known):4d} of {len(pairs):4d}{numbers} {inside}"


def _columns(known: Sequence[tuple[Value, float]]) -> tuple[NDArray[np.float64], ...]:
    """Values (K,), how far each truth is from the middle of its interval (K,), and half the interval's width (K,)."""
    value, low, high, true = (
        np.array(column, float) for column in zip(*((v.value, v.low, v.high, t) for v, t in known), strict=True)
    )
    return value, np.abs((low + high) / 2 - true), (high - low) / 2


def verdicts(results: Sequence[ClipResult]) -> str:
    """How many verdicts were given, and how many of them are right."""
    given = [result for result in results if result.pattern not in ("", "cannot_tell")]
    right = sum(result.pattern in result.true_patterns for result in given)
    return f"verdicts on {len(given)} of {len(results)} clips, {right} right"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=72)
    parser.add_argument("--clips", type=int, default=90)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep the videos")
    options = parser.parse_args()
    seeds = range(options.seed * 1_000_000, options.seed * 1_000_000 + options.clips)
    items = [Item(spec_of(seed), "skin", "skin") for seed in seeds]
    run_card(items, options.out, processes=options.processes, keep=options.keep)
    results = [result for item in items if (result := finished(item, options.out)) is not None]
    groups = {"all": results} | {kind: [r for r in results if belongs(r.spec)] for kind, belongs in KINDS.items()}
    print(f"known, error, bias, half width, share inside times {FACTORS}")
    for kind, some in groups.items():
        print(f"{kind}: {verdicts(some)}")
        print("\n".join(f"  {coverage(some, metric)}" for metric in METRICS))


if __name__ == "__main__":
    main()
