"""Questions travel as JSON and are read as if anybody might have written them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.probes.question import PARTS, Question

texts = st.text(max_size=8)
plain = st.dictionaries(texts, st.integers() | texts | st.lists(st.integers(), max_size=3), max_size=3)
questions = st.builds(
    Question,
    texts,
    texts,
    texts,
    plain,
    st.sampled_from(PARTS),
    texts,
    texts,
    texts,
    plain,
    texts,
    st.integers(),
    texts,
)


@given(questions)
def test_a_question_comes_as_it_was_sent(question: Question) -> None:
    assert Question.from_json(json.loads(json.dumps(question.to_json()))) == question


@given(questions, st.sampled_from(list(Question("a", "b").to_json())), st.none() | st.floats() | st.booleans())
def test_a_question_of_other_kinds_is_refused_with_the_entry(question: Question, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        Question.from_json({**question.to_json(), name: value})


def test_what_stands_beside_a_question_does_not_matter_and_what_lacks_does() -> None:
    content = Question("scores", "run").to_json()
    assert Question.from_json({**content, "command": "ask"}) == Question("scores", "run")
    with pytest.raises(ValueError, match="slot"):
        Question.from_json({name: value for name, value in content.items() if name != "slot"})


def test_a_part_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="training, validation, test, all"):
        Question.from_json({**Question("scores", "run").to_json(), "part": "trial"})
