"""The nuisances that each drawn clip gets, in running order."""

from pathlib import Path

from samples.edits import gym, worse
from samples.edits.gym import Nuisance

CLIPS = Path(__file__).parents[1] / "clips"
OTHER = CLIPS / "mixed_drift.mp4"
MIRRORED = CLIPS / "hip_led.mp4"

NUISANCES: tuple[Nuisance, ...] = (
    Nuisance("nothing", worse.in_turn()),
    Nuisance("shake", gym.shaken(0.03)),
    Nuisance("strong shake", gym.shaken(0.08)),
    Nuisance("pan", gym.panned(0.12)),
    Nuisance("zoom", gym.zoomed(1.2)),
    Nuisance("roll 3 degrees", gym.rolled(3.0), roll_deg=3.0),
    Nuisance("roll growing to 4 degrees", gym.rolled(4.0, over_s=8.0), roll_deg=4.0),
    Nuisance("roll 5 degrees", gym.rolled(5.0), roll_deg=5.0),
    Nuisance("roll 10 degrees", gym.rolled(10.0), roll_deg=10.0),
    Nuisance("dark", worse.dimmed(2.5, 6.0)),
    Nuisance("backlit", worse.backlit()),
    Nuisance("lens dirt", gym.dirty()),
    Nuisance("motion blur", worse.smeared(3)),
    Nuisance("caption over the head", gym.caption(0.12, 0.24)),
    Nuisance("caption over the hips", gym.caption(0.42, 0.52)),
    Nuisance("sticker over the knee", gym.sticker(0.5, 0.68, 0.10)),
    Nuisance("black bars beside", gym.barred(0.25, beside=True)),
    Nuisance("black bars above and below", gym.barred(0.2, beside=False)),
    Nuisance("picture in picture", gym.inset(OTHER, 0.3, (0.02, 0.02))),
    Nuisance("mirror", gym.inset(MIRRORED, 0.42, (0.56, 0.1), mirrored=True)),
    Nuisance("frozen pictures", worse.interrupted(0.3, 0.3, frozen=True)),
    Nuisance("dropped pictures", worse.interrupted(0.3, 0.3, frozen=False)),
    Nuisance("two take turns", worse.in_turn(gym.then_rests(14.0, 0.6), gym.beside(OTHER, 7.0, 0.7))),
)


CROSSED_S = 0.65  # before lift-off at which somebody enters the picture, in seconds


def crossings(folder: Path, liftoff_s: float) -> tuple[Nuisance, ...]:
    """Somebody who walks through in front of the lifter, near and far, in the pull; drawn in the folder if needed."""
    from samples.edits import cast

    walker, begin_s = cast.walker(folder), liftoff_s - CROSSED_S
    return (
        Nuisance("near person crosses", gym.crossed(walker, 0.95, begin_s, 2.5)),
        Nuisance("spotter in front", gym.standing_by(walker, 0.75, 0.16, len(walker) // 2)),
        Nuisance("person as large crosses", gym.crossed(walker, 0.75, begin_s, 2.5)),
    )
