"""The process that analyzes clips one after another for `isolation`; it may hang, run out of memory or crash.

`python -m hingecheck.worker MODULE:FUNCTION` reads pickled jobs from stdin and answers each on stdout.  It ends as soon
as stdin closes, also in the middle of a clip: whoever asked is gone.
"""

from __future__ import annotations

import importlib
import os
import pickle
import queue
import sys
import threading
from typing import BinaryIO

from hingecheck.batch.isolation import READY
from hingecheck.batch.jobs import Job, Measure, perform

_STDOUT = 1


def main() -> None:
    """Answer until nobody asks."""
    work = named(sys.argv[1])
    answers = os.fdopen(os.dup(_STDOUT), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)  # native libraries write there what they like
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    pickle.dump(READY, answers)
    answers.flush()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    while True:
        pickle.dump(perform(jobs.get(), work), answers)
        answers.flush()


def named(work: str) -> Measure:
    """The function that `module:function` names."""
    module, _, function = work.partition(":")
    found: Measure = getattr(importlib.import_module(module), function)
    return found


def _listen(asked: BinaryIO, jobs: queue.SimpleQueue[Job]) -> None:
    while True:
        try:
            jobs.put(pickle.load(asked))
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)


if __name__ == "__main__":
    main()
