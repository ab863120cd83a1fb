"""The command with replayed landmarks, in this process and in the processes of a batch.

`python -m tests.replaying analyze CLIP --out DIR`
`python -m tests.replaying app --folder DIR`
"""

from __future__ import annotations

from hingecheck import cli
from hingecheck.app import running, work
from hingecheck.batch import isolation, jobs
from tests.recordings import Stored, in_place_of_the_network


def measure(job: jobs.Job) -> None:
    """Measure the clip of a job with replayed landmarks."""
    with in_place_of_the_network(Stored()):
        jobs.measure(job)


def app_measure(job: jobs.Job) -> None:
    """Measure the clip of a job of the app with replayed landmarks."""
    with in_place_of_the_network(Stored()):
        work.measure(job)


if __name__ == "__main__":
    running.WORK = "tests.replaying:app_measure"  # type: ignore[misc]
    isolation.WORK = "tests.replaying:measure"  # type: ignore[misc]
    with in_place_of_the_network(Stored()):
        cli.main()
