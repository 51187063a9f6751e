"""Runs an ONNX model for whoever writes `first count` to its standard input. A program of its own: a model that
brings ONNX Runtime down takes only this process with it, and its memory is counted alone.

Arguments: the model, and the file with the requests, empty for zeros. Imports nothing of mlgitlab's.
"""  # noqa: D205 (one sentence would say less)

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

_TYPES = {
    "float": "float32", "double": "float64", "float16": "float16", "int64": "int64", "int32": "int32",
    "int16": "int16", "int8": "int8", "uint64": "uint64", "uint32": "uint32", "uint16": "uint16", "uint8": "uint8",
    "bool": "bool", "string": "object",
}  # fmt: skip


def main(model: str, requests: str) -> None:
    """Load the model, then answer each line: times in milliseconds, seconds in all, and what went wrong."""
    import onnxruntime  # noqa: PLC0415 (the process that starts this one says kindly where it is missing)

    session = onnxruntime.InferenceSession(model, providers=onnxruntime.get_available_providers())
    feeds = _feeds(session, requests)
    about = f"onnxruntime {onnxruntime.__version__} ({', '.join(session.get_providers())})"
    for line in sys.stdin:
        first, count = map(int, line.split())
        times, errors = [], []
        begun = time.perf_counter()
        for number in range(first, first + count):
            sent = time.perf_counter()
            try:
                session.run(None, feeds[number % len(feeds)])
                times.append((time.perf_counter() - sent) * 1000)
            except Exception as error:  # noqa: BLE001 (whatever the runtime raises is the model's failure)
                errors.append(f"{type(error).__name__}: {error}"[:200])
        answer = {"times": times, "seconds": time.perf_counter() - begun, "errors": errors, "about": about}
        print(json.dumps(answer), flush=True)  # noqa: T201 (its output is the protocol)


def _feeds(session: Any, requests: str) -> list[Mapping[str, Any]]:  # noqa: ANN401 (ONNX Runtime has no types)
    inputs = session.get_inputs()
    if not requests:
        return [{each.name: _zeros(each) for each in inputs}]
    with open(requests, encoding="utf-8") as lines:  # noqa: PTH123 (as quick to start as can be)
        return [_feed(json.loads(line), inputs) for line in lines if line.strip()]


def _feed(request: Any, inputs: Any) -> Mapping[str, Any]:  # noqa: ANN401
    import numpy as np  # noqa: PLC0415 (with onnxruntime)

    named = request if isinstance(request, dict) else {inputs[0].name: request}
    return {each.name: np.asarray(named[each.name], dtype=_type(each)) for each in inputs if each.name in named}


def _zeros(wanted: Any) -> Any:  # noqa: ANN401
    import numpy as np  # noqa: PLC0415 (with onnxruntime)

    shape = [size if isinstance(size, int) and size > 0 else 1 for size in wanted.shape]
    kind = _type(wanted)
    return np.full(shape, "", dtype=kind) if kind == "object" else np.zeros(shape, dtype=kind)


def _type(wanted: Any) -> str:  # noqa: ANN401
    return _TYPES[wanted.type.removeprefix("tensor(").removesuffix(")")]


if __name__ == "__main__":
    main(*sys.argv[1:])
