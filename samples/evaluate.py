"""Command line of the error card: `python -m samples.evaluate --out DIR`.

It renders the designed clips, analyzes them, and writes `samples/ERRORS.md`, its pictures and
`hingecheck/history/error_card.toml`.
"""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from samples.card.design import Item, designed_set
from samples.card.freeze import FROZEN, SAMPLES, freeze
from samples.card.plots import draw_pictures
from samples.card.report import write_card
from samples.card.rows import write_rows
from samples.card.run import finished, forget, run_card
from samples.console import run_app, select_by_name
from samples.errors import SpecError

app = typer.Typer(add_completion=False, help="Measure the analyzer's errors on rendered deadlifts.")


@app.command()
def evaluate(  # noqa: PLR0913
    *,
    out: Annotated[Path | None, typer.Option(help="folder for clips and results; created if missing")] = None,
    processes: Annotated[int, typer.Option(min=1, help="number of parallel processes")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="name of one clip; repeat for more clips")] = None,
    card: Annotated[Path, typer.Option(help="folder for ERRORS.md and pictures/")] = SAMPLES,
    keep: Annotated[bool, typer.Option("--keep", help="keep the videos after the analysis")] = False,
    again: Annotated[bool, typer.Option("--again", help="delete old results first (use it after a change)")] = False,
    report: Annotated[bool, typer.Option("--report", help="measure nothing; write the card again")] = False,
    rewrite: Annotated[bool, typer.Option("--freeze", help="rewrite the frozen results of the shipped clips")] = False,
) -> None:
    """Render and measure the designed clips, then write ERRORS.md and its pictures.

    Finished clips are kept. Run the same command again to continue.
    """
    if rewrite:
        print(f"{freeze()} clips frozen in {FROZEN.name}", file=sys.stderr)
        return
    if out is None:
        raise SpecError("--out is missing: give a folder for the results, or use --freeze")
    items = select_by_name(designed_set(), only or [], "clip")
    if again and not report:
        forget(items, out)
    if not report:
        _measure(items, out, processes, keep=keep)
    _write(out, card)


def _measure(items: list[Item], out: Path, processes: int, *, keep: bool) -> None:
    """Render and analyze the items that have no result yet; print the time taken."""
    begin = time.monotonic()
    frames = run_card(items, out, processes=processes, keep=keep)
    print(f"{frames} frames rendered and measured in {(time.monotonic() - begin) / 60:.1f} min", file=sys.stderr)


def _write(out: Path, card: Path) -> None:
    """Write the error card from the finished results."""
    items = designed_set()
    results = [result for item in items if (result := finished(item, out)) is not None]
    if not results:
        raise SpecError(f"--out {out}: this folder holds no finished result; run without --report first")
    card.mkdir(parents=True, exist_ok=True)
    draw_pictures(results, card / "pictures")
    print(f"{write_card(items, results, card)}: {len(results)} of {len(items)} clips", file=sys.stderr)
    if card == SAMPLES:
        write_rows()


def main() -> int:
    """Run the command line and return its exit code."""
    return run_app(app)


if __name__ == "__main__":
    sys.exit(main())
