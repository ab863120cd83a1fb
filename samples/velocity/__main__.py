"""Command line of the errors of bar velocity: `python -m samples.velocity --out DIR`.

It renders the designed clips, analyzes them, and prints the errors. `--truths FOLDER` measures clips that exist.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from samples.console import run_app
from samples.kept import rendered
from samples.velocity.design import MOST_YAW_DEG, SEED, designed_clips
from samples.velocity.errors import Row, measure, table

app = typer.Typer(add_completion=False, help="Errors of bar displacement and velocity on clips near the side view.")


@app.command()
def velocity(
    *,
    out: Annotated[Path | None, typer.Option(help="folder for the rendered clips; created if missing")] = None,
    clips: Annotated[int, typer.Option(min=1, help="number of clips to render")] = 15,
    seed: Annotated[int, typer.Option(help="another seed draws other lifters, rooms and cameras")] = SEED,
    truths: Annotated[Path | None, typer.Option(help="folder with NAME.truth.json beside each clip")] = None,
) -> None:
    """Render (`--out`) or take (`--truths`) clips with exact truth, analyze them, and print the errors."""
    if (out is None) == (truths is None):
        raise typer.BadParameter("give one of --out and --truths")
    pairs = _existing(truths) if truths is not None else _drawn(out or Path(), clips, seed)
    rows: list[Row] = []
    for clip, truth_path in pairs:
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        found = measure(clip, truth) if abs(truth["yaw_deg"]) <= MOST_YAW_DEG else []
        print(f"{clip.name}: {len(found)} numbers", file=sys.stderr, flush=True)
        rows += found
    print(table(rows))


def _existing(folder: Path) -> list[tuple[Path, Path]]:
    """Clips of a folder with their truths."""
    found = []
    for path in sorted(folder.glob("*.truth.json")):
        found.append((folder / json.loads(path.read_text(encoding="utf-8"))["file"], path))
    return found


def _drawn(folder: Path, clips: int, seed: int) -> list[tuple[Path, Path]]:
    """The designed clips, rendered where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return [rendered(spec, folder) for spec in designed_clips(clips, seed)]


def main() -> int:
    """Run the command line and return its exit code."""
    return run_app(app)


if __name__ == "__main__":
    sys.exit(main())
