"""The worker process.  It analyzes one clip after another.  It may hang, run out of memory or crash.

`isolation` starts it with `python -m hingecheck.batch.worker MODULE:FUNCTION` and watches it.  The worker reads pickled
jobs from stdin and calls the function with each job.  It writes a pickled `JobResult` for each job to stdout.  The
worker ends at once when stdin closes, even in the middle of a clip, because the program that started it is gone.
"""

from __future__ import annotations

import importlib
import os
import pickle
import queue
import sys
import threading
from typing import BinaryIO

from hingecheck import language
from hingecheck.batch.isolation import READY
from hingecheck.batch.jobs import Job, Work, perform

_STDOUT = 1


def main() -> None:
    """Do jobs from stdin until stdin closes."""
    work = load(sys.argv[1])
    language.use(os.environ.get(language.VARIABLE, language.ENGLISH))
    results = os.fdopen(os.dup(_STDOUT), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)  # native libraries print to stdout and would damage the pickles
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    pickle.dump(READY, results)
    results.flush()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    while True:
        pickle.dump(perform(jobs.get(), work), results)
        results.flush()


def load(work: str) -> Work:
    """Import the function that `work` ("module:function") names."""
    module, _, name = work.partition(":")
    function: Work = getattr(importlib.import_module(module), name)
    return function


def _listen(stdin: BinaryIO, jobs: queue.SimpleQueue[Job]) -> None:
    """Put every job from `stdin` into `jobs`.  End the process when `stdin` closes."""
    while True:
        try:
            jobs.put(pickle.load(stdin))
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)


if __name__ == "__main__":
    main()
