"""Command line of the edited clips: `python -m samples.edits nuisances|poor|learn --out DIR`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from samples.console import run_app
from samples.edits import base, film, learn, nuisances, poor
from samples.edits.compare import Outcome, outcome, read, stored, table
from samples.edits.film import Edit
from samples.kept import rendered
from samples.whole import write_whole

CLIPS = ("hip_led", "low_back_led")  # shipped clips that get the nuisances: their first repetition
AFTER_S = 0.8  # time kept after that repetition, in seconds

Out = Annotated[Path, typer.Option(help="folder for clips and results; created if missing")]
Only = Annotated[list[str] | None, typer.Option(help="name of one edit; repeat for more")]

app = typer.Typer(add_completion=False, help="Edit drawn clips whose truth is known, and analyze them.")


@app.command("nuisances")
def gym(
    *,
    out: Out,
    only: Only = None,
    fresh: Annotated[int, typer.Option(help="number of freshly drawn clips; 0: two shipped ones")] = 0,
    seed: Annotated[int, typer.Option(help="seed of freshly drawn clips")] = base.SEED,
) -> None:
    """What happens in a gym, on the first repetition of some clips.  Finished ones are kept."""
    outcomes = []
    drawn = [rendered(spec, out / f"base_{seed}")[0] for spec in base.specs(fresh, seed)]
    for clip in drawn or [nuisances.CLIPS / f"{name}.mp4" for name in CLIPS]:
        rep = json.loads(clip.with_suffix(".truth.json").read_text(encoding="utf-8"))["reps"][0]
        people = nuisances.crossings(out, rep["liftoff_s"])
        edits = [(each.name, each.edit, film.CRF) for each in (*nuisances.NUISANCES, *people)]
        outcomes += _outcomes(clip, edits, out, only, until_s=rep["end_s"] + AFTER_S)
    print(table(outcomes))


@app.command("poor")
def pictures(*, out: Out, only: Only = None, count: Annotated[int, typer.Option(help="number of clips")] = 4) -> None:
    """Poor pictures of freshly drawn clips."""
    outcomes = []
    for spec in base.specs(count):
        clip, _ = rendered(spec, out / "base")
        outcomes += _outcomes(clip, [(each.name, each.edit, each.crf) for each in poor.VARIANTS], out, only)
    print(table(outcomes))


@app.command("learn")
def learnt(*, out: Out, count: Annotated[int, typer.Option(help="number of clips")] = 2) -> None:
    """How much angles (degrees) and events (seconds) move for each second without a picture."""
    clips = [rendered(spec, out / "base")[0] for spec in base.specs(count)]
    for name, value in learn.learnt([learn.seen_everywhere(clip) for clip in clips]).items():
        print(f"{name:16} {value:.2f}")


def _outcomes(
    clip: Path,
    edits: Sequence[tuple[str, Edit, int]],
    out: Path,
    only: Sequence[str] | None,
    until_s: float = float("inf"),
) -> list[Outcome]:
    """The outcome of each edit of a clip, up to a time in seconds."""
    outcomes, truth = [], json.loads(clip.with_suffix(".truth.json").read_text(encoding="utf-8"))
    for name, edit, crf in edits:
        if only and name not in only:
            continue
        stem = f"{clip.stem} {name}"
        result, video = out / "results" / f"{stem}.json", out / "clips" / f"{stem}.mp4"
        if not result.exists():
            video.parent.mkdir(parents=True, exist_ok=True)
            film.write(video, edit(shot for shot in film.read(clip) if shot.time_s < until_s), crf)
            write_whole(result, stored(outcome(video, truth, until_s, (clip.stem, name))))
        outcomes.append(read(result))
        print(f"{stem}: {outcomes[-1].refused or outcomes[-1].inside}", file=sys.stderr)
    return outcomes


if __name__ == "__main__":
    sys.exit(run_app(app))
