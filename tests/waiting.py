"""The command with a pose source that says that it waits, and waits: it is there to be interrupted.

`python -m tests.waiting analyze CLIP --out DIR`
"""

from __future__ import annotations

import time
from typing import Never

from hingecheck import cli
from hingecheck.backends.source import Watch
from hingecheck.pose.lifter import Region
from hingecheck.video import reading
from tests.recordings import in_place_of_the_network


class Waiting:
    """A pose source that begins to read the clip and does not go on."""

    def read(self, clip: reading.Video, region: Region | None, watch: Watch | None) -> Never:
        for _ in reading.ahead(clip.frames()):
            print("waiting", flush=True)  # noqa: T201
            for _ in range(3000):  # short pauses: a signal that another thread takes does not end a long one
                time.sleep(0.1)
            break
        raise AssertionError("nobody interrupted")


if __name__ == "__main__":
    with in_place_of_the_network(Waiting()):
        cli.main()
