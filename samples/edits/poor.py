"""The poor clips: every way in which a good clip is made worse, with its name."""

from dataclasses import dataclass

from samples.edits import worse
from samples.edits.film import CRF, Edit

PLAIN = "plain"


@dataclass(frozen=True)
class Variant:
    """One way to change a clip; `crf`: how strongly it is compressed afterwards (x264)."""

    name: str
    edit: Edit
    crf: int = CRF


VARIANTS: tuple[Variant, ...] = (
    Variant(PLAIN, worse.in_turn()),
    *(Variant(f"{rate_hz} Hz", worse.thinned(rate_hz)) for rate_hz in (20, 15, 10, 7, 5)),
    *(
        Variant(f"{word} {hold_s} s", worse.interrupted(share, hold_s, frozen=frozen))
        for word, frozen in (("frozen", True), ("dropped", False))
        for share, hold_s in ((0.2, 0.15), (0.3, 0.3), (0.4, 0.6))
    ),
    *(Variant(f"{lines} lines", worse.shrunk(lines)) for lines in (360, 270, 200, 150, 110)),
    *(Variant(f"enlarged from {lines}", worse.enlarged_again(lines)) for lines in (200, 130, 90)),
    *(Variant(f"soft {share}", worse.softened(share)) for share in (0.004, 0.008, 0.016)),
    *(Variant(f"smeared over {pictures}", worse.smeared(pictures)) for pictures in (3, 6)),
    Variant("dim", worse.dimmed(3.0, 6.0)),
    Variant("dark", worse.dimmed(5.0, 10.0)),
    Variant("grain 20", worse.dimmed(0.0, 20.0)),
    Variant("grain 40", worse.dimmed(0.0, 40.0)),
    Variant("backlit", worse.backlit()),
    *(Variant(f"crf {crf}", worse.in_turn(), crf) for crf in (36, 44)),
)
