"""A verdict's note in a merge request: one for each model, edited in place, and never the reason why a gate fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlgitlab.cli.wiring.gate_report import post_note
from mlgitlab.jobs.gate import report
from tests.gitlab_api import BOT, PERSON, TOKEN, FakeGitLab, Note, serve
from tests.verdicts import failing, passing

MARKER = report.marker("fraud")


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with serve() as fake:
        yield fake


def post(gitlab: FakeGitLab, text: str = f"{MARKER}\nfine\n", marker: str = MARKER, **environ: str) -> str:
    known = {
        "CI_SERVER_URL": gitlab.url,
        "CI_MERGE_REQUEST_IID": "12",
        "CI_MERGE_REQUEST_PROJECT_ID": "group/project",
        "CI_PROJECT_ID": "fork/project",
        "MLGITLAB_GITLAB_TOKEN": TOKEN,
        **environ,
    }
    told = post_note({name: value for name, value in known.items() if value}, text, marker)
    assert TOKEN not in told
    return told


def test_a_note_is_written_once_and_edited_from_then_on(gitlab: FakeGitLab) -> None:
    assert post(gitlab, report.markdown(passing())) == "The note of !12 was written."
    assert post(gitlab, report.markdown(passing())) == "The note of !12 was left as it was."
    assert post(gitlab, report.markdown(failing())) == "The note of !12 was edited."
    [note] = gitlab.notes
    assert note.body == report.markdown(failing())
    assert gitlab.asked.count("POST notes") == gitlab.asked.count("PUT notes") == 1


def test_each_model_has_a_note_of_its_own(gitlab: FakeGitLab) -> None:
    post(gitlab)
    other = report.marker("churn")
    assert post(gitlab, f"{other}\nfine", other) == "The note of !12 was written."
    assert [note.body.partition("\n")[0] for note in gitlab.notes] == [MARKER, other]


def test_it_is_found_on_any_page_among_notes_of_others(gitlab: FakeGitLab) -> None:
    gitlab.notes = [Note(id=number, body=f"note {number}", author=PERSON) for number in range(1, 251)]
    gitlab.notes += [
        Note(id=251, body=f"{MARKER}\nI was here first", author=PERSON),
        Note(id=252, body=f"{MARKER}\nchanged the description", system=True),
        Note(id=253, body=f"see {MARKER}"),
        Note(id=254, body=f"{MARKER}\nold"),
        Note(id=255, body=f"{MARKER}\nwritten by a job that ran at the same time"),
    ]
    before = [note.body for note in gitlab.notes]
    assert post(gitlab) == "The note of !12 was edited."
    changed = [note.id for note, old in zip(gitlab.notes, before, strict=True) if note.body != old]
    assert changed == [254]
    assert gitlab.asked.count("GET notes") == 3


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "the token is wrong or has expired"),
        (403, "the token needs the scope `api` and at least the role Developer"),
        (404, "the project does not exist, or the token may not see it"),
        (429, "try again later"),
        (500, "try again later"),
        (503, "try again later"),
    ],
)
@pytest.mark.parametrize("question", ["GET user", "GET notes", "POST notes"])
def test_a_refusal_is_a_sentence(gitlab: FakeGitLab, status: int, says: str, question: str) -> None:
    gitlab.statuses = {question: status}
    told = post(gitlab)
    assert told.startswith(f"No note was written to !12: GitLab at {gitlab.url} answered {status} to the notes of !12")
    assert says in told
    assert not gitlab.notes


def test_an_edit_that_is_refused_is_a_sentence_too(gitlab: FakeGitLab) -> None:
    gitlab.notes = [Note(id=1, body=f"{MARKER}\nold", author=BOT)]
    gitlab.statuses = {"PUT notes": 403}
    assert "answered 403" in post(gitlab)
    assert gitlab.notes[0].body == f"{MARKER}\nold"


def test_a_wrong_token_is_never_printed(gitlab: FakeGitLab) -> None:
    told = post(gitlab, MLGITLAB_GITLAB_TOKEN="glpat-wrong")
    assert "answered 401" in told
    assert "glpat" not in told


def test_without_a_token_or_a_merge_request_nobody_is_asked(gitlab: FakeGitLab) -> None:
    none = post(gitlab, MLGITLAB_GITLAB_TOKEN="", CI_JOB_TOKEN="64_job")
    assert none == (
        "No note was written to !12: MLGITLAB_GITLAB_TOKEN is not set, and a job's own token may not write notes."
    )
    assert "CI_SERVER_URL is not set" in post(gitlab, CI_SERVER_URL="")
    assert "CI_MERGE_REQUEST_PROJECT_ID" in post(gitlab, CI_MERGE_REQUEST_PROJECT_ID="", CI_PROJECT_ID="")
    for wrong in ("", "0", "12/../13", "1e3", "\u0661"):
        assert "this is no pipeline of a merge request" in post(gitlab, CI_MERGE_REQUEST_IID=wrong)
    assert not gitlab.asked


def test_a_gitlab_out_of_reach_or_a_proxy_in_its_place_is_a_sentence(gitlab: FakeGitLab) -> None:
    assert "cannot reach http://127.0.0.1:1" in post(gitlab, CI_SERVER_URL="http://127.0.0.1:1")
    gitlab.broken = True
    assert "none of its API's" in post(gitlab)


def test_another_merge_request_or_project_is_not_found(gitlab: FakeGitLab) -> None:
    assert "answered 404 to the notes of !13 of group/project" in post(gitlab, CI_MERGE_REQUEST_IID="13")
    assert "answered 404" in post(gitlab, CI_MERGE_REQUEST_PROJECT_ID="")
