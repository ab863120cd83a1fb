"""Count the tables of the repetition model.

    python -m models.segmentation.fit --clips FOLDER --rendered FOLDER [--out FILE]

It writes `hingecheck/segmentation/tables.json`, or the file that is named.  The first folder holds the clips of
`clips.toml`, the second what `python -m samples.sets --out FOLDER` draws.  Simulated sets are always counted.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from models.segmentation.counts import table_of
from models.segmentation.material import real_sets, rendered_sets, simulated_sets
from models.segmentation.roughening import roughened

TABLES = Path(__file__).parents[2] / "hingecheck" / "segmentation" / "tables.json"
FIRST_SEED, SETS = 100_000, 800
"""The simulated sets that are counted.  Seeds from 200,000 on are for choosing, from 300,000 on for reporting."""


def main() -> int:
    """Count and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, help="folder with the clips of clips.toml")
    parser.add_argument("--rendered", type=Path, help="folder of rendered sets")
    parser.add_argument("--sets", type=int, default=SETS, help="number of simulated sets")
    parser.add_argument("--out", type=Path, default=TABLES, help="file to write")
    asked = parser.parse_args()
    random = np.random.default_rng(FIRST_SEED)
    simulated = [roughened(each, random) for each in simulated_sets(range(FIRST_SEED, FIRST_SEED + asked.sets))]
    real = list(real_sets(asked.clips)) if asked.clips else []
    rendered = list(rendered_sets(asked.rendered)) if asked.rendered else []
    counts = {"simulated": len(simulated), "rendered": len(rendered), "real": len(real)}
    table = {"source": counts | {"first_seed": FIRST_SEED}}
    asked.out.write_text(
        json.dumps(table | table_of([*simulated, *rendered, *real]), indent=1) + "\n", encoding="utf-8"
    )
    print("counted: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
