"""Hydra's own composition of a configuration, by its compose API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import yaml

from mlgitlab.errors import UsageError
from mlgitlab.jobs.settings.values import Document, Fault
from mlgitlab.paths import printable

_WIDEST = 400


def composed(folder: Path, primary: str, overrides: Sequence[str]) -> Document:
    """The composition of a primary configuration (`conf/config.yaml`) with overrides, interpolations resolved.

    What Hydra refuses to compose has no data, and a fault; so has each mandatory value (`???`) that nobody set.
    """
    try:
        from hydra import compose, initialize_config_dir  # noqa: PLC0415 (an extra, and slow to import)
        from hydra.core.hydra_config import HydraConfig  # noqa: PLC0415
        from hydra.errors import HydraException  # noqa: PLC0415
        from omegaconf import OmegaConf, open_dict  # noqa: PLC0415
        from omegaconf.errors import OmegaConfBaseException  # noqa: PLC0415
    except ImportError:
        raise UsageError("hydra-core is not installed", 'pip install "mlgitlab[hydra]"') from None
    place = PurePosixPath(primary)
    name = f"{primary} ({' '.join(overrides)})" if overrides else primary
    try:
        with initialize_config_dir(version_base=None, config_dir=str((folder / place.parent).resolve())):
            found = compose(config_name=place.name, overrides=list(overrides), return_hydra_config=True)
            with open_dict(found):
                # What a run would fill in, and `${hydra:runtime.output_dir}` asks for.
                found.hydra.runtime.output_dir = "outputs"
                found.hydra.runtime.cwd = str(folder)
                HydraConfig.instance().set_config(found)
                del found["hydra"]
            missing = sorted(OmegaConf.missing_keys(found))
            data = OmegaConf.to_container(found, resolve=True, enum_to_str=True)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        return Document(name=name, data=None, faults=(Fault(place=(), what=_told(error)),))
    faults = tuple(Fault(place=tuple(key.split(".")), what="mandatory, and nobody sets it (???)") for key in missing)
    return Document(name=name, data=data, faults=faults)


def _told(error: Exception) -> str:
    """Hydra's message on one line."""
    lines = (line.strip() for line in str(error).splitlines())
    text = " ".join(line for line in lines if line)
    return printable(text if len(text) <= _WIDEST else f"{text[:_WIDEST]}...")
