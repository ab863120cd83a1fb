"""Measure how each style looks from the side, and write `hingecheck/judgement/styles.toml`.

    python -m samples.sets.looks DIR        after  python -m samples.sets --out DIR

Input: the finished sets in DIR. Output: for each style, the mean of the features over its sets with a repetition. The
spread is that of the conventional sets, which are the most, and serves for all styles. How common a style is (`usual`)
stays as the file has it.
"""

import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hingecheck.judgement.style import FEATURES
from samples.sets.design import designed_sets
from samples.sets.records import SetResult
from samples.sets.run import finished
from samples.whole import write_whole

TABLE = Path(__file__).parents[2] / "hingecheck" / "segmentation" / "styles.toml"
COMMON = "conventional"  # the style with the most sets; its spread serves for all
HEAD = """# What each style looks like from the side, in the position the lifter pulls from: height of the hands in leg
# lengths, knee flexion and trunk lean in degrees.  Measured by `python -m samples.sets.looks DIR` on rendered sets
# (`sets`: how many).  `usual`: how common a style is among those lifted alike, own choice.
"""


def write_looks(results: Sequence[SetResult]) -> None:
    """Measure means and spread again, and write the file."""
    by_style = defaultdict(list)
    for result in results:
        if result.bottom and not np.isnan(result.bottom).any():
            by_style[result.movement].append(result.bottom)
    old_table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    spread = np.std(by_style[COMMON], axis=0, ddof=1)
    parts = [HEAD, "[spread]", *_numbers(spread)]
    for name, row in old_table["style"].items():
        style_rows = by_style.get(name)
        if style_rows is None:
            raise SystemExit(f"no set of style {name} has a result: measure them first")
        parts += ["", f"[style.{name}]", f"usual = {row['usual']:.2f}", f"sets = {len(style_rows)}"]
        parts += _numbers(np.mean(style_rows, axis=0))
    write_whole(TABLE, "\n".join(parts) + "\n")


def _numbers(values: Sequence[float]) -> list[str]:
    """One TOML line per feature."""
    return [
        f"{name} = {value:.{3 if name == 'hand_height' else 1}f}" for name, value in zip(FEATURES, values, strict=True)
    ]


if __name__ == "__main__":
    write_looks([found for spec in designed_sets() if (found := finished(spec, Path(sys.argv[1]))) is not None])
