"""The messages of the native runtime are hidden, and stderr is there again afterwards."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from hingecheck.backends import bundles
from hingecheck.backends.mediapipe import MediaPipePeople

STDERR = 2


def test_networks_that_start_at_once_give_stderr_back() -> None:
    """Each hides stderr while it starts. The last one must give back what the first one took."""
    before, model = os.fstat(STDERR), bundles.find("lite").path

    def start(_: int) -> None:
        for _ in range(5):
            with MediaPipePeople(model):
                pass

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, range(4)))
    assert os.path.samestat(before, os.fstat(STDERR))
