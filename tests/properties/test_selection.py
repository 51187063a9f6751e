"""What holds for the selection and for what is written, whatever the project and the change."""

from __future__ import annotations

import base64
import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab import paths
from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.adapters.templates import JinjaJobTemplates
from mlgitlab.changes import Change, ChangeKind
from mlgitlab.ci import PipelineKind
from mlgitlab.config.schema import Config, GitLab
from mlgitlab.pipeline.check import check
from mlgitlab.pipeline.compose import NOTHING, Composer
from mlgitlab.pipeline.emit import emit
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Pipeline
from mlgitlab.planning import listed
from mlgitlab.planning.document import Circumstances, document
from mlgitlab.planning.plan import Plan
from mlgitlab.planning.sides import Reached
from tests.gitlab_schema import problems
from tests.projects import config as written_config
from tests.properties.drawn import change_lists, changes, configs, kinds, loaded, planned

NOTHING_LOADED = Reached()
INSTANCE = Instance.of(GitLab())
TEMPLATES = JinjaJobTemplates({}, shipped_folder())


def selected(plan: Plan) -> set[str]:
    return {step.spec.id for step in plan.selected}


def composed(plan: Plan, config: Config) -> Pipeline:
    return Composer(config=config, instance=INSTANCE, templates=TEMPLATES).compose(plan, ())


def plan_json(plan: Plan) -> bytes:
    around = Circumstances(tool_version="0", config_file="mlgitlab.yml", gitlab_version="", tier="", jobs=0)
    return json.dumps(document(plan, around), ensure_ascii=False).encode()


@settings(max_examples=60)
@given(configs(), configs(), change_lists, changes, kinds, loaded)
def test_another_change_never_takes_a_step_away(
    config: Config, base: Config, found: list[Change], more: Change, kind: PipelineKind, reached: Reached
) -> None:
    wider = [*(change for change in found if change.path != more.path), more]
    before = planned(config, base, [change for change in found if change.path != more.path], kind, reached)
    assert selected(before) <= selected(planned(config, base, wider, kind, reached))


@settings(max_examples=60)
@given(configs(), configs(), change_lists, kinds, loaded)
def test_a_chosen_step_has_all_that_it_requires(
    config: Config, base: Config, found: list[Change], kind: PipelineKind, reached: Reached
) -> None:
    plan = planned(config, base, found, kind, reached)
    for step in plan.selected:
        assert step.reasons
        required = [need for need in step.spec.needs if need.required]
        running = [need for need in step.needs if need.required]
        assert len(required) == len(running)
        assert {need.step for need in step.needs} <= selected(plan)
    assert all(step.skipped for step in plan.skipped)


@settings(max_examples=60)
@given(configs(), configs(), change_lists, kinds, loaded)
def test_the_order_in_which_things_are_found_changes_no_byte(
    config: Config, base: Config, found: list[Change], kind: PipelineKind, reached: Reached
) -> None:
    one = planned(config, base, found, kind, reached)
    other = planned(config, base, found, kind, reached, backwards=True)
    assert plan_json(one) == plan_json(other)
    assert emit(composed(one, config)) == emit(composed(other, config))


@settings(max_examples=40)
@given(configs(), change_lists, kinds)
def test_every_child_passes_gitlabs_rules_and_ours(config: Config, found: list[Change], kind: PipelineKind) -> None:
    plan = planned(config, config, found, kind, NOTHING_LOADED)
    pipeline = composed(plan, config)
    check(pipeline, INSTANCE)
    text = emit(pipeline).decode()
    assert problems(text) == []
    jobs = yaml.safe_load(text).keys() - {"workflow", "stages"}
    assert jobs == (selected(plan) or {NOTHING})


names = st.binary(min_size=1, max_size=20).map(lambda raw: paths.decode(raw.replace(b"\0", b"-")))
hostile = st.sampled_from(
    ["$(touch x)", "`x`", "a\nb: c", "a\r- b", "{{ x }}", "%X%", "-rf", "\x1b[31m", "\u202e", "\u2028", "a\udcffb", "#"]
)


@given(st.lists(names | hostile, min_size=1, max_size=4, unique=True))
def test_every_file_name_comes_back_and_ends_no_comment(found: list[str]) -> None:
    config = written_config('version: 1\nmodels: {m: {paths: "**", train: make}}')
    changed = [Change(path=name, kind=ChangeKind.MODIFIED) for name in found]
    plan = planned(config, config, changed, PipelineKind.DEFAULT_BRANCH, NOTHING_LOADED)
    files = json.loads(plan_json(plan))["changes"]["files"]
    raw = {base64.b64decode(file["path_base64"]) if "path_base64" in file else file["path"].encode() for file in files}
    assert raw == {paths.encode(name) for name in found}
    text = emit(composed(plan, config)).decode()
    harmless = planned(
        config, config, [Change(path="x", kind=ChangeKind.MODIFIED)], PipelineKind.DEFAULT_BRANCH, NOTHING_LOADED
    )
    assert yaml.safe_load(text) == yaml.safe_load(emit(composed(harmless, config)))
    assert all(character.isprintable() or character == "\n" for character in text)


@given(st.lists(st.binary(min_size=1, max_size=12).map(lambda raw: raw.replace(b"\0", b"-")), min_size=1, unique=True))
def test_a_list_separated_by_nul_is_read_as_it_was_written(raw: list[bytes]) -> None:
    inside = [name for name in raw if not name.startswith(b"/") and b".." not in name.split(b"/")]
    found = listed.read(b"".join(name + b"\0" for name in inside))
    assert set(found) == {paths.normalise(paths.decode(name)) for name in inside} - {""}
