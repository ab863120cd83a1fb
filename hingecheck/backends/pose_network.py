"""Stage 2: the pose network of a bundle, run only where and when it is needed, on all cores.

In: a clip.  Out: the landmarks and the trace of the lifter in the pictures that matter (`Seen`).

Steps (`read`):

1. Scout: decode the clip once.  Copy it small (`working_copy`), measure what changes (`activity`), and find people in a
   few pictures with the light pose model.
2. Decide where to look (`lifter.region`) and when (`sampling.first`), for each part between two cuts by itself.
3. Look: run the pose network over chunks of these pictures, each in a thread with a network of its own.
4. Look again, closely, where the lifter was lost or moved far from one look to the next (`sampling.closer`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from hingecheck.backends import bundles, cores
from hingecheck.backends.memory import give_back
from hingecheck.pose import activity, cleaning, estimation, following, lifter, sampling
from hingecheck.progress import Progress, Stage, Watch, begin
from hingecheck.records import Floats, Frame, PoseTrack, Seen, Thumbnails, Trace, Wanted
from hingecheck.spine import contour
from hingecheck.video import overlap, planes, reading, thumbnails
from hingecheck.video.working_copy import APART_S, WorkingCopy, height_px

if TYPE_CHECKING:
    from hingecheck.backends.landmarker import Landmarker
    from hingecheck.backends.mediapipe import MediaPipePeople

LOOK_PX: Final = 512
"""Largest height of a picture that the network gets, in pixels.  The network itself sees 256 x 256 of it."""

PEOPLE_MODEL: Final = "lite"
"""The bundle that finds people while scouting."""

PEOPLE_STEP_S: Final = 1.0
"""Smallest time between two pictures in which people are found, in seconds."""

MOST_PEOPLE: Final = 24
"""Number of such pictures above which that time doubles."""

CLOSER: Final = 1.25
"""Smallest gain in pictures with people with which a closer look at a part of the picture is better."""

MOTION_PICTURES: Final = 10
"""Number of pictures from all over the clip that are compared to find the part that moves."""

MOST_WORKERS: Final = 3
"""Largest number of threads that run the network.  Each takes about 100 MB."""


@dataclass(frozen=True)
class PoseNetwork:
    """The pose network of a bundle (`.task`).

    `workers`: number of threads; 0 = one a core, up to MOST_WORKERS.  `person`: who is the lifter.
    """

    bundle: Path
    workers: int = 0
    person: Wanted = "auto"

    def read(self, clip: reading.Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        """Follow the lifter through the clip, and fill its working copy."""
        from hingecheck.backends.mediapipe import MediaPipePeople

        with MediaPipePeople(bundles.find(PEOPLE_MODEL).path) as people:
            # 1
            scouted = _scout(clip, copy, people, self.person, watch)
            give_back()
            # 2
            time_s, look = np.array(copy.times_s), _Look(self.bundle, copy, people)
            tasks = [task for part in scouted.parts for task in _first(part, scouted.activity, time_s)]
            # 3
            track, traces = self._look(tasks, look, watch)
            # 4
            again = [task for part in scouted.parts for task in _again(part, track, time_s)]
            if again:
                closer = self._look(again, look, watch)
                seen_anew = np.concatenate([task.pictures for task in again])
                kept = np.flatnonzero(~np.isin(track.time_s, time_s[seen_anew]))
                track, traces = _merged([(_rows(track, kept), [traces[index] for index in kept]), closer])
            del look
        give_back()
        return Seen(track, tuple(traces), copy.taken_back(), clip.times_s, scouted.parts[0].among_px)

    def _look(self, tasks: Sequence[_Part], look: _Look, watch: Watch | None) -> tuple[PoseTrack, list[Trace]]:
        """The landmarks and traces of all tasks, in order of time."""
        count = _Count(watch, sum(len(task.pictures) for task in tasks))
        with ThreadPoolExecutor(self.workers or min(cores.usable(), MOST_WORKERS)) as threads:
            looks = [threads.submit(look.at, task, count) for task in tasks]
            try:
                return _merged([each.result() for each in looks])
            except BaseException:  # an interrupt, too: the threads must not work on
                threads.shutdown(wait=False, cancel_futures=True)
                count.stop()
                raise


@dataclass(frozen=True)
class _Part:
    """A part of the clip between two cuts, or what one network looks at of it.

    `pictures`: indices of its pictures.  `region`: the part of the picture to look at; None: all of it.  `finds`: the
    lifter in some pictures.  `among_px`: as in `Seen`.
    """

    pictures: sampling.Ints
    region: lifter.Region | None
    finds: Sequence[following.Find]
    among_px: tuple[float, float] | None = None


def _first(part: _Part, changes: activity.Activity, time_s: Floats) -> list[_Part]:
    """The first looks at a part; `time_s` (C,): the times of all pictures."""
    part_s = time_s[part.pictures]
    looks = part.pictures[sampling.first(part_s, activity.moving(changes, part.region, part_s))]
    return [replace(part, pictures=chunk) for chunk in sampling.chunks(looks)]


def _again(part: _Part, track: PoseTrack, time_s: Floats) -> list[_Part]:
    """The second looks at a part of which `track` holds the first ones; `time_s` (C,): the times of all pictures."""
    begin_s, end_s = time_s[part.pictures[[0, -1]]]
    track = _rows(track, np.flatnonzero((track.time_s >= begin_s) & (track.time_s <= end_s)))
    good = np.flatnonzero(cleaning.without_wrong_frames(track).seen)
    finds = [following.Find(float(track.time_s[i]), track.xy_px[i]) for i in good]
    part_s = time_s[part.pictures]
    closer = sampling.closer(part_s, np.searchsorted(part_s, track.time_s), track)
    return [replace(part, pictures=part.pictures[stretch], finds=finds) for stretch in closer]


@dataclass(frozen=True)
class _Scouted:
    """What scouting finds; `activity`: what changes."""

    parts: Sequence[_Part]
    activity: activity.Activity


def _scout(
    clip: reading.Video, copy: WorkingCopy, people: MediaPipePeople, person: Wanted, watch: Watch | None
) -> _Scouted:
    """Decode the clip once: copy it, find what changes, find people.  Then decide where to look.

    Thumbnails of that region are put aside in the copy; thumbnails of whole pictures if there are cuts.
    """
    keeper, watcher = thumbnails.Keeper(), activity.Watcher()
    pictures = overlap.ahead(clip.small(height_px(clip.width, clip.height), APART_S))
    with ThreadPoolExecutor(1) as thread:
        finder = _PeopleFinder(people, thread)
        begin(watch, Stage.SCOUTING)
        for picture in copy.kept(pictures):
            grey, shrink = planes.coarse(picture.grey)
            watcher.watch(picture.time_s, grey, picture.scale / shrink)
            if keeper.wants(picture.time_s):
                keeper.keep(picture.frame())
            if finder.wants(picture.time_s):
                finder.find(picture.frame())
            if watch is not None:
                watch(Progress(Stage.SCOUTING, clip.frames_read, clip.expected_frames))
        copy.first_s = clip.first_s
        small, times_s = _new(keeper.thumbnails(), clip), np.array(copy.times_s)
        new = np.flatnonzero(np.isin(times_s, clip.new_s(times_s)))
        starts = np.unique(np.searchsorted(times_s[new], [0.0, *clip.cuts_s]))
        pieces = np.split(new, starts[(starts > 0) & (starts < len(new))])
        parts = [_part(piece, finder, copy, small, person) for piece in pieces]
    if len(parts) == 1 and parts[0].region is not None:
        small = _new(_thumbnails(copy, parts[0].region), clip)
    copy.put_aside(small)
    return _Scouted(parts, watcher.activity())


def _new(small: Thumbnails, clip: reading.Video) -> Thumbnails:
    """The thumbnails without those that only repeat the picture before."""
    return small.those(np.isin(small.time_s, clip.new_s(small.time_s)))


def _part(
    pictures: sampling.Ints, finder: _PeopleFinder, copy: WorkingCopy, small: Thumbnails, person: Wanted
) -> _Part:
    """A part of the clip: where the lifter is in it."""
    begin_s, end_s = copy.times_s[pictures[0]], copy.times_s[pictures[-1]]
    inside = (small.time_s >= begin_s) & (small.time_s <= end_s)
    some = thumbnails.pictures(small.those(inside), MOTION_PICTURES) if inside.any() else []
    return _Part(pictures, *_region(finder.between(begin_s, end_s), copy, some, person))


def _region(
    finder: _PeopleFinder, copy: WorkingCopy, pictures: Sequence[Frame], person: Wanted
) -> tuple[lifter.Region | None, list[following.Find], tuple[float, float] | None]:
    """The part of the picture to look at, the lifter in it as found in some pictures, and where among other people.

    The part that moves is taken only if the model finds more people there: a crop can also hide what it needs.
    """
    found, moving = finder.people(), lifter.moving_part(pictures)
    region = lifter.region(found, moving, person)
    if person == "auto" and region is None and moving is not None and lifter.seldom_found(found):
        closer = finder.people_in(moving, copy)
        if sum(map(bool, closer)) > CLOSER * sum(map(bool, found)):
            region, found = moving, closer
    times_s, finds = finder.times_s, lifter.finds(found, region, person)
    at = [following.Find(times_s[index], xy_px) for index, xy_px in finds.items()]
    return region, at, lifter.among_others(found, region, person)


class _PeopleFinder:
    """Finds people in one picture every PEOPLE_STEP_S, in a thread; in a long clip the step doubles again and again."""

    def __init__(self, model: MediaPipePeople, thread: ThreadPoolExecutor) -> None:
        self._model, self._thread = model, thread
        self._found: list[tuple[float, Future[list[Floats]]]] = []
        self._next_s, self._step_s = 0.0, PEOPLE_STEP_S

    def wants(self, time_s: float) -> bool:
        """True if people are to be found in the picture at a time in seconds."""
        return time_s >= self._next_s

    def find(self, frame: Frame) -> None:
        """Find the people in a picture."""
        self._found.append((frame.time_s, self._thread.submit(self._everyone, _lowered(frame))))
        if len(self._found) > MOST_PEOPLE:
            self._found, self._step_s = self._found[::2], 2 * self._step_s
        self._next_s = frame.time_s + self._step_s

    def between(self, begin_s: float, end_s: float) -> _PeopleFinder:
        """The same for a part of the clip."""
        part = _PeopleFinder(self._model, self._thread)
        part._found = [(time_s, found) for time_s, found in self._found if begin_s <= time_s <= end_s]
        return part

    @property
    def times_s(self) -> list[float]:
        """Times of the pictures in which people are found, in seconds."""
        return [time_s for time_s, _ in self._found]

    def people(self) -> list[list[Floats]]:
        """For each picture, the landmarks (33, 2) of everybody in it, in display pixels."""
        return [found.result() for _, found in self._found]

    def people_in(self, region: lifter.Region, copy: WorkingCopy) -> list[list[Floats]]:
        """The same for a part of the pictures."""
        return [self._everyone(lifter.cut(_lowered(frame), region)) for frame in copy.frames_at(self.times_s)]

    def _everyone(self, picture: Frame) -> list[Floats]:
        return [estimation.on_display(xy_px, picture) for xy_px in self._model.everyone(picture)]


class _Count:
    """Counts the pictures that all workers have looked at, and ends their work if it is stopped."""

    def __init__(self, watch: Watch | None, expected: int) -> None:
        self._watch, self._expected, self._done = watch, expected, 0
        self._lock, self._stopped = threading.Lock(), False
        begin(watch, Stage.MEASURING)

    def stop(self) -> None:
        self._stopped = True

    def each(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames unchanged; raises InterruptedError once it is stopped."""
        for frame in frames:
            if self._stopped:
                raise InterruptedError
            yield frame
            with self._lock:
                self._done += 1
                if self._watch is not None:
                    self._watch(Progress(Stage.MEASURING, self._done, self._expected))


