"""Put the repository's root on the path, because `samples` is run from there and never installed."""

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

HEAVY = [
    *("test_figure.py", "test_flesh.py", "test_pictures.py", "test_commands.py"),
    *("test_motion.py", "test_styles.py", "test_sets.py"),
]
DRAWING = [*HEAVY, "test_card_set.py"]
CARD = ["test_card_statistics.py", "test_card_set.py"]
collect_ignore = [] if find_spec("anny") and find_spec("moderngl") else HEAVY
collect_ignore += [] if find_spec("poseaudit") and find_spec("matplotlib") else CARD


def pytest_report_header() -> str:
    """Say when the renderer's tests are left out."""
    return "" if not collect_ignore else "samples: extra `render` not installed, its tests are left out"


@pytest.fixture(scope="module", autouse=True)
def quiet_torch(request: pytest.FixtureRequest) -> None:
    """Ignore the warnings of torch and warp while they load. Files that draw nothing do not load them."""
    if find_spec("anny") and request.path.name in DRAWING:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import anny  # type: ignore[import-untyped,unused-ignore]  # noqa: F401
