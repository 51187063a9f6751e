"""`mlgitlab train` as people and jobs run it: the real command, a real repository, a store in a folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mlgitlab.adapters.signing import Verifier
from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.jobs.train.attest import check
from mlgitlab.store.library import Store
from tests.commands import Done, mlgitlab
from tests.repositories import ISOLATED, Repo

CONFIG = """
    version: 1
    models:
      fraud:
        paths: models/fraud
        datasets: transactions
        train:
          command: python3 models/fraud/train.py
          outputs: out/fraud
          checkpoint: "*.json"
          loss: {pattern: "loss=([^ ]+)"}
          metrics: metrics.json
          seed: 7
          variables: {EPOCHS: "4"}
        smoke:
          command: python3 models/fraud/train.py
          outputs: out/fraud
          loss: {pattern: "loss=([^ ]+)"}
    datasets:
      transactions: data/t.csv
"""
TRAIN = """
    import json, os, pathlib
    for epoch in range(int(os.environ.get("EPOCHS", 6))):
        print(f"epoch {epoch} loss={1 / (epoch + 1)} ")
    out = pathlib.Path(os.environ["MLGITLAB_OUTPUT"])
    out.mkdir(parents=True, exist_ok=True)
    told = {name: value for name, value in os.environ.items() if name.startswith(("MLGITLAB_", "PYTHONHASH"))}
    (out / "model.json").write_text(json.dumps(told))
    pathlib.Path("metrics.json").write_text('{"auc": 0.9}')
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return made(tmp_path)


def made(tmp_path: Path, train: str = TRAIN, config: str = CONFIG) -> Repo:
    repo = Repo.create(tmp_path / "r")
    files = {
        "mlgitlab.yml": dedent(config),
        "models/fraud/train.py": dedent(train),
        "data/t.csv": "a,b\n1,2\n",
        ".gitignore": "out/\nmetrics.json\n",
    }
    repo.commit("first", files)
    return repo


def with_command(*lines: str, **keys: object) -> str:
    """A project whose training is these shell lines."""
    step = {"command": list(lines), "outputs": "out/fraud", **keys}
    return f"    version: 1\n    models: {{fraud: {{train: {json.dumps(step)}}}}}\n"


def train(repo: Repo, *argv: str, check: int | None = 0, **environ: str) -> Done:
    return mlgitlab("train", "fraud", *argv, cwd=repo.folder, environ=environ, check=check)


def reference(repo: Repo, kind: str = "train") -> Any:
    return json.loads((repo.folder / f".mlgitlab/fraud/{kind}.json").read_text())


def provenance(repo: Repo) -> Any:
    return json.loads((repo.folder / ".mlgitlab/fraud/train-provenance.json").read_text())


def store(repo: Repo) -> Store:
    return Store(bucket=FolderBucket(repo.folder / ".mlgitlab/store"), files=LocalFiles())


def test_a_training_is_run_checked_recorded_and_kept(repo: Repo) -> None:
    done = train(repo)
    assert "$ python3 models/fraud/train.py\nepoch 0 loss=1.0" in done.out
    assert "fraud:train: trained" in done.out
    assert "loss 1 -> 0.25" in done.err
    kept, found = reference(repo), store(repo)
    assert kept["commit"] == repo.head
    assert not kept["reused"]
    assert [file.path for file in found.manifest("fraud", kept["digest"]).files] == ["out/fraud/model.json"]  # type: ignore[union-attr]
    assert found.enrolled() == {"fraud:train"}
    result = found.result("fraud:train", kept["fingerprint"])
    assert result is not None
    assert dict(result.metrics) == {"auc": 0.9}
    assert b'auc{model="fraud",step="train"} 0.9' in (repo.folder / ".mlgitlab/fraud/train-metrics.txt").read_bytes()
    assert repo.git("status", "--short", "--untracked-files=all") == ""


def test_the_command_is_told_what_docs_train_says(repo: Repo) -> None:
    train(repo)
    told = json.loads((repo.folder / "out/fraud/model.json").read_text())
    assert told == {
        "MLGITLAB_MODEL": "fraud",
        "MLGITLAB_STEP": "fraud:train",
        "MLGITLAB_SEED": "7",
        "MLGITLAB_FINGERPRINT": reference(repo)["fingerprint"],
        "MLGITLAB_OUTPUT": str(repo.folder / "out/fraud"),
        "MLGITLAB_DATA_TRANSACTIONS": str(repo.folder / "data/t.csv"),
        "PYTHONHASHSEED": "7",
    }
    train(repo, "--smoke")
    assert json.loads((repo.folder / "out/fraud/model.json").read_text())["MLGITLAB_SMOKE"] == "1"


