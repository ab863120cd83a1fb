"""The repetition model: the chain over the turns, its learnt tables, its labels, and what it says of a bend."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from rich.console import Console

from hingecheck import bend_texts
from hingecheck.errors import NoRepetition
from hingecheck.records import Bend, Code, Floats, Looks, Rep
from hingecheck.report.page import series
from hingecheck.report.terminal import summary
from hingecheck.results import document
from hingecheck.segmentation import evidence, segment, semi_markov, tables, turns
from hingecheck.segmentation.model import Course
from hingecheck.signals.hand_height import follow
from models.segmentation import check
from models.segmentation.counts import table_of
from models.segmentation.labels import Pull, labelled
from models.segmentation.material import clips_of, pulls_of, simulated_sets
from models.segmentation.roughening import roughened
from tests import lifter
from tests.staged import staged
from tests.test_motion import stages

THREE = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5), (11.5, 13, 14, 15.5)), last_s=17.0)
BEND = Bend(2.0, 3.0, "stand", "after", 0.1, {"low": 0.3, "knee_deg": 60.0, "straight_deg": 2.0}, -3.0, float("nan"))


def random_chain(states: int = 3, kinds: int = 2, bends: int = 3) -> semi_markov.Chain:
    random = np.random.default_rng(5)
    return semi_markov.Chain(
        prior=np.log([0.3, 0.7]),
        start=random.normal(size=(2, states)),
        end=random.normal(size=(2, states)),
        step=random.normal(size=(2, states, kinds, states)),
        bend=random.normal(size=(2, bends, states, kinds)),
        moment=random.normal(size=(2, bends + 1, states)),
    )


def all_paths(chain: semi_markov.Chain, which: int) -> dict[tuple[tuple[int, ...], tuple[int, ...]], float]:
    """The log likelihood of every path of a hypothesis, added up step by step."""
    bends, states, kinds = chain.bend.shape[1:]
    found = {}
    for path in product(range(states), repeat=bends + 1):
        for ways in product(range(kinds), repeat=bends):
            total = chain.start[which, path[0]] + chain.end[which, path[-1]]
            total += sum(chain.moment[which, i, state] for i, state in enumerate(path))
            total += sum(
                chain.step[which, path[i], kind, path[i + 1]] + chain.bend[which, i, path[i], kind]
                for i, kind in enumerate(ways)
            )
            found[path, ways] = float(total)
    return found


def test_probabilities_of_the_chain_are_those_of_all_paths_added_up() -> None:
    chain = random_chain()
    weight, steps = semi_markov.posterior(chain)
    whole = []
    for which in (0, 1):
        paths = all_paths(chain, which)
        likelihood = np.exp(list(paths.values()))
        whole.append(np.exp(chain.prior[which]) * likelihood.sum())
        through = sum(
            value
            for (path, ways), value in zip(paths, likelihood, strict=True)
            if (path[1], ways[1], path[2]) == (0, 1, 2)
        )
        assert steps[which, 1, 0, 1, 2] == pytest.approx(through / likelihood.sum())
    assert weight == pytest.approx(np.array(whole) / np.sum(whole))


def test_the_best_path_is_the_most_probable_of_all() -> None:
    chain = random_chain()
    for which in (0, 1):
        paths = all_paths(chain, which)
        states, kinds = max(paths, key=lambda path: paths[path])
        found_states, found_kinds = semi_markov.best_path(chain, which)
        assert (tuple(found_states), tuple(found_kinds)) == (states, kinds)


def test_every_learnt_row_adds_up_to_one() -> None:
    learnt = tables.learnt()
    for table in learnt.numbers.values():
        for row in table.log.values():
            assert np.exp(row).sum() == pytest.approx(1.0, abs=0.005)
    assert sum(np.exp(each.prior) for each in learnt.types.values()) == pytest.approx(1.0)
    for each in learnt.types.values():
        assert sum(np.exp(row).sum() for row in each.start.values()) == pytest.approx(1.0, abs=0.005)


def test_what_is_not_seen_is_no_evidence() -> None:
    for table in tables.learnt().numbers.values():
        unknown = [np.nan] * len(table.edges)
        assert {float(table.at(name, *unknown)) for name in table.log} == {0.0}


def course_and_seen(shape: lifter.Set) -> tuple[Course, turns.Seen]:
    measured = stages(lifter.track(shape.posture()))[2]
    hands = follow(measured)
    assert hands is not None
    course = turns.course_of(measured, hands, np.full(len(measured.time_s), np.nan))
    assert course is not None
    return course, turns.describe(course)


def probability(seen: turns.Seen, bar: Floats, looks: Looks | None = None) -> Floats:
    return segment.weighed(seen, replace(nothing_but(bar), looks=looks), None).probability


def nothing_but(bar: Floats) -> evidence.LoadSeen:
    """Pictures that show the bar's end and nothing else."""
    return replace(evidence.LoadSeen.nothing(len(bar)), bar=bar)


