"""Makes frames in a thread of their own while others are used: decoding, drawing and encoding overlap.

In: an iterator.  Out: the same items.  An exception in the thread reaches the reader; a reader that stops early stops
the thread.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable
from typing import Final, TypeVar

Item = TypeVar("Item")

DECODE_AHEAD: Final = 8
"""Number of frames that `ahead` makes before they are read."""

_PUT_TIMEOUT_S: Final = 0.1
"""Time after which a waiting decoder checks whether it must stop, in seconds."""


def ahead(frames: Iterable[Item], most: int = DECODE_AHEAD) -> Generator[Item, None, None]:
    """The frames, made in a thread of their own; up to `most` of them wait to be read."""
    waiting: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=most)
    stopped = threading.Event()

    def put(item: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(item, timeout=_PUT_TIMEOUT_S)
                return True
        return False

    def make() -> None:
        try:
            for frame in frames:
                if not put(frame):
                    return
            put(None)
        except BaseException as error:  # the reader of the frames raises it
            put(error)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
