"""The parts of a configuration that many checks look at, each with its dotted key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlgitlab.config.gpus import Gpu
from mlgitlab.config.schema import Config, Model, Step


def steps(config: Config) -> Iterator[tuple[str, Step]]:
    """Every step, of models, datasets and quality."""
    for name, model in config.models.items():
        yield from model_steps(name, model)
    for name, dataset in config.datasets.items():
        if dataset.validate:
            yield f"datasets.{name}.validate", dataset.validate
    for name, quality in config.quality.items():
        yield f"quality.{name}", quality


def model_steps(name: str, model: Model) -> Iterator[tuple[str, Step]]:
    """The steps that one model declares."""
    if model.smoke:
        yield f"models.{name}.smoke", model.smoke
    if model.train:
        yield f"models.{name}.train", model.train
    if model.evaluate:
        yield f"models.{name}.evaluate", model.evaluate


def gpus(config: Config) -> Iterator[tuple[str, Gpu]]:
    """Every request for a GPU."""
    for name, model in config.models.items():
        if model.gpu:
            yield f"models.{name}.gpu", model.gpu
    for path, step in steps(config):
        if step.gpu:
            yield f"{path}.gpu", step.gpu


def variables(config: Config) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every set of job variables."""
    yield "defaults.variables", config.defaults.variables
    for name, model in config.models.items():
        yield f"models.{name}.variables", model.variables
    for path, step in steps(config):
        yield f"{path}.variables", step.variables


def tags(config: Config) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every list of runner tags."""
    yield "defaults.tags", config.defaults.tags
    for name, gpu in config.gpus.items():
        yield f"gpus.{name}.tags", gpu.tags
    for name, model in config.models.items():
        yield f"models.{name}.tags", model.tags or ()
    for path, step in steps(config):
        yield f"{path}.tags", step.tags or ()