def answers(*up: bool | None) -> Floats:
    """Heights of a bar that is seen to hang (True), to lie (False), or not at all (None)."""
    return np.array([np.nan if each is None else 0.5 * each for each in up])


def test_a_bar_that_is_seen_to_hang_makes_a_repetition_likelier_and_one_that_lies_less_likely() -> None:
    _, seen = course_and_seen(THREE)
    alone, hangs, lies = (probability(seen, answers(False, up, True, False)) for up in (None, True, False))
    assert lies[0] < alone[0] < hangs[0]


def test_one_wrong_moment_of_a_good_witness_does_not_decide() -> None:
    many = lifter.Set(
        bends=tuple((5.0 * n + 1, 5.0 * n + 2.2, 5.0 * n + 3.4, 5.0 * n + 4.6) for n in range(5)), last_s=27
    )
    _, seen = course_and_seen(many)
    right = probability(seen, answers(False, True, True, True, True, False))
    wrong = probability(seen, answers(False, True, False, True, True, False))
    assert (right[:4] > 0.9).all()
    assert (wrong[[0, 2, 3]] > 0.8).all()


def test_the_probability_of_a_bend_without_posture_falls_back_on_what_is_left() -> None:
    _, seen = course_and_seen(THREE)
    nothing = np.full(len(seen.low), np.nan)
    blind = replace(seen, bent_deg=nothing, knee_deg=nothing, arm=nothing, step=nothing, rest=nothing)
    assert np.isfinite(probability(blind, answers(None, None, None, None))).all()


def test_a_set_with_known_repetitions_is_labelled() -> None:
    course, seen = course_and_seen(THREE)
    label = labelled(course, seen, [Pull(5.0, complete=True), Pull(10.0, complete=False)], "floor")
    assert label.states == ("before", "locked", "missed", "after")
    assert label.kinds == ("pull", "pull", "stand")
    nothing = labelled(course, seen, [], "nothing")
    assert set(nothing.kinds) == {"idle"}


def test_tables_are_counted_from_labels_and_can_be_read_back() -> None:
    course, seen = course_and_seen(THREE)
    clean = labelled(course, seen, [Pull(5.0, complete=True), Pull(10.0, complete=True)], "floor")
    random = np.random.default_rng(1)
    counted = tables.parsed(table_of([clean, *(roughened(clean, random) for _ in range(20))]))
    deep, high = counted.numbers["depth"].at("pull", np.array([0.0, 0.5]))
    assert deep > high
    step = counted.types["floor"].step
    place = [tables.STATES.index(name) for name in ("before", "locked", "after")]
    pull, stand = (tables.KINDS.index(name) for name in ("pull", "stand"))
    assert step[place[0], pull, place[1]] > step[place[0], stand, place[0]]
    assert step[place[1], stand, place[2]] > step[place[2], pull, place[1]]