def test_the_record_says_what_it_was_made_of(repo: Repo) -> None:
    train(repo, CI_JOB_IMAGE="python:3.12", CI_RUNNER_ID="7", CI_SERVER_URL="https://gitlab.example.com")
    found = provenance(repo)
    assert found["git"]["commit"] == repo.head
    assert found["git"]["dirty"] is False
    assert list(found["data"]) == ["data/t.csv"]
    assert found["machine"]["image"] == "python:3.12"
    assert found["machine"]["python"]
    assert found["run"]["builder"] == "https://gitlab.example.com/-/runners/7"
    assert found["run"]["exit_code"] == 0
    assert found["run"]["peak_bytes"] > 1 << 20
    assert found["variables"] == ["EPOCHS"]


def test_a_result_is_reused_and_its_files_are_put_in_place(repo: Repo) -> None:
    train(repo)
    first = reference(repo)
    model = (repo.folder / "out/fraud/model.json").read_bytes()
    repo.write({"out/fraud/model.json": "spoilt", "out/fraud/old.json": "old"})
    done = train(repo)
    assert "nothing is trained; reused the result of commit " + repo.head[:12] in done.out
    assert "$ python3" not in done.out
    assert reference(repo) == {**first, "reused": True}
    assert (repo.folder / "out/fraud/model.json").read_bytes() == model
    assert not (repo.folder / "out/fraud/old.json").exists()


def test_files_of_a_reused_result_can_be_left_where_they_are(repo: Repo) -> None:
    train(repo)
    repo.write({"out/fraud/model.json": "spoilt"})
    facts = train(repo, "--no-pull", "--json").json
    assert facts["reused"] is True
    assert (repo.folder / "out/fraud/model.json").read_text() == "spoilt"


def test_other_code_or_data_is_trained_again_and_the_old_result_found_again(repo: Repo) -> None:
    train(repo)
    first = reference(repo)["fingerprint"]
    repo.write({"data/t.csv": "a,b\n3,4\n"})
    assert "trained" in train(repo).out
    assert provenance(repo)["git"]["dirty"] is True
    assert provenance(repo)["git"]["changed"] == ["data/t.csv"]
    assert reference(repo)["fingerprint"] != first
    repo.git("checkout", "data/t.csv")
    assert "nothing is trained" in train(repo).out


def test_a_job_on_a_detached_head_finds_what_a_laptop_made(repo: Repo, tmp_path: Path) -> None:
    shared = f"file://{tmp_path}/store"
    train(repo, "--store", shared)
    subprocess.run(["git", "clone", "-q", "--depth=1", repo.url, tmp_path / "job"], check=True, env={**os.environ})
    job = Repo(tmp_path / "job")
    job.git("checkout", "-q", "--detach")
    job.write({"models/fraud/artifact.bin": "from another job"})  # untracked: the generating job did not have it
    ci = {"CI_COMMIT_SHA": repo.head, "CI_PIPELINE_SOURCE": "push", "GITLAB_CI": "true", "MLGITLAB_STORE": shared}
    done = mlgitlab("train", "fraud", cwd=job.folder, environ=ci)
    assert "nothing is trained" in done.out
    assert (job.folder / "out/fraud/model.json").exists()
    # A tracked file that the job altered counts.
    job.write({"data/t.csv": "altered"})
    assert "trained" in mlgitlab("train", "fraud", cwd=job.folder, environ=ci).out


def test_again_trains_whatever_the_store_has(repo: Repo) -> None:
    train(repo)
    assert "fraud:train: trained" in train(repo, "--again").out


def test_data_that_nobody_can_see_is_never_taken_as_unchanged(tmp_path: Path) -> None:
    repo = made(tmp_path, config=CONFIG.replace("transactions: data/t.csv", "transactions: s3://bucket/t.csv"))
    for _ in range(2):
        done = train(repo)
        assert "fraud:train: trained" in done.out
        assert "dataset transactions lies outside git" in done.err


