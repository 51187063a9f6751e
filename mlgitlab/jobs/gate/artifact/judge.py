"""From the files of a model to rulings on its size and its formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlgitlab.config.gates_artifact import FormatRules, SizeRules
from mlgitlab.jobs.formats.kind import FORMATS
from mlgitlab.jobs.gate.artifact import form, imports, size
from mlgitlab.jobs.gate.artifact.contents import Contents, contents
from mlgitlab.jobs.gate.artifact.files import ModelFiles
from mlgitlab.jobs.gate.ruling import Findings


def judge(
    sizes: SizeRules | None, formats: FormatRules | None, candidate: ModelFiles, production: ModelFiles | None
) -> Findings:
    """What each limit says of the candidate's files. `production` is None for the first model of a name.

    A file that cannot be understood is a finding, whatever is in it; WorldError only where a file cannot be read.
    """
    new = contents(candidate)
    old = contents(production) if production and sizes else None
    rulings = []
    if sizes:
        found = size.rulings(sizes, new, old)
        rulings += [replace(each, mandatory=each.mandatory and not sizes.advisory) for each in found]
    if formats:
        rulings += [replace(each, mandatory=not formats.advisory) for each in form.rulings(formats, new)]
    return Findings(rulings=tuple(rulings), facts=_facts(new))


def _facts(found: Contents) -> dict[str, str]:
    tensors = found.tensors
    return {
        "files": str(len(found.sizes)),
        "bytes": str(found.bytes),
        "formats": ", ".join(sorted({described.format for described in found.files.values()})),
        "parameters": str(found.parameters) + (" and more" if found.uncounted else ""),
        "dtypes": ", ".join(f"{kind}: {tally.values}" for kind, tally in tensors.items()),
    }


def wrong(sizes: SizeRules | None, formats: FormatRules | None) -> Iterator[tuple[str, str]]:
    """What no such rules can say: the key below `gates`, and what is wrong with it."""
    if sizes:
        yield from _wrong_sizes(sizes)
    if formats:
        for entry in formats.allow:
            if entry not in FORMATS:
                yield "format.allow", f"{entry!r} is none of {', '.join(FORMATS)}"
        yield from (("format.pickle.allow", what) for what in imports.wrong(formats.pickle))
        if formats.onnx:
            yield from (("format.onnx.operators", what) for what in form.wrong(formats.onnx))


def _wrong_sizes(rule: SizeRules) -> Iterator[tuple[str, str]]:
    limits = {"max_files": rule.max_files, "max_parameters": rule.max_parameters, "batch": rule.batch}
    for key, value in limits.items():
        if value is not None and value < 1:
            yield f"size.{key}", f"{value} is less than 1"
    if rule.max_ratio is not None and not 0 < rule.max_ratio < float("inf"):
        yield "size.max_ratio", f"{rule.max_ratio} is no ratio"
