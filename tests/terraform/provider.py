"""A provider plugin that knows the schemas in schemas.json and does nothing: enough for `terraform validate`.

Terraform gets its providers from a registry, which tests cannot reach. It also takes one that runs already, named in
TF_REATTACH_PROVIDERS, which is how provider developers debug theirs. It speaks gRPC, protocol 5:
https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.proto. The few messages that are needed
are written here byte by byte, by https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

SCHEMAS: Mapping[str, Any] = json.loads((Path(__file__).parent / "schemas.json").read_text("utf-8"))
# What our files say to the providers themselves.
_PROVIDERS = {"aws": ("region",), "google": ("project", "region")}
_LIST = 2


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _attribute(name: str, facts: Mapping[str, Any]) -> bytes:
    computed, required = bool(facts.get("computed")), bool(facts.get("required"))
    return (
        _text(1, name)
        + _bytes(2, json.dumps(facts["type"]).encode())
        + _number(4, required)
        + _number(5, not computed and not required)
        + _number(6, not required)
    )


def _block(facts: Mapping[str, Any]) -> bytes:
    parts = [_bytes(2, _attribute(name, inner)) for name, inner in facts["attributes"].items()]
    for name, inner in facts["blocks"].items():
        nested = _text(1, name) + _bytes(2, _block(inner)) + _number(3, _LIST) + _number(4, inner["required"])
        parts.append(_bytes(3, nested + _number(5, 0 if inner["several"] else 1)))
    return b"".join(parts)


def _schema(facts: Mapping[str, Any]) -> bytes:
    return _bytes(2, _block(facts))


def _answer(name: str) -> bytes:
    """GetProviderSchema.Response."""
    settings = {key: {"type": "string", "required": False} for key in _PROVIDERS[name]}
    answer = _bytes(1, _schema({"attributes": settings, "blocks": {}}))
    for field, kind in ((2, "resource"), (3, "data")):
        for resource, facts in SCHEMAS[name][kind].items():
            answer += _bytes(field, _text(1, resource) + _bytes(2, _schema(facts)))
    return answer


class _Provider(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, name: str) -> None:
        schema = _answer(name)
        self._answers: Mapping[str, Callable[[bytes], bytes]] = {
            "GetSchema": lambda _: schema,
            "PrepareProviderConfig": lambda request: request,  # the first field of both is the configuration
            "ValidateResourceTypeConfig": lambda _: b"",
            "ValidateDataSourceConfig": lambda _: b"",
            "Stop": lambda _: b"",
        }

    def service(self, handler_call_details: Any) -> Any:
        service, _, method = handler_call_details.method.strip("/").partition("/")
        answer = self._answers.get(method) if service == "tfplugin5.Provider" else None
        return answer and grpc.unary_unary_rpc_method_handler(lambda request, _: answer(request))


@contextmanager
def running() -> Iterator[Mapping[str, str]]:
    """The variables that make Terraform use these providers, until the block ends."""
    servers, found = [], {}
    for name in SCHEMAS:
        server = grpc.server(ThreadPoolExecutor(4))
        server.add_generic_rpc_handlers((_Provider(name),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        found[f"registry.terraform.io/hashicorp/{name}"] = {
            "Protocol": "grpc",
            "ProtocolVersion": 5,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
        }
    try:
        yield {"TF_REATTACH_PROVIDERS": json.dumps(found)}
    finally:
        for server in servers:
            server.stop(None).wait()
