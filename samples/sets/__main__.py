"""Command line of the sets: `python -m samples.sets --out DIR`.

It renders the designed sets, analyzes them and writes the table DIR/sets.md.
"""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from samples.console import run_app, select_by_name
from samples.sets.design import SEED, designed_sets
from samples.sets.run import finished, forget, measure_sets, render_sets
from samples.sets.table import TABLE, write_table

app = typer.Typer(add_completion=False, help="Count repetitions on rendered sets of every style and nuisance.")


@app.command()
def sets(  # noqa: PLR0913
    *,
    out: Annotated[Path, typer.Option(help="folder for clips, results and the table; created if missing")],
    processes: Annotated[int, typer.Option(min=1, help="number of parallel processes")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="name of one set; repeat for more sets")] = None,
    render_only: Annotated[bool, typer.Option("--render-only", help="draw missing clips and stop")] = False,
    seed: Annotated[int, typer.Option(help="another seed draws other lifters, rooms and cameras")] = SEED,
    again: Annotated[bool, typer.Option("--again", help="delete old results first (use it after a change)")] = False,
) -> None:
    """Render and analyze the designed sets; print and write the table of errors.

    Finished sets are kept. Run the same command again to continue.
    """
    begin, specs = time.monotonic(), select_by_name(designed_sets(seed), only or [], "set")
    if again:
        forget(specs, out)
    frames = render_sets(specs, out, processes) if render_only else measure_sets(specs, out, processes)
    print(f"{frames} frames in {(time.monotonic() - begin) / 60:.1f} min", file=sys.stderr)
    results = [result for spec in specs if (result := finished(spec, out)) is not None]
    if results and not render_only:
        print(write_table(results, out / TABLE))


def main() -> int:
    """Run the command line and return its exit code."""
    return run_app(app)


if __name__ == "__main__":
    sys.exit(main())
