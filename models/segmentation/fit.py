"""Count the tables of the repetition model: `python -m models.segmentation.fit [--clips FOLDER] [--out FILE]`.

It writes `hingecheck/segmentation/tables.json`, or the file that is named.  FOLDER holds the clips of `clips.toml`;
without it, only simulated sets are counted.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from models.segmentation.counts import table_of
from models.segmentation.material import real_sets, simulated_sets
from models.segmentation.roughening import roughened

TABLES = Path(__file__).parents[2] / "hingecheck" / "segmentation" / "tables.json"
FIRST_SEED, SETS = 100_000, 800
"""The simulated sets that are counted.  Seeds from 200,000 on are for choosing, from 300,000 on for reporting."""


def main() -> int:
    """Count and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, help="folder with the clips of clips.toml")
    parser.add_argument("--sets", type=int, default=SETS, help="number of simulated sets")
    parser.add_argument("--out", type=Path, default=TABLES, help="file to write")
    asked = parser.parse_args()
    random = np.random.default_rng(FIRST_SEED)
    simulated = [roughened(each, random) for each in simulated_sets(range(FIRST_SEED, FIRST_SEED + asked.sets))]
    real = list(real_sets(asked.clips)) if asked.clips else []
    table = {"source": {"simulated": len(simulated), "real": len(real), "first_seed": FIRST_SEED}}
    asked.out.write_text(json.dumps(table | table_of([*simulated, *real]), indent=1) + "\n", encoding="utf-8")
    print(f"{len(simulated)} simulated and {len(real)} real sets counted", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