def test_what_the_witnesses_of_the_load_are_worth_is_counted() -> None:
    course, seen = course_and_seen(THREE)
    clean = labelled(course, seen, [Pull(5.0, complete=True), Pull(10.0, complete=True)], "floor")
    looks = Looks(np.array([1.0, -0.9, -1.0, 0.2]), fine=False, first_more=-0.2, contrast=0.3, moved=0.1)
    load = evidence.LoadSeen(answers(False, True, True, False), looks, np.array([0.05, 0.5, np.nan, np.nan]))
    counted = tables.parsed(table_of([replace(clean, load=load)] * 10))
    down, up = evidence.said("bar", np.array([0.0, 0.5]), counted)
    assert down[0] > down[1]
    assert up[1] > up[0]
    assert evidence.said("beside", np.array([np.nan]), counted).tolist() == [[0.0, 0.0]]
    own, more = counted.numbers["coarsely"], counted.numbers["more"]
    assert own.at("own", 1.0) > own.at("own", 0.0) > own.at("own", -1.0)
    assert more.at("up", 0.2) > more.at("up", -0.2), "the kind with the load differs more from the bends"
    for name in ("bar", "beside", "coarsely"):
        blind = {far: np.exp(usual) for far, usual in counted.doubts[name]}
        assert sum(blind.values()) == pytest.approx(1.0, abs=1e-3)
        assert blind[0.0] > 0.6, "these witnesses are always right"


def test_each_witness_is_doubted_as_often_as_it_errs() -> None:
    course, seen = course_and_seen(THREE)
    clean = labelled(course, seen, [Pull(5.0, complete=True), Pull(10.0, complete=True)], "floor")
    alike = replace(clean, states=("locked",) * 4)  # nothing is put down, but two pictures always differ most
    looks = Looks(np.array([1.0, -0.9, -1.0, 1.0]), fine=True, first_more=np.nan, contrast=0.01, moved=0.1)
    rightly = evidence.LoadSeen(answers(False, True, True, False), looks, np.full(4, np.nan))
    sets = [replace(clean, load=rightly)] * 6 + [replace(alike, load=replace(rightly, bar=answers(*[True] * 4)))] * 4
    doubts = tables.parsed(table_of(sets)).doubts
    often = {name: np.exp(doubts[name][0][1]) for name in ("bar", "finely")}
    assert often["finely"] < 0.7 < often["bar"]


def test_the_pulls_of_a_rendered_set_are_those_that_its_truth_names() -> None:
    reps = [
        {"liftoff_s": 4.0, "lockout_s": 6.0, "complete": True},
        {"liftoff_s": 9.0, "lockout_s": None, "complete": False},
        {"liftoff_s": None, "lockout_s": None, "complete": False, "cut": "start"},
    ]
    assert pulls_of({"spec": {}, "reps": reps}) == [Pull(5.85, complete=True), Pull(9.4, complete=False)]
    slow = pulls_of({"spec": {"video": {"slow_motion": 4.0}}, "reps": reps})
    assert slow == [Pull(5.4, complete=True), Pull(10.6, complete=False)]


def test_simulated_sets_are_labelled_whole_and_cut() -> None:
    sets = list(simulated_sets(range(100_003, 100_005)))
    assert {each.type for each in sets} == {"floor"}
    assert len({len(each.kinds) for each in sets}) > 1
    assert all("pull" in each.kinds for each in sets)


def test_the_check_counts_every_true_repetition_and_every_bend() -> None:
    seeds = range(300_000, 300_003)
    sets = [clips_of(seed)[1] for seed in seeds]
    for whole, cut in check.tallied(seeds).values():
        assert whole.counts["right"] + whole.counts["missing"] == sum(len(clips[0].truth) for clips in sets)
        assert cut.counts["right"] + cut.counts["missing"] == sum(
            len(clip.truth) for clips in sets for clip in clips[1:]
        )
        assert sum(int(line.split()[3]) for line in check.reliability((whole, cut))) == len(whole.given + cut.given)


def test_repetitions_that_are_not_there_are_counted_as_false() -> None:
    (whole, *_) = clips_of(300_000)[1]
    tally = check.Tally()
    tally.add(replace(whole, truth=()), None)
    found = segment.segment(whole.track).reps
    assert len(found) == tally.counts["wrong"] + tally.counts["empty"] > 0 == tally.counts["right"]