def test_a_dry_run_does_nothing(repo: Repo) -> None:
    repo.write({"out/fraud/old": "x"})
    done = train(repo, "--dry-run")
    assert "would train" in done.out
    assert "would delete out/fraud/old" in done.out
    assert (repo.folder / "out/fraud/old").exists()
    assert not (repo.folder / ".mlgitlab").exists()
    assert train(repo, "--dry-run", "--json").json["delete"] == ["out/fraud/old"]


def test_a_failing_command_is_a_no_that_names_its_exit_code(tmp_path: Path) -> None:
    repo = made(tmp_path, config=with_command("echo started", "exit 42"))
    done = train(repo, check=3)
    assert "$ echo started\nstarted\n$ exit 42\n" in done.out
    assert "failed with exit code 42" in done.err
    attempt = json.loads((repo.folder / ".mlgitlab/fraud/train-attempt.json").read_text())
    assert attempt["outcome"] == "the command failed with exit code 42"
    assert store(repo).enrolled() == {"fraud:train"}
    assert not (repo.folder / ".mlgitlab/fraud/train.json").exists()


def test_old_files_are_never_taken_for_a_result(tmp_path: Path) -> None:
    repo = made(tmp_path, config=with_command("true"))
    repo.write({"out/fraud/model.json": "{}"})
    assert "the output 'out/fraud' is not there" in train(repo, check=3).err


def test_an_old_file_of_numbers_is_not_this_runs(tmp_path: Path) -> None:
    command = "mkdir -p out/fraud; echo 1 > out/fraud/m.txt"
    repo = made(tmp_path, config=with_command(command, metrics="metrics.json", loss={"file": "loss.csv"}))
    repo.write({"metrics.json": '{"auc": 0.9}', "loss.csv": "loss\n2\n1\n"})
    error = train(repo, check=3).err
    assert "'metrics.json' is not what this run wrote" in error
    assert "'loss.csv' is not what this run wrote" in error


def test_files_that_git_tracks_are_never_deleted(tmp_path: Path) -> None:
    repo = made(tmp_path)
    repo.write({"out/fraud/precious.bin": "x", "out/fraud/.gitkeep": ""})
    repo.git("add", "--force", "out/fraud/precious.bin", "out/fraud/.gitkeep")
    done = train(repo, check=2)
    assert "git tracks files in the outputs of fraud:train: out/fraud/precious.bin" in done.err
    assert (repo.folder / "out/fraud/precious.bin").exists()
    repo.git("rm", "-q", "--cached", "out/fraud/precious.bin")
    train(repo)
    assert (repo.folder / "out/fraud/.gitkeep").exists()


def test_all_that_is_wrong_with_a_checkpoint_is_said_at_once(tmp_path: Path) -> None:
    command = "mkdir -p out/fraud; echo '{\"a\":' > out/fraud/model.json; printf xx > out/fraud/w.safetensors"
    step = with_command(command, checkpoint=["*.json", "*.safetensors", "*.pt"])
    error = train(made(tmp_path, config=step), check=3).err
    assert "left 3 problems" in error
    assert "'out/fraud/model.json' is damaged" in error
    assert "'out/fraud/w.safetensors' is damaged: it ends too early" in error
    assert "no file among the outputs fits the checkpoint '*.pt'" in error


def test_lines_that_load_the_result_must_succeed(tmp_path: Path) -> None:
    step = with_command("mkdir -p out/fraud; echo 1 > out/fraud/m", load=["echo loading", "exit 5"])
    done = train(made(tmp_path, config=step), check=3)
    assert "`load`, which reads what was written, failed with exit code 5" in done.err


@pytest.mark.parametrize(
    ("losses", "smoke", "said"),
    [
        ("1 1 1 1", 3, "the loss does not fall"),
        ("1 nan 0.1", 3, "value 2 of the loss is not a finite number"),
        ("1", 3, "one value"),
        ("", 3, "no loss was found in the output by the pattern"),
        ("3 2 1", 0, ""),
    ],
)
def test_a_smoke_run_passes_only_where_the_loss_falls(tmp_path: Path, losses: str, smoke: int, said: str) -> None:
    lines = (
        f"for l in {losses}; do echo loss=$l; done; mkdir -p out/fraud; echo 1 > out/fraud/m"
        if losses
        else ("mkdir -p out/fraud; echo 1 > out/fraud/m")
    )
    step = {"command": lines, "outputs": "out/fraud", "loss": {"pattern": "loss=(.+)"}}
    repo = made(tmp_path, config=f"    version: 1\n    models: {{fraud: {{smoke: {json.dumps(step)}}}}}\n")
    assert said in train(repo, "--smoke", check=smoke).err


