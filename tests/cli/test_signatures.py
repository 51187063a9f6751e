"""Where a key is configured, only models whose provenance it signed are approved, promoted and deployed."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mlgitlab.jobs.train.publishing import STATEMENT
from tests.commands import Done
from tests.promotions import APPROVAL, GRACE, JOB, Project, now

TRAIN = "import os, pathlib\npathlib.Path('out').mkdir(exist_ok=True)\npathlib.Path('out/model').write_text('{}')\n"
KEY = "MLGITLAB_SIGNING_KEY"


def pair() -> tuple[str, bytes]:
    """A private key and its public half, as PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.decode(), key.public_key().public_bytes(serialization.Encoding.PEM, spki)


class Signed(Project):
    """A project with a key."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, production={"target": "pointer", "strategy": "replace"})
        self.private, self.public = pair()
        model = {
            "train": {"command": "python3 fraud/train.py", "outputs": "out"},
            "paths": "fraud",
            "approval": APPROVAL,
            "deploy": {"production": {"target": "pointer", "strategy": "replace"}},
        }
        signing = {"public_key": "keys/mlgitlab.pub.pem"}
        stored = {"url": f"file://{folder / 'store'}", "signing": signing}
        config = {
            "version": 1,
            "ignore": "*.md",
            "models": {"fraud": model},
            "store": stored,
            "gitlab": {"tier": "free"},
        }
        files: dict[str, str | bytes] = {
            "mlgitlab.yml": json.dumps(config),
            "keys/mlgitlab.pub.pem": self.public,
            ".gitignore": "out/\n",
        }
        self.repo.commit("with a key", files)
        self.weights("first")

    def weights(self, name: str) -> str:
        """Commit a training that makes another model: the commit before it."""
        before = self.repo.git("rev-parse", "HEAD")
        self.repo.commit(name, {"fraud/train.py": TRAIN.replace("{}", name)})
        return before

    def train(self, *argv: str, key: str = "", code: int = 0) -> Done:
        """`mlgitlab train`, with or without the private key."""
        return self.run("train", "fraud", *argv, code=code, env={KEY: key} if key else {})

    def trained(self, *, key: str = "", production: str = "") -> str:
        """A model that was trained here, and judged well: its digest."""
        self.train(key=key)
        digest: str = json.loads((self.folder / ".mlgitlab/fraud/train.json").read_text("utf-8"))["digest"]
        self.judge(digest, production)
        return digest

    def statements(self, digest: str) -> list[Any]:
        """The envelopes about a model, the oldest first."""
        return [dict(each) for each in self.store.records("fraud", digest, STATEMENT)]

    def planned(self, before: str, **environ: str) -> Any:
        """The plan of a push to the default branch."""
        sha = self.repo.git("rev-parse", "HEAD")
        env = {**JOB, "CI_COMMIT_SHA": sha, "CI_COMMIT_BEFORE_SHA": before, **environ}
        return self.run("preview", "--json", env=env).json


@pytest.fixture
def project(tmp_path: Path) -> Signed:
    return Signed(tmp_path)


def selected(plan: Any) -> set[str]:
    return {step["id"] for step in plan["steps"] if step["selected"]}


def test_a_signed_model_is_verified_promoted_approved_and_deployed(project: Signed) -> None:
    digest = project.trained(key=project.private)
    assert project.run("model", "verify", f"fraud@{digest}", "--signed").out.endswith(
        "nothing is damaged, not signed: 0\n"
    )
    plan, _ = project.generate(env={"CI_PIPELINE_CREATED_AT": now()})
    assert [each["digest"] for each in plan["promotions"]] == [digest]
    project.approve(digest)
    project.deploy(digest)


def test_an_unsigned_model_goes_nowhere_until_it_is_trained_where_the_key_is(project: Signed) -> None:
    digest = project.trained()
    why = f"the provenance of fraud@{digest[:19]} is not signed by the key of keys/mlgitlab.pub.pem"

    plan, pipeline = project.generate(env={"CI_PIPELINE_CREATED_AT": now()})
    assert why in plan["stays"][0]["why"]
    assert "mlgitlab:nothing-to-promote" in pipeline
    assert why in project.approve(digest, code=3).err
    done = project.deploy(digest, code=3)
    assert f"{why}: the statement is not signed" in done.err
    assert "`mlgitlab train fraud --again`" in done.err
    assert why in project.run("model", "verify", f"fraud@{digest}", "--signed", code=3).out
    (unsigned,) = project.run("model", "verify", "--all", "--signed", "--json", code=3).json["unsigned"]
    assert unsigned["digest"] == digest

    project.train(key=project.private)  # the same bytes, so the same digest: what was judged is still judged
    assert len(project.statements(digest)) == 2
    project.approve(digest)
    project.deploy(digest)


def test_a_later_training_without_the_key_takes_nothing_away(project: Signed) -> None:
    digest = project.trained(key=project.private)
    project.train("--again")
    assert [bool(each["signatures"]) for each in project.statements(digest)] == [True, False]
    project.approve(digest)
    project.deploy(digest)


def test_a_model_that_was_only_pushed_has_no_statement(project: Signed) -> None:
    digest = project.judged("from elsewhere")
    project.approve(digest, code=3)
    assert "holds no statement of it" in project.deploy(digest, code=3).err


def test_no_forged_statement_helps(project: Signed) -> None:
    good = project.trained(key=project.private)
    (envelope,) = project.statements(good)
    project.weights("poisoned")
    bad = project.trained()

    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["subject"][0]["digest"]["sha256"] = bad.removeprefix("sha256:")
    altered = {**envelope, "payload": base64.b64encode(json.dumps(payload).encode()).decode()}
    foreign = Signed(project.folder.parent / "elsewhere")
    foreign.weights("poisoned")
    (by_another_key,) = foreign.statements(foreign.trained(key=foreign.private))
    forged: list[tuple[str, Any]] = [
        ("about another model", envelope),
        ("no signature of the statement was made with this key", altered),
        ("no signature of the statement was made with this key", by_another_key),
        ("not base64", {**envelope, "payload": "%"}),
        ("holds no application/vnd.in-toto+json", {"anything": ["else"]}),
    ]
    for why, each in forged:
        project.store.record("fraud", bad, STATEMENT, each)
        assert why in project.run("model", "verify", f"fraud@{bad}", "--signed", code=3).out
        assert "is not signed by the key of" in project.deploy(bad, code=3).err


def test_going_back_asks_for_no_signature(project: Signed) -> None:
    unsigned = project.trained()
    project.point("production", unsigned)
    project.weights("second")
    second = project.trained(key=project.private, production=unsigned)
    project.approve(second)
    project.deploy(second)
    project.run("deploy", "rollback", "fraud", env=GRACE)
    pointer = project.store.pointer("fraud", "production")
    assert pointer
    assert pointer.digest == unsigned


def test_an_unsigned_result_is_reused_only_where_nothing_could_be_signed(project: Signed) -> None:
    before = project.weights("second")
    project.train()
    assert "reused the result" in project.train().out
    branch = {"CI_COMMIT_BRANCH": "feature", "CI_COMMIT_REF_NAME": "feature", "CI_COMMIT_REF_PROTECTED": "false"}
    assert "fraud:train" not in selected(project.planned(before, **branch))

    plan = project.planned(before)
    assert "fraud:train" in selected(plan)
    (note,) = plan["notes"]
    assert note.startswith("fraud:train: the provenance of its result in the store, sha256:")
    assert note.endswith("is not signed: it is trained again")
    done = project.train(key=project.private)
    assert "is not signed: training again" in done.err
    assert "fraud:train: trained" in done.out
    assert "reused the result" in project.train(key=project.private).out
    assert "fraud:train" not in selected(project.planned(before))


def test_what_no_change_selects_is_not_trained_again_for_a_signature(project: Signed) -> None:
    project.weights("second")
    project.train()
    assert project.store.enrolled() == {"fraud:train"}
    before = project.repo.git("rev-parse", "HEAD")
    project.repo.commit("words", {"notes.md": "hello"})
    assert "fraud:train" not in selected(project.planned(before))


def test_a_key_that_is_not_that_of_the_public_one_is_found_before_anything_is_trained(project: Signed) -> None:
    other, _ = pair()
    done = project.train(key=other, code=2)
    assert "the signing key is not the private key of 'keys/mlgitlab.pub.pem'" in done.err
    assert not (project.folder / "out").exists()
    assert other.splitlines()[1] not in done.out + done.err


@pytest.mark.parametrize("content", [b"no key", b""])
def test_a_public_key_that_is_none_is_named_and_nothing_is_deployed(project: Signed, content: bytes) -> None:
    digest = project.trained(key=project.private)
    (project.folder / "keys/mlgitlab.pub.pem").write_bytes(content)
    done = project.deploy(digest, code=2)
    assert "store.signing.public_key: the public key is none in PEM" in done.err
    (project.folder / "keys/mlgitlab.pub.pem").unlink()
    assert "store.signing.public_key: cannot read" in project.deploy(digest, code=2).err
    # Saying no needs no key.
    project.run("approve", f"fraud@{digest}", "--reject", code=3, env=GRACE)


def test_a_promotion_reads_the_key_of_the_commit(project: Signed) -> None:
    project.trained(key=project.private)
    project.repo.git("rm", "-q", "keys/mlgitlab.pub.pem")
    project.repo.git("commit", "-qm", "without a key")
    sha = project.repo.git("rev-parse", "HEAD")
    done = project.run("generate", "--phase", "promotion", code=2, env={**JOB, "CI_COMMIT_SHA": sha})
    assert "store.signing.public_key: there is no 'keys/mlgitlab.pub.pem'" in done.err


def test_without_a_configured_key_no_signature_can_be_demanded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.push("one")
    done = project.run("model", "verify", "--all", "--signed", code=2)
    assert "no key is configured" in done.err