def test_a_witness_is_doubted_in_every_reading() -> None:
    bar = answers(False, True, False)
    ways = evidence.readings(nothing_but(bar), tables.learnt())
    assert sum(np.exp(way.prior) for way in ways) == pytest.approx(1.0)
    apart = [float(np.abs(np.diff(way.load, axis=1)).max()) for way in ways]
    assert apart == sorted(apart, reverse=True)
    assert apart[-1] == pytest.approx(0.0)


def test_the_bends_of_a_clip_are_listed_with_their_evidence() -> None:
    found = segment.segment(stages(lifter.track(THREE.posture()))[2])
    assert len(found.bends) == 3
    assert [bend.probability >= segment.COUNTED_FROM for bend in found.bends] == [True, True, False]
    assert [rep.probability for rep in found.reps] == pytest.approx([b.probability for b in found.bends[:2]], abs=1e-3)
    lines = bend_texts.bends(found.bends)
    assert "the load leaves the floor" in lines[0]
    assert "knee 62°" in lines[0]


def test_a_bend_that_counts_is_listed_as_a_repetition_whatever_the_most_probable_path_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = tables.KINDS.index("stand")
    monkeypatch.setattr(
        semi_markov, "best_path", lambda chain, _: (np.zeros(3, int), np.full(chain.bend.shape[1], stand))
    )
    track = stages(lifter.track(lifter.Set().posture()))[2]
    found = segment.segment(track)
    counted = [bend.kind for bend in found.bends if bend.probability >= segment.COUNTED_FROM]
    assert counted == ["pull"]
    assert {bend.kind for bend in found.bends} == {"pull", "stand"}


def test_a_clip_without_repetition_says_what_was_seen_and_what_was_missing() -> None:
    assert "arms are never seen to hang" in bend_texts.missing([], hands_known=False)
    assert "never go down and up" in bend_texts.missing([], hands_known=True)
    many = bend_texts.missing([BEND] * 5, hands_known=True)
    assert "5 bends seen" in many
    assert "at 2.0 s" in many
    assert "the bar stays on the floor at 3.0 s" in many
    assert "and 2 more" in many
    refused = NoRepetition("no", "do", bend_texts.bends([BEND]))
    assert refused.__reduce__() == (NoRepetition, ("no", "do", refused.bends))


@pytest.mark.parametrize(
    ("complete", "chance", "remarks"),
    [(True, 0.95, ()), (True, 0.7, ("probable",)), (False, 0.95, ("missed",)), (False, 0.6, ("missed", "probable"))],
)
def test_a_repetition_below_nine_tenths_is_called_probable(
    complete: bool, chance: float, remarks: tuple[str, ...]
) -> None:
    rep = Rep(1, "floor", 2.0, 1.8, 2.0, 2.5, 3.0, 3.2, 4.0, 5.0, complete, probability=chance)
    assert rep.remarks == remarks


def test_a_probable_repetition_is_marked_on_terminal_and_page_and_kept_in_the_file() -> None:
    analysis = staged()
    first = analysis.reps[0]
    unsure = replace(analysis, reps=(replace(first, rep=replace(first.rep, probability=0.7)), *analysis.reps[1:]))
    console = Console(record=True, width=120, file=io.StringIO())
    summary.show(unsure, console)
    assert "1, probable" in console.export_text()
    assert [rep["remarks"] for rep in series.data(unsure)["reps"]] == [", probable", ""]
    assert document.document(unsure)["reps"][0]["probability"] == 0.7


