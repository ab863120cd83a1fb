"""The command with replayed landmarks, in this process and in the processes of a batch.

`python -m tests.replaying analyze CLIP --out DIR`
"""

from __future__ import annotations

from hingecheck import cli
from hingecheck.batch import isolation, jobs
from tests.recordings import Stored, in_place_of_the_network


def measure(job: jobs.Job) -> None:
    """Measure the clip of a job with replayed landmarks."""
    with in_place_of_the_network(Stored()):
        jobs.measure(job)


if __name__ == "__main__":
    isolation.WORK = "tests.replaying:measure"  # type: ignore[misc]
    with in_place_of_the_network(Stored()):
        cli.main()
