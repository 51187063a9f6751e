"""Terraform's own `fmt` and `validate` where it is installed; elsewhere, and always, an HCL parser and the schemas."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest

from scripts.terraform_schemas import used
from tests.terraform.provider import SCHEMAS, running

ROOT = Path(__file__).parents[2] / "runner-config" / "terraform"
FILES = sorted(ROOT.rglob("*.tf"))
FOLDERS = sorted({file.parent for file in FILES})
ENVIRONMENTS = [folder for folder in FOLDERS if folder.parent.name == "environments"]
TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="neither terraform nor tofu is on PATH")
# Written by Terraform for every resource, whatever its provider.
_META = frozenset(["for_each", "count", "depends_on", "lifecycle", "provider"])


def terraform(*argv: str, cwd: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    assert TERRAFORM
    kept = {"PATH": os.environ["PATH"], "HOME": str(cwd), "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        [TERRAFORM, *argv], cwd=cwd, env={**kept, **environ}, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def providers() -> Iterator[Mapping[str, str]]:
    with running() as environ:
        yield environ


def validated(folder: Path, providers: Mapping[str, str]) -> dict[str, Any]:
    begun = terraform("init", "-backend=false", "-input=false", "-no-color", cwd=folder, environ=providers)
    assert begun.returncode == 0, begun.stdout + begun.stderr
    done = terraform("validate", "-json", cwd=folder, environ=providers)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_terraform
@pytest.mark.parametrize("folder", ENVIRONMENTS, ids=lambda folder: folder.name)
def test_terraform_finds_an_environment_and_its_modules_valid(
    tmp_path: Path, folder: Path, providers: Mapping[str, str]
) -> None:
    shutil.copytree(ROOT, tmp_path / "terraform")
    found = validated(tmp_path / "terraform" / "environments" / folder.name, providers)
    assert found["diagnostics"] == []
    assert found["valid"]


@needs_terraform
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("aws-gpu-fleet/main.tf", "max_size", "max_sice", "Missing required argument"),
        ("aws-gpu-fleet/main.tf", "protect_from_scale_in = true", "protect_from_scale = true", "Unsupported argument"),
        ("aws-gpu-fleet/main.tf", "var.max_instances", "var.most_instances", "Reference to undeclared input variable"),
        ("aws-gpu-fleet/manager.tf", "_group.gpu.arn", "_group.gpu.no", "Unsupported attribute"),
        ("aws-gpu-fleet/main.tf", "= 0\n", '= "none"\n', "Incorrect attribute value"),
    ],
)  # fmt: skip
def test_terraform_finds_what_is_wrong(
    tmp_path: Path, providers: Mapping[str, str], file: str, old: str, new: str, said: str
) -> None:
    shutil.copytree(ROOT, tmp_path / "terraform")
    place = tmp_path / "terraform" / "modules" / file
    text = place.read_text("utf-8")
    assert old in text
    place.write_text(text.replace(old, new, 1), "utf-8")
    found = validated(tmp_path / "terraform" / "environments" / "aws-staging", providers)
    assert any(said in diagnostic["summary"] for diagnostic in found["diagnostics"]), found


@needs_terraform
def test_terraform_would_format_nothing_otherwise() -> None:
    done = terraform("fmt", "-check", "-recursive", "-diff", str(ROOT), cwd=ROOT, environ={})
    assert done.returncode == 0, done.stdout


def parsed(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8") as stream:
        found: dict[str, Any] = hcl2.load(stream)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_file_has_only_resources_and_arguments_that_the_provider_has(file: Path) -> None:
    data = parsed(file)
    for kind in ("resource", "data"):
        for block in data.get(kind, ()):
            for name, instances in block.items():
                provider, bare = name.strip('"').partition("_")[0], name.strip('"')
                schema = SCHEMAS[provider][kind][bare]
                for body in instances.values():
                    assert list(_unknown(body, schema, bare)) == []


def _unknown(body: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, value in body.items():
        if key == "dynamic":
            for name, inner in ((name.strip('"'), inner) for each in value for name, inner in each.items()):
                yield from _inside(inner["content"], schema["blocks"][name], f"{place}.{name}")
        elif key in schema["blocks"]:
            yield from _inside(value, schema["blocks"][key], f"{place}.{key}")
        elif key not in schema["attributes"]:
            if key not in _META and not key.startswith("__"):
                yield f"{place}.{key}"
        elif isinstance(kind := _type(schema["attributes"][key]), list) and kind[1][0] == "object":
            # Lists of objects may be written as blocks: `ingress {}`.
            yield from _inside(value, {"attributes": kind[1][1], "blocks": {}}, f"{place}.{key}")


def _type(attribute: Any) -> Any:
    """An attribute's type; that of an object's field stands by itself."""
    return attribute["type"] if isinstance(attribute, dict) else attribute


def _inside(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    for inner in value if isinstance(value, list) else [value]:
        yield from _unknown(inner, schema, place)


def test_the_schemas_hold_what_the_files_use_and_no_more() -> None:
    held = sorted((kind, name) for each in SCHEMAS.values() for kind in ("resource", "data") for name in each[kind])
    assert held == used()


def test_environments_are_apart() -> None:
    """No two environments share a name, an address range or a state."""
    for cloud in ("aws", "google"):
        staging, production = (
            (ROOT / "environments" / f"{cloud}-{name}" / "main.tf").read_text("utf-8")
            for name in ("staging", "production")
        )
        assert "gpu-staging" not in production
        assert "gpu-production" not in staging
        assert 'backend "http" {}' in staging
        assert 'backend "http" {}' in production


def test_every_variable_and_output_says_what_it_is() -> None:
    for file in FILES:
        data = parsed(file)
        for kind in ("variable", "output"):
            for block in data.get(kind, ()):
                for name, body in block.items():
                    assert body.get("description"), f"{file}: {kind} {name}"