def test_a_pull_that_the_clip_cuts_before_lockout_is_an_incomplete_repetition() -> None:
    posture = THREE.posture()
    bottom_s, top_s = THREE.bends[0][2], THREE.bends[0][3]
    kept = (posture.time_s >= bottom_s - 0.5) & (posture.time_s <= bottom_s + 0.7 * (top_s - bottom_s))
    names = ("time_s", "thigh_deg", "shank_deg", "lean_deg")
    cut = lifter.Posture(*(getattr(posture, name)[kept] for name in names))
    reps = stages(lifter.track(cut))[3]
    assert [rep.complete for rep in reps] == [False]
    assert np.isfinite(reps[0].liftoff_s)
    assert reps[0].complete_probability < 0.5
    assert reps[0].remarks[0] == "cut off"
    assert reps[0].no_lockout == Code.PULL_CUT_OFF


@dataclass(frozen=True)
class Bar:
    """Pictures that show the bar's end, and nothing else: it hangs between these times in seconds."""

    hangs_s: Sequence[tuple[float, float]]

    def plates_up(self) -> None:
        return None

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        return answers(*(None if np.isnan(t) else any(a < t < b for a, b in self.hangs_s) for t in times_s))

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> None:
        return None

    def beside(self, upright_s: Sequence[float], bent_s: Sequence[float], left_s: Sequence[float]) -> Floats:
        return np.full(len(upright_s), np.nan)


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_way_up_on_which_the_clip_ends_is_likelier_a_pull_if_the_bar_is_seen_to_rise(share: float) -> None:
    posture = THREE.posture()
    (_, _, first_s, _), (_, down_s, bottom_s, next_s) = THREE.bends[:2]
    kept = (posture.time_s >= first_s - 0.5) & (posture.time_s <= bottom_s + share * (next_s - bottom_s))
    names = ("time_s", "thigh_deg", "shank_deg", "lean_deg")
    measured = stages(lifter.track(lifter.Posture(*(getattr(posture, name)[kept] for name in names))))[2]
    pull = (first_s, down_s)

    def last(*hangs_s: tuple[float, float]) -> Bend:
        return segment.segment(measured, pictures=Bar(hangs_s)).bends[-1]

    assert last(pull).probability < 0.1
    assert last(pull, (bottom_s, 99.0)).probability > 0.85
    assert last(pull).after == "after"


def test_a_locked_out_repetition_says_how_sure_that_and_its_type_are() -> None:
    track = stages(lifter.track(THREE.posture()))[2]
    reps = segment.segment(track).reps
    assert all(rep.complete and rep.complete_probability > 0.9 for rep in reps)
    alone = {rep.style_probability for rep in reps}
    told = {rep.style_probability for rep in segment.segment(track, lift_type="floor").reps}
    assert told == {1.0}
    assert 0.5 < alone.pop() < 1.0


def test_hands_above_the_shoulders_in_most_bends_lift_nothing() -> None:
    _, seen = course_and_seen(THREE)
    bar = answers(False, True, True, False)
    assert probability(seen, bar)[0] > 0.9
    assert probability(replace(seen, arm=np.array([-0.1, np.nan, -0.1])), bar).max() < 0.01
    assert probability(replace(seen, arm=np.array([0.6, 0.6, -0.1])), bar)[0] > 0.9, "plates may hide the hands once"


def test_a_row_is_no_pull_because_the_arms_bend_and_the_shoulders_stay() -> None:
    course, seen = course_and_seen(THREE)
    assert not seen.by_arms.any()
    bar = answers(False, True, True, False)
    rows = replace(seen, by_arms=np.ones(len(seen.low), bool))
    assert probability(rows, bar).max() < 0.01 < probability(seen, bar)[0]
    bent = replace(course.track.trunk_thigh, value_deg=np.full(len(course.time_s), 100.0))
    shorter = 0.6 - (course.height - course.height.min())
    described = turns.describe(replace(course, track=replace(course.track, trunk_thigh=bent, arm_drop=shorter)))
    assert described.by_arms.all()
    upright = turns.describe(replace(course, track=replace(course.track, arm_drop=shorter)))
    assert not upright.by_arms.any(), "who is seen upright at the top has lifted, wherever the arms are seen"


