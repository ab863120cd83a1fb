"""The command with a pose source that prints "waiting" and waits until a test interrupts it.

`python -m tests.waiting analyze CLIP --out DIR`
"""

from __future__ import annotations

import time
from typing import Never

from hingecheck import cli
from hingecheck.progress import Watch
from hingecheck.video import reading
from hingecheck.video.working_copy import WorkingCopy
from tests.recordings import in_place_of_the_network


class Waiting:
    """A pose source that starts to read the clip and then waits."""

    def read(self, clip: reading.Video, copy: WorkingCopy, watch: Watch | None) -> Never:
        for _ in reading.ahead(clip.frames()):
            print("waiting", flush=True)  # noqa: T201
            for _ in range(3000):  # a signal that another thread receives would not end a long pause
                time.sleep(0.1)
            break
        raise AssertionError("nobody interrupted")


if __name__ == "__main__":
    with in_place_of_the_network(Waiting()):
        cli.main()
