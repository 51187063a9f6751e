"""The samples in runner-config/samples, each as a command makes it."""

from __future__ import annotations

from collections.abc import Iterator

from click.testing import CliRunner

from mlgitlab.cli.main import Surroundings, cli

FOLDER = "runner-config/samples"
_URL = ("--gitlab-url", "https://gitlab.example.com")
_CACHE = ("--cache-bucket", "example-runner-cache", "--cache-region", "eu-central-1")
_FLEET = ("--fleet", "gpu-staging", "--max-instances", "4")
_NODES = ("--node-label", "accelerator=a100", "--runtime-class", "nvidia")
SAMPLES = {
    "docker.toml": ("docker", "--gpu", "a100:2", "--name", "a100", *_CACHE),
    "docker-amd.toml": ("docker", "--gpu", "mi300x:8", "--name", "mi300x", "--shm-size", "32g"),
    "docker-minio.toml": (
        "docker", "--gpu", "t4", "--name", "t4", "--runtime", "nvidia",
        "--cache-bucket", "runner-cache", "--cache-address", "minio.example.com:9000",
    ),
    "shell.toml": ("shell", "--gpu", "a100:2", "--name", "a100-shell"),
    "docker-autoscaler-aws.toml": ("docker-autoscaler-aws", "--gpu", "a10g", *_FLEET, *_CACHE),
    "docker-autoscaler-aws-spot.toml": ("docker-autoscaler-aws", "--gpu", "a10g", "--spot", "aws", *_FLEET, *_CACHE),
    "docker-autoscaler-googlecloud.toml": (
        "docker-autoscaler-googlecloud", "--gpu", "l4", *_FLEET,
        "--cloud-project", "example-ml", "--zone", "europe-west4-a",
    ),
    "docker-autoscaler-azure.toml": (
        "docker-autoscaler-azure", "--gpu", "t4", *_FLEET,
        "--subscription", "00000000-0000-0000-0000-000000000000", "--resource-group", "gpu-runners",
    ),
    "kubernetes.toml": ("kubernetes", "--gpu", "a100:2", *_NODES, "--service-account", "ml-jobs", *_CACHE),
    "kubernetes-mig.toml": ("kubernetes", "--gpu", "a100-mig-1g.5gb", *_NODES),
    "kubernetes-spot.toml": ("kubernetes", "--gpu", "a100", "--spot", "googlecloud", *_NODES),
    "helm-values.yaml": ("helm", "--gpu", "a100", *_NODES, "--limit", "8"),
    "helm-values-spot.yaml": ("helm", "--gpu", "t4", "--spot", "azure", "--limit", "8"),
    "retry.yaml": ("retry",),
    "retry-19.1.yaml": ("retry", "--gitlab-version", "19.1"),
}  # fmt: skip


def texts() -> Iterator[tuple[str, str]]:
    """Each sample's path from the root, and its text."""
    around = Surroundings(environ={}, cwd=".")
    for name, argv in SAMPLES.items():
        done = CliRunner().invoke(cli, ["runner", "config", *argv, *_URL], obj=around, catch_exceptions=False)
        yield f"{FOLDER}/{name}", done.stdout