@pytest.mark.parametrize(("drop", "count"), [(-0.5, 0), (-0.1, 2), (np.nan, 2)])
def test_a_clean_is_no_pull_because_the_hands_end_above_the_shoulders(drop: float, count: int) -> None:
    course, _ = course_and_seen(THREE)
    high = course.height > 0.9 * course.height.max()
    raised = replace(course.track, arm_drop=np.where(high, drop, course.track.arm_drop))
    assert len(segment.segment(raised, lift_type="floor").reps) == count


def test_plates_show_the_top_where_hidden_feet_misplace_the_ground() -> None:
    course, seen = course_and_seen(THREE)
    misplaced = course.height - 0.2 * ((course.time_s > 9.5) & (course.time_s < 12.0))
    hands = replace(course.hands, height=misplaced)
    alone = turns.describe(replace(course, hands=hands))
    plates = turns.describe(replace(course, hands=hands, plates=course.height - course.height.min()))
    assert alone.high[2] < seen.high[2] - 0.15
    assert plates.high[2] == pytest.approx(seen.high[2], abs=0.03)
    lying = turns.describe(replace(course, hands=hands, plates=np.where(course.time_s > 6.0, 0.0, course.height)))
    assert lying.high[2] == alone.high[2], "plates on the floor say nothing of the hands"


def test_each_upright_moment_is_compared_with_the_others_of_the_clip() -> None:
    _, seen = course_and_seen(THREE)
    nan = float("nan")
    some = replace(seen, high=np.array([1.0, 0.9, nan, 0.7]), straight_deg=np.array([nan, 2.0, 27.0, 4.0]))
    assert some.below_others == pytest.approx([-0.1, 0.1, nan, 0.3], nan_ok=True)
    assert some.less_straight_deg == pytest.approx([nan, 0.0, 25.0, 2.0], nan_ok=True)
    alone = replace(seen, high=np.array([nan, nan, 0.7, nan]), straight_deg=np.full(4, nan))
    assert np.isnan([alone.below_others, alone.less_straight_deg]).all(), "nothing to compare with is no evidence"


def test_hands_below_the_knees_lock_nothing_out() -> None:
    course, seen = course_and_seen(THREE)
    assert not seen.below_knee.any()
    low = turns.describe(replace(course, track=replace(course.track, knee_height=course.height + 0.1)))
    assert low.below_knee.all()
    bar = nothing_but(answers(False, True, True, False))
    told = segment.weighed(replace(seen, below_knee=np.ones(4, bool)), bar, None)
    assert told.locked.max() < 0.01 < segment.weighed(seen, bar, None).locked[0]


def test_a_lifter_who_is_straight_when_the_clip_ends_has_locked_out_though_the_hands_still_rise() -> None:
    posture = THREE.posture()
    _, _, bottom_s, top_s = THREE.bends[0]
    kept = (posture.time_s >= bottom_s - 0.5) & (posture.time_s <= bottom_s + 0.6 * (top_s - bottom_s))
    names = ("time_s", "thigh_deg", "shank_deg", "lean_deg")
    measured = stages(lifter.track(lifter.Posture(*(getattr(posture, name)[kept] for name in names))))[2]
    hands = follow(measured)
    assert hands is not None
    course = turns.course_of(measured, hands, np.full(len(measured.time_s), np.nan))
    assert course is not None

    def ends_rising(deg: Floats) -> bool:
        angle = replace(measured.trunk_thigh, value_deg=deg)
        return turns.describe(replace(course, track=replace(measured, trunk_thigh=angle))).ends_rising

    bent = measured.trunk_thigh.value_deg
    assert ends_rising(bent)
    assert not ends_rising(np.where(measured.time_s > measured.time_s[-1] - 0.3, 2.0, bent))
    assert ends_rising(np.full(len(bent), 2.0)), "from the front the bend is not seen"


@pytest.mark.parametrize(("probability", "said"), [(0.5999, "0.59"), (0.6, "0.60"), (0.29, "0.29"), (1.0, "1.00")])
def test_a_probability_that_just_fails_does_not_look_as_if_it_counted(probability: float, said: str) -> None:
    assert f"repetition {said} " in bend_texts.bends([replace(BEND, probability=probability)])[0]
