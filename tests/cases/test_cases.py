"""The golden cases: each folder's story, told by the real command on real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.invariants import broken
from tests.cases.story import FOLDER, Story, edges, stories
from tests.cases.telling import CHILD, Outcome, Telling, reduced

STORIES = stories()


def expectations(telling: Telling, outcome: Outcome) -> dict[str, str]:
    """The expected files of a story by name, as the outcome would have them."""
    found = {"expected.txt": outcome.log}
    for name, text in outcome.pipelines.items():
        found[name.replace(CHILD.removesuffix(".yml"), "expected")] = text
    if telling.story.plan:
        found["expected.json"] = reduced(outcome.plan)
    return {name: telling.masked(text) for name, text in found.items()}


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_the_story_ends_as_it_says(story: Story, tmp_path: Path, update_golden: bool) -> None:
    telling = Telling(story, tmp_path)
    outcome = telling.run()
    found = expectations(telling, outcome)
    if update_golden:
        for old in story.folder.glob("expected*"):
            old.unlink()
        for name, text in found.items():
            (story.folder / name).write_text(text, "utf-8")
    expected = {path.name: path.read_text("utf-8") for path in story.folder.glob("expected*")}
    assert found == expected
    if story.exit == 0:
        assert str(tmp_path) not in "".join((outcome.log, *outcome.files.values()))
        assert broken(outcome) == []
        if story.plan:  # not every story: a second run costs as much as the first
            again = telling.run()
            assert (again.shown, again.files) == (outcome.shown, outcome.files)
    else:
        assert not outcome.files, "who refuses writes nothing"


def test_every_edge_case_has_a_story() -> None:
    told = {number for story in STORIES for number in story.edge}
    assert told == set(edges())
    assert list(edges()) == list(range(1, 41))


def test_every_folder_is_a_story_with_its_outcome() -> None:
    folders = [path for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_")]
    assert [path.name for path in folders if not (path / "story.yml").exists()] == []
    assert [path.name for path in folders if not (path / "expected.txt").exists()] == []