def test_a_smoke_run_without_a_loss_says_that_nobody_looked(tmp_path: Path) -> None:
    step = {"command": "mkdir -p out/fraud; echo 1 > out/fraud/m", "outputs": "out/fraud"}
    repo = made(tmp_path, config=f"    version: 1\n    models: {{fraud: {{smoke: {json.dumps(step)}}}}}\n")
    assert "no loss is declared: not checked" in train(repo, "--smoke").err


def test_a_training_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    repo = made(tmp_path, config=with_command("echo working", "sleep 60", timeout="4s"))
    began = time.monotonic()
    done = train(repo, check=3)
    assert "did not finish within 2s" in done.err
    assert time.monotonic() - began < 30


def test_what_the_job_has_used_up_already_is_not_spent_twice(tmp_path: Path) -> None:
    repo = made(tmp_path, config=with_command("sleep 60", timeout="1h"))
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3418))
    assert "did not finish within" in train(repo, check=3, CI_JOB_STARTED_AT=started).err


def test_a_signal_reaches_the_training_and_the_attempt_is_noted(tmp_path: Path) -> None:
    script = """
        import pathlib, signal, time
        def save(*_):
            pathlib.Path("saved").touch(); raise SystemExit(0)
        signal.signal(signal.SIGTERM, save)
        print("ready"); time.sleep(60)
    """
    repo = made(tmp_path, train=script)
    environ = {**os.environ, **ISOLATED}
    running = subprocess.Popen(
        [sys.executable, "-m", "mlgitlab", "train", "fraud"],
        cwd=repo.folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout
    while b"ready" not in running.stdout.readline():
        assert running.poll() is None
    running.send_signal(signal.SIGTERM)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert (repo.folder / "saved").exists()
    assert b"ended by signal 15" in error
    attempt = json.loads((repo.folder / ".mlgitlab/fraud/train-attempt.json").read_text())
    assert attempt["outcome"] == "cancelled by signal 15"
    assert not (repo.folder / ".mlgitlab/fraud/train.json").exists()


def test_a_silent_training_says_now_and_then_that_it_lives(tmp_path: Path) -> None:
    repo = made(tmp_path, config=with_command("sleep 2", "mkdir -p out/fraud", "echo 1 > out/fraud/m"))
    done = train(repo, "--keepalive", "0.5")
    assert done.err.count("still running") >= 2


def test_output_is_passed_on_as_it_is(tmp_path: Path) -> None:
    repo = made(
        tmp_path,
        config=with_command(r"printf '10%%\r20%%\r'; printf 'oops\n' >&2; mkdir -p out/fraud; echo 1 > out/fraud/m"),
    )
    assert "10%\r20%\roops\n" in train(repo).out.replace("\r\n", "\n")


def keys(tmp_path: Path) -> tuple[bytes, bytes]:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(private)
    return private, public


SIGNED = CONFIG + '    store: {url: "file:.mlgitlab/store", signing: {public_key: key.pub.pem}}\n'


def test_provenance_is_signed_and_no_secret_is_shown_or_handed_on(tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    repo = made(tmp_path, train=TRAIN + "    print(dict(os.environ))\n", config=SIGNED)
    repo.commit("the public key", {"key.pub.pem": public})
    secret = private.decode().splitlines()[1]
    done = train(repo, MLGITLAB_SIGNING_KEY=str(tmp_path / "key.pem"), MLGITLAB_ID_TOKEN="hunter2")
    assert "provenance: signed" in done.out
    assert train(repo, "--again", MLGITLAB_SIGNING_KEY=private.decode(), MLGITLAB_ID_TOKEN="hunter2").code == 0
    digest = reference(repo)["digest"]
    for envelope in store(repo).records("fraud", digest, "statement"):
        statement = check(envelope, verify=Verifier(public).verify, model="fraud", digest=digest)
        assert statement["subject"][1]["name"] == "out/fraud/model.json"  # type: ignore[index]
    written = b"".join(path.read_bytes() for path in (repo.folder / ".mlgitlab").rglob("*") if path.is_file())
    for text in (done.out, done.err, written.decode("utf-8", "replace")):
        assert "hunter2" not in text
        assert secret not in text
        assert "MLGITLAB_SIGNING_KEY=" not in text
    assert "MLGITLAB_SIGNING_KEY" not in done.out
    assert "MLGITLAB_ID_TOKEN" not in done.out


def test_without_a_key_the_statement_is_unsigned_and_says_so(tmp_path: Path) -> None:
    done = train(made(tmp_path, config=SIGNED))
    assert "will not be signed: MLGITLAB_SIGNING_KEY is not set" in done.err
    assert "provenance: not signed" in done.out


def test_a_bad_key_is_found_before_anything_is_trained(tmp_path: Path) -> None:
    done = train(made(tmp_path, config=SIGNED), check=2, MLGITLAB_SIGNING_KEY="-----BEGIN NONSENSE")
    assert "signing key" in done.err
    assert "epoch" not in done.out


def test_a_store_that_goes_away_costs_no_model(tmp_path: Path) -> None:
    """The training itself takes the store's folder away, and puts a file in its place."""
    away = "mkdir -p out/fraud; echo 1 > out/fraud/m; mv ../store ../gone; touch ../store"
    repo = made(tmp_path, config=with_command(away, timeout="24s"))
    (tmp_path / "store").mkdir()
    shared = f"file://{tmp_path}/store"
    done = train(repo, "--store", shared, check=None)
    assert done.code in (2, 4)
    assert "finish with: mlgitlab train fraud --publish" in done.err
    (tmp_path / "store").unlink()
    (tmp_path / "gone").rename(tmp_path / "store")
    assert "trained" in train(repo, "--store", shared, "--publish").out
    assert "nothing is trained" in train(repo, "--store", shared).out
    assert "no training is waiting" in train(repo, "--store", shared, "--publish", check=2).err


def test_what_changed_since_is_not_published(tmp_path: Path) -> None:
    away = "mkdir -p out/fraud; echo 1 > out/fraud/m; mv ../store ../gone; touch ../store"
    repo = made(tmp_path, config=with_command(away, timeout="24s"))
    shared = f"file://{tmp_path}/store"
    (tmp_path / "store").mkdir()
    train(repo, "--store", shared, check=None)
    (tmp_path / "store").unlink()
    repo.write({"out/fraud/m": "other"})
    assert "changed since it was trained: out/fraud/m" in train(repo, "--store", shared, "--publish", check=3).err


def test_code_that_changes_while_it_trains_makes_no_result_for_others(tmp_path: Path) -> None:
    repo = made(tmp_path, train=TRAIN + "    pathlib.Path('models/fraud/train.py').write_text('pass')\n")
    assert "changed while it was training: models/fraud/train.py" in train(repo).err
    assert store(repo).result("fraud:train", reference(repo)["fingerprint"]) is None
    assert store(repo).manifest("fraud", reference(repo)["digest"])


STUDENT = (
    CONFIG
    + """
      student:
        paths: models/student
        models: fraud
        train: {command: "mkdir -p out/student; cp out/fraud/model.json out/student/m.json", outputs: out/student}
"""
)


def test_the_model_that_a_student_reads_is_put_in_place_first(tmp_path: Path) -> None:
    models, data = STUDENT.split("    datasets:\n      transactions: data/t.csv\n")
    repo = made(tmp_path, config=models + data.lstrip("\n") + "    datasets:\n      transactions: data/t.csv\n")
    train(repo)
    teacher = reference(repo)
    for path in sorted((repo.folder / "out").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    done = mlgitlab("train", "student", cwd=repo.folder)
    assert f"reads fraud:train: {teacher['digest'][:19]}" in done.err
    found = json.loads((repo.folder / ".mlgitlab/student/train-provenance.json").read_text())
    assert found["upstream"] == {"fraud:train": teacher["digest"]}
    repo.write({"data/t.csv": "other"})
    error = mlgitlab("train", "student", cwd=repo.folder, check=2).err
    assert "made from other code, data or settings" in error
    assert "mlgitlab train fraud" in error


def test_there_is_no_training_of_a_model_that_has_none(repo: Repo) -> None:
    assert "did you mean `fraud`?" in mlgitlab("train", "frau", cwd=repo.folder, check=2).err


def test_a_step_without_outputs_makes_nothing_to_keep(tmp_path: Path) -> None:
    repo = made(tmp_path, config="    version: 1\n    models: {fraud: {train: 'true'}}\n")
    assert "declares no outputs" in train(repo, check=2).err
