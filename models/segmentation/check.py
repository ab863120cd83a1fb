"""Measure the repetition model on simulated sets that nothing was counted or chosen on.

    python -m models.segmentation.check [--first SEED] [--sets N]

It prints, for three ways to see the load, the repetitions found, missed and false in whole sets and in sets that are
cut as people cut clips.  Then it prints how reliable the probabilities are: how many of the bends that are given one
are repetitions.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from hingecheck.segmentation import segment
from hingecheck.segmentation.model import Pictures
from hingecheck.segmentation.tables import COUNTED
from models.segmentation.material import SimulatedClip, clips_of, simulated_label

FIRST_SEED, SETS = 900_000, 300
"""Seeds below 300,000 were counted or chosen on; those of 500,000 to 800,000 were looked at."""

EDGES = (0.0, 0.05, 0.2, 0.5, 0.6, 0.7, 0.9, 0.98, 1.0)
"""Edges of the groups of probabilities."""

WRONG = 0.1
"""Share of the moments in which the wrong plate finder is wrong."""


@dataclass
class Tally:
    """Repetitions found, missed, false, and false because empty hands rise; each bend's probability and truth."""

    counts: Counter[str] = field(default_factory=Counter)
    given: list[float] = field(default_factory=list)
    real: list[bool] = field(default_factory=list)

    def add(self, clip: SimulatedClip, pictures: Pictures | None) -> None:
        """Judge one clip.  A repetition is found if it begins in the right bend and is as complete as in truth."""
        label = simulated_label(clip)
        found = segment.segment(clip.track, pictures=pictures)
        real = [] if label is None else [kind in COUNTED.values() for kind in label.kinds]
        self.given += [bend.probability for bend in found.bends]
        self.real += real
        counted = [i for i, bend in enumerate(found.bends) if bend.probability >= segment.COUNTED_FROM]
        for i, rep in zip(counted, found.reps, strict=True):
            assert label is not None, "a clip with a repetition has a bend"
            right = real[i] and rep.complete == (label.states[i + 1] == "locked")
            kind = "right" if right else "empty" if label.kinds[i] == "stand" else "wrong"
            self.counts[kind] += 1
            self.counts["missing"] -= right
        self.counts["missing"] += len(clip.truth)

    def summary(self) -> str:
        """One line: found, missed, false, rises with empty hands among them, F1."""
        right, missing = self.counts["right"], self.counts["missing"]
        false = self.counts["wrong"] + self.counts["empty"]
        f1 = 2 * right / (2 * right + missing + false)
        return f"{right} found, {missing} missed, {false} false ({self.counts['empty']} with empty hands), F1 {f1:.3f}"


def reliability(tallies: Sequence[Tally]) -> Iterator[str]:
    """One line for each group of probabilities: bends, and how many of them are repetitions."""
    given, real = (np.array([each for tally in tallies for each in getattr(tally, name)]) for name in ("given", "real"))
    for low, high in pairwise(EDGES):
        group = (given >= low) & ((given < high) | (high == EDGES[-1]))
        share = f"{real[group].mean():.0%}" if group.any() else "-"
        yield f"  {low:.2f} to {high:.2f}: {group.sum():5d} bends, {share} real"


def tallied(seeds: range) -> dict[str, tuple[Tally, Tally]]:
    """For each way to see the load, the tallies of whole sets and of cut ones."""
    made = dict[str, tuple[Tally, Tally]]()
    for seed in seeds:
        simulated_set, (whole, *cut) = clips_of(seed)
        ways = {
            "plates seen": simulated_set,
            f"{WRONG:.0%} of the load evidence wrong": replace(simulated_set, wrong=WRONG),
            "movement alone": None,
        }
        for name, pictures in ways.items():
            of_whole, of_cut = made.setdefault(name, (Tally(), Tally()))
            of_whole.add(whole, pictures)
            for clip in cut:
                of_cut.add(clip, pictures)
    return made


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first seed")
    parser.add_argument("--sets", type=int, default=SETS, help="number of sets")
    asked = parser.parse_args()
    for name, both in tallied(range(asked.first, asked.first + asked.sets)).items():
        lines = [
            f"{name}:",
            *(f"  {cut}: {tally.summary()}" for cut, tally in zip(("whole", "cut"), both, strict=True)),
        ]
        sys.stdout.write("\n".join([*lines, *reliability(both)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
