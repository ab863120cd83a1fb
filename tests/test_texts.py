"""Words of codes: every code has them, files keep them, and no other module contains them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from hingecheck import texts
from hingecheck.privacy import redactor
from hingecheck.records import Angle, Code, CriteriaUsed, Filming, Measure, Reason, most_frequent
from hingecheck.results import document
from tests.staged import staged

PACKAGE = Path(texts.__file__).parent
MADE_OF_OTHERS = {Code.AT_LIFTOFF, Code.AT_LOCKOUT, Code.SEVERAL}


def reason(code: Code) -> Reason:
    """A reason of that code with as many values as its words take."""
    if code in MADE_OF_OTHERS:
        return Reason(code, causes=(Reason(Code.LEGS_HIDDEN), Reason(Code.TRUNK_CUT)))
    count = len({name for _, name, _, _ in Formatter().parse(texts.REASONS[code]) if name})
    named = {Code.STORED: ("a cat",), Code.SHARE_OVER_ONE: ("lumbar_share_trunk",)}
    return Reason(code, named.get(code, (0.25, 0.75, "mixed")[:count]))


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method of that name, with its module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called == name:
                    yield path.name, node


def words_in(node: ast.AST) -> list[str]:
    """The texts of more than one word in an expression."""
    constants = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    return [text for text in constants if isinstance(text, str) and " " in text]


@pytest.mark.parametrize("code", Code)
def test_every_code_has_words_with_its_values_filled_in(code: Code) -> None:
    words = texts.reason(reason(code))
    assert words
    assert "{" not in words


def test_every_code_has_unique_words_and_every_filming_has_words() -> None:
    assert set(texts.REASONS) == set(Code)
    assert len(set(texts.REASONS.values())) == len(Code)
    assert set(texts.FILMING) == set(Filming)


def test_the_words_contain_values_and_causes() -> None:
    assert texts.reason(Reason(Code.TRUNK_STILL, (20.0,))) == "the trunk moved less than 20 degrees"
    assert texts.reason(Reason(Code.FITS_ALL_BUT, ("low_back_led",))) == (
        "the lumbar share fits more than one pattern, but not a low-back-led lift"
    )
    assert texts.reason(Reason(Code.SHARE_UNDER_ZERO, ("lumbar_share_thigh",))).startswith(
        "none of the movement of low back and hip"
    )
    at_liftoff = Reason(Code.AT_LIFTOFF, causes=(Reason(Code.LEGS_HIDDEN),))
    assert texts.reason(at_liftoff) == "at pull start: the legs are hidden"
    both = Measure.missing(at_liftoff).minus(Measure.missing(Code.NO_LOCKOUT)).reason
    assert texts.reason(both) == "at pull start: the legs are hidden; the repetition never locked out"
    assert both is not None
    assert both.codes == {Code.SEVERAL, Code.AT_LIFTOFF, Code.LEGS_HIDDEN, Code.NO_LOCKOUT}
    assert texts.reason(None) == ""


@pytest.mark.parametrize("code", Code)
def test_stored_words_stay_the_same(code: Code) -> None:
    words = texts.reason(reason(code))
    assert texts.reason(texts.stored(words)) == words


def test_words_without_values_are_read_back_as_their_code() -> None:
    assert texts.stored(texts.REASONS[Code.NO_SCALE]) == Reason(Code.NO_SCALE)
    assert texts.stored("mixed") == Reason(Code.STORED, ("mixed",))
    assert texts.reason(texts.stored("mixed")) == "mixed"
    assert texts.reason(texts.stored("{0} and {causes}")) == "{0} and {causes}"


def test_the_first_of_equally_frequent_reasons_is_reported() -> None:
    frames = np.array(["", Code.TRUNK_CUT, Code.BACK_HIDDEN, Code.TRUNK_CUT, Code.BACK_HIDDEN, Code.LIFTER_UNSEEN])
    assert most_frequent(frames) == Reason(Code.BACK_HIDDEN)
    assert most_frequent(frames[:4]) == Reason(Code.TRUNK_CUT)


def test_an_angle_accepts_only_codes_as_reasons() -> None:
    unknown = np.full(3, np.nan)
    with pytest.raises(ValueError, match="a plate"):
        Angle(unknown, unknown.copy(), unknown.copy(), 0.0, np.full(3, "a plate"))


def test_only_the_texts_module_words_a_reason() -> None:
    """These calls make reasons; `without` and `_blanked` take the reasons of frames."""
    made = [
        (module, words_in(argument))
        for name in ("missing", "Reason", "without", "_blanked", "Change")
        for module, call in calls(name)
        for argument in (*call.args, *(word.value for word in call.keywords))
    ]
    assert len(made) > 30
    assert [(module, words) for module, words in made if words] == []
    ours = {words for words in texts.REASONS.values() if " " in words}
    elsewhere = {path for path in PACKAGE.rglob("*.py") if path.name != "texts.py"}
    copies = {
        (path.name, text)
        for path in elsewhere
        for text in words_in(ast.parse(path.read_text(encoding="utf-8")))
        if text in ours
    }
    assert copies == set()


def test_the_text_of_the_criteria_names_the_users_file_and_is_read_back() -> None:
    for used in (CriteriaUsed("2026-11"), CriteriaUsed("2026-11", "my own with care.toml")):
        assert texts.stored_criteria(texts.criteria(used)) == used
    analysis = replace(staged(), criteria=CriteriaUsed("2026-11", "jane.toml"))
    provenance = document.document(analysis)["provenance"]
    assert list(provenance)[:4] == ["versions", "models", "criteria", "settings"]
    assert provenance["criteria"] == "2026-11 with jane.toml"
    hidden = redactor.marked(analysis, pseudonym="P17", heads_blurred=False)
    assert document.document(hidden)["provenance"]["criteria"] == "2026-11 with a file of the user's own"
    plain = redactor.marked(staged(), pseudonym="P17", heads_blurred=False)
    assert document.document(plain)["provenance"]["criteria"] == texts.criteria(staged().criteria)
