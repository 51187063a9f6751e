"""Job templates: a value is a value, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.adapters.templates import JinjaJobTemplates
from mlgitlab.errors import ConfigError


def render(text: str, **values: object) -> object:
    return JinjaJobTemplates({"train.yml.j2": text}, shipped_folder()).render("train", values)


@given(
    st.recursive(
        st.text() | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )
)
def test_any_value_takes_its_place_unchanged(value: object) -> None:
    assert render("script: {{ value }}\nstage: x", value=value) == {"script": value, "stage": "x"}


def test_a_value_cannot_add_a_keyword() -> None:
    assert render("stage: {{ stage }}", stage='x"\nscript: [evil]') == {"stage": 'x"\nscript: [evil]'}


def test_a_value_may_be_a_key() -> None:
    assert render("variables: { {{ name }}: 1 }", name="a b") == {"variables": {"a b": 1}}


def test_a_user_template_may_include_ours_and_add_to_it() -> None:
    names = ("stage", "image", "tags", "timeout", "interruptible", "retry", "resource_group", "environment", "needs",
             "parallel", "variables", "id_tokens", "cache", "before_script", "script", "artifacts")  # fmt: skip
    found = render('{% include "step.yml.j2" %}\nallow_failure: true\n', **dict.fromkeys(names, "v"))
    assert found == {**dict.fromkeys(names, "v"), "allow_failure": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("stage: {{ nothing }}", "train.yml.j2: 'nothing' is undefined", id="unknown variable"),
        pytest.param("stage: {{ a", "train.yml.j2:1: ", id="syntax"),
        pytest.param("stage: run {{ a }}", "train.yml.j2: ", id="half a value"),
        pytest.param("- a", "train.yml.j2: the rendered job is no mapping of keywords", id="a list"),
        pytest.param("a: [", "train.yml.j2: the rendered job is no YAML: ", id="no YAML"),
        pytest.param("{{ 7 }}: x", "train.yml.j2: the keyword 7 is not a text", id="a number as keyword"),
        pytest.param('{% include "gone.yml.j2" %}', "gone.yml.j2", id="a file that does not exist"),
        pytest.param("a: {{ ''.__class__.__mro__ }}", "train.yml.j2: ", id="a way out of the sandbox"),
        pytest.param("a: {{ 1 / 0 }}", "train.yml.j2: division by zero", id="arithmetic"),
        pytest.param("a: &a [*a]", "train.yml.j2: it is nested too deeply", id="a list that holds itself"),
        pytest.param("a: " + "[" * 5000, "train.yml.j2: it is nested too deeply", id="many levels"),
        pytest.param('{% include "train.yml.j2" %}', "train.yml.j2: it is nested too deeply", id="includes itself"),
        pytest.param("a: \ue0f07\ue0f1", "train.yml.j2: ", id="a placeholder of its own"),
    ],
)
def test_a_wrong_template_is_explained(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        render(text, a="1")
    assert f"templates/{message}" in str(raised.value)


def test_a_placeholder_inside_a_longer_text_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="it must be the whole value"):
        render("script: ['run {{ a }}']", a="$(touch x)")


def test_jobs_of_one_shape_share_no_data() -> None:
    templates = JinjaJobTemplates({"train.yml.j2": "script: [fixed, {{ value }}]"}, shipped_folder())
    one, other = (templates.render("train", {"value": value}) for value in ("1", "2"))
    assert (one, other) == ({"script": ["fixed", "1"]}, {"script": ["fixed", "2"]})


def test_a_shape_may_hang_on_a_value() -> None:
    templates = JinjaJobTemplates(
        {"train.yml.j2": "{% if gpu %}tags: [gpu]{% else %}tags: {{ tags }}{% endif %}"}, shipped_folder()
    )
    rendered = [templates.render("train", {"gpu": gpu, "tags": ["cpu"]}) for gpu in (True, False, True)]
    assert rendered == [{"tags": ["gpu"]}, {"tags": ["cpu"]}, {"tags": ["gpu"]}]
