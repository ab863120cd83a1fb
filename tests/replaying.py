"""The command with replayed landmarks, in this process and in those that a batch starts.

`python -m tests.replaying batch FOLDER --out DIR`
"""

from __future__ import annotations

from hingecheck import cli
from hingecheck.batch import isolation, jobs
from tests.recordings import Stored, in_place_of_the_network


def measure(job: jobs.Job) -> None:
    """What a process of a batch does with a clip."""
    with in_place_of_the_network(Stored()):
        jobs.measure(job)


if __name__ == "__main__":
    isolation.WORK = "tests.replaying:measure"  # type: ignore[misc]
    cli.main()
