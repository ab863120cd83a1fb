"""The messages of the native runtime are hidden, and stderr is there again afterwards."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from hingecheck.backends import bundles
from hingecheck.backends.mediapipe import MediaPipePeople
from hingecheck.video.reading import Video
from tests.recordings import SAMPLES

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


def test_the_first_person_is_found_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    person = next(iter(Video(SAMPLES / "hip_led.mp4").frames()))
    nobody = replace(person, rgb=np.zeros_like(person.rgb))
    with MediaPipePeople(bundles.find("lite").path) as people:
        assert people.everyone(nobody) == []
        assert len(people.everyone(person)) == 1
    assert capfd.readouterr().err == ""