@dataclass(frozen=True)
class _Look:
    """What all workers share: bundle, working copy, finder of people, and networks not in use."""

    bundle: Path
    copy: WorkingCopy
    people: MediaPipePeople
    idle: SimpleQueue[Landmarker] = field(default_factory=SimpleQueue)

    def at(self, task: _Part, count: _Count) -> tuple[PoseTrack, list[Trace]]:
        """The landmarks and traces of one task."""
        frames = self.copy.frames([int(index) for index in task.pictures])
        pictures = (_lowered(lifter.cut(frame, task.region)) for frame in frames)
        network = self._network()
        follower = following.Follower(network, task.finds, self._everyone)
        try:
            return estimation.observe(count.each(pictures), follower, contour.trace)
        finally:
            self.idle.put(network)

    def _network(self) -> Landmarker:
        """A network that no other worker uses: it takes 100 MB, so it is used for one chunk after the other."""
        from hingecheck.backends.landmarker import Landmarker

        try:
            return self.idle.get_nowait()
        except Empty:
            return Landmarker(self.bundle)

    def _everyone(self, picture: Frame) -> list[Floats]:
        return [estimation.on_display(xy_px, picture) for xy_px in self.people.everyone(picture)]


def _lowered(frame: Frame) -> Frame:
    """The frame at most LOOK_PX high."""
    height, width = frame.rgb.shape[:2]
    if height <= LOOK_PX:
        return frame
    shrink = LOOK_PX / height
    rgb = cv2.resize(frame.rgb, (round(width * shrink), LOOK_PX), interpolation=cv2.INTER_AREA)
    return replace(frame, rgb=np.asarray(rgb, np.uint8), scale=frame.scale * shrink)


def _merged(parts: Sequence[tuple[PoseTrack, list[Trace]]]) -> tuple[PoseTrack, list[Trace]]:
    """Several tracks with their traces as one, in order of time."""
    tracks, traces = [track for track, _ in parts], [trace for _, some in parts for trace in some]
    order = np.argsort(np.concatenate([track.time_s for track in tracks]))
    names = ("time_s", "xy_px", "visibility", "world_m", "filled")
    whole = PoseTrack(**{name: np.concatenate([getattr(t, name) for t in tracks])[order] for name in names})
    return whole, [traces[index] for index in order]


def _rows(track: PoseTrack, rows: slice | sampling.Ints) -> PoseTrack:
    """Some rows of a track."""
    return PoseTrack(
        track.time_s[rows], track.xy_px[rows], track.visibility[rows], track.world_m[rows], track.filled[rows]
    )


def _thumbnails(copy: WorkingCopy, region: lifter.Region) -> Thumbnails:
    """Thumbnails of a region, from the working copy."""
    keeper = thumbnails.Keeper()
    for _ in keeper.watch(lifter.cut(frame, region) for frame in copy.frames()):
        pass
    return keeper.thumbnails()
