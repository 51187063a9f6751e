"""A fake SageMaker over real HTTP, for the real botocore: models, endpoint configurations, endpoints, tags.

What an operation takes comes from botocore's own model of the service: unknown members, wrong types, missing members,
and values against an enumeration, a pattern or a bound are refused. Endpoints move on whenever they are looked at.
Behaviour: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html and the API reference.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session

_ARN = "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/"
_LOOKS = 2
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "long": (int,), "float": (int, float), "double": (int, float),
    "boolean": (bool,), "list": (list,), "map": (dict,), "structure": (dict,),
}  # fmt: skip


class RefusedCallError(Exception):
    """A ValidationException."""


def check(shape: Any, value: Any, path: str) -> None:
    """RefusedCallError where a value is not what the service's model says of a `botocore.model.Shape`."""
    _check_kind(shape, value, path)
    told: Mapping[str, Any] = shape.metadata
    size = value if isinstance(value, int | float) else len(value)
    if not told.get("min", size) <= size <= told.get("max", size):
        raise RefusedCallError(f"{path}: {size} is out of bounds")
    if shape.type_name == "string":
        _check_text(told, value, path)
    for inner, each, name in _parts(shape, value, path):
        check(inner, each, f"{path}.{name}")


def _check_kind(shape: Any, value: object, path: str) -> None:
    kinds = _TYPES[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise RefusedCallError(f"{path} is no {shape.type_name}")


def _check_text(told: Mapping[str, Any], value: str, path: str) -> None:
    if told.get("enum") and value not in told["enum"]:
        raise RefusedCallError(f"{path}: {value!r} is not in the enumeration")
    # Python's expressions have no classes of characters by Unicode's properties.
    pattern = re.sub(r"\\p\{[LN]\}", r"\\w", told.get("pattern", "")).replace(r"\p{Z}", r"\s")
    if pattern and not re.fullmatch(pattern, value):
        raise RefusedCallError(f"{path}: {value!r} does not match {pattern}")


def _parts(shape: Any, value: Any, path: str) -> list[tuple[Any, Any, object]]:
    if shape.type_name == "list":
        return [(shape.member, each, number) for number, each in enumerate(value)]
    if shape.type_name == "map":
        return [(shape.value, each, name) for name, each in value.items()]
    if shape.type_name != "structure":
        return []
    wrong = sorted(value.keys() - shape.members.keys()) + sorted(set(shape.required_members) - value.keys())
    if wrong:
        raise RefusedCallError(f"{path}: {', '.join(wrong)} unknown or missing")
    return [(shape.members[name], each, name) for name, each in value.items()]


@dataclass
class FakeSageMaker:
    """The service's state. bad: digests whose alarms go off; broken: those that do not start."""

    url: str = ""
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    refuse: tuple[int, str] | None = None
    service: Any = field(default_factory=lambda: botocore.session.get_session().get_service_model("sagemaker"))
    lock: Any = field(default_factory=threading.Lock)

    def called(self, operation: str) -> list[dict[str, Any]]:
        return [asked for name, asked in self.log if name == operation]

    def answer(self, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and the body for one call."""
        with self.lock:
            self.log.append((operation, asked))
            if self.refuse:
                return self.refuse[0], {"__type": self.refuse[1], "message": "for the test"}
            try:
                check(self.service.operation_model(operation).input_shape, asked, operation)
                made = getattr(self, re.sub(r"(?<!^)([A-Z])", r"_\1", operation).lower())(asked)
            except RefusedCallError as error:
                return 400, {"__type": "ValidationException", "message": str(error)}
            return 200, made or {}

    def create_model(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._created(self.models, "ModelName", "model", asked)

    def describe_model(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._described(self.models, "ModelName", "model", asked)

    def create_endpoint_config(self, asked: dict[str, Any]) -> dict[str, Any]:
        variants = [*asked["ProductionVariants"], *asked.get("ShadowProductionVariants", [])]
        if len(asked.get("ShadowProductionVariants", [])) > 1:
            raise RefusedCallError("one shadow variant at most")
        for each in variants:
            if each["ModelName"] not in self.models:
                raise RefusedCallError(f'Could not find model "{each["ModelName"]}".')
        return self._created(self.configs, "EndpointConfigName", "endpoint-config", asked)

    def describe_endpoint_config(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._described(self.configs, "EndpointConfigName", "endpoint configuration", asked)

    def create_endpoint(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked["EndpointName"]
        if name in self.endpoints:
            raise RefusedCallError("Cannot create already existing endpoint")
        self._config(asked["EndpointConfigName"])
        self.endpoints[name] = {"config": asked["EndpointConfigName"], "status": "Creating", "looks": 0}
        self.tags[_ARN + name] = {tag["Key"]: tag["Value"] for tag in asked.get("Tags", [])}
        return {"EndpointArn": _ARN + name}

    def update_endpoint(self, asked: dict[str, Any]) -> dict[str, Any]:
        endpoint = self._endpoint(asked)
        if endpoint["status"] not in ("InService", "UpdateRollbackFailed"):
            raise RefusedCallError(f"Cannot update in-progress endpoint: it is {endpoint['status']}")
        self._require_policy(asked.get("DeploymentConfig", {}))
        now, to = self._config(endpoint["config"]), self._config(asked["EndpointConfigName"])
        if {each["VariantName"] for each in now["ProductionVariants"]} != {
            each["VariantName"] for each in to["ProductionVariants"]
        }:
            raise RefusedCallError("variants must keep their names")
        alarms = asked.get("DeploymentConfig", {}).get("AutoRollbackConfiguration", {}).get("Alarms", [])
        endpoint |= {"pending": asked["EndpointConfigName"], "status": "Updating", "looks": 0, "alarms": bool(alarms)}
        return {"EndpointArn": _ARN + asked["EndpointName"]}

    def _require_policy(self, config: dict[str, Any]) -> None:
        routing = config.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
        sizes = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}
        wanted = sizes.get(routing.get("Type", ""))
        if {name for name in sizes.values() if name in routing} != ({wanted} if wanted else set()):
            raise RefusedCallError(f"{routing.get('Type')} and its size do not agree")
        if wanted and routing[wanted]["Value"] > 50:
            raise RefusedCallError("a size of at most 50 % of the capacity")
        batch = config.get("RollingUpdatePolicy", {}).get("MaximumBatchSize", {"Value": 5})
        if not 5 <= batch["Value"] <= 50:
            raise RefusedCallError("batches of 5 % to 50 % of the capacity")

    def describe_endpoint(self, asked: dict[str, Any]) -> dict[str, Any]:
        endpoint = self._endpoint(asked)
        name = asked["EndpointName"]
        self._move(endpoint)
        if endpoint["status"] == "gone":
            del self.endpoints[name]
            self._endpoint(asked)
        said = {
            "EndpointName": name,
            "EndpointArn": _ARN + name,
            "EndpointConfigName": endpoint["config"],
            "EndpointStatus": endpoint["status"],
            "CreationTime": 1.9e9,
            "LastModifiedTime": 1.9e9,
        }
        if endpoint.get("pending"):
            said["PendingDeploymentSummary"] = {"EndpointConfigName": endpoint["pending"]}
        if endpoint["status"] == "Failed":
            said["FailureReason"] = "The primary container did not pass the ping health check."
        return said

    def delete_endpoint(self, asked: dict[str, Any]) -> None:
        self._endpoint(asked).update(status="Deleting", looks=0)

    def list_tags(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags[asked["ResourceArn"]].items()]}

    def add_tags(self, asked: dict[str, Any]) -> None:
        self.tags[asked["ResourceArn"]] |= {tag["Key"]: tag["Value"] for tag in asked["Tags"]}

    def digest(self, config: str) -> str:
        model = self.configs[config]["ProductionVariants"][0]["ModelName"]
        return str(self.models[model]["PrimaryContainer"]["Environment"]["MLGITLAB_DIGEST"])

    def _move(self, endpoint: dict[str, Any]) -> None:
        endpoint["looks"] += 1
        if endpoint["looks"] <= _LOOKS:
            return
        match endpoint["status"]:
            case "Creating":
                endpoint["status"] = "Failed" if self.digest(endpoint["config"]) in self.broken else "InService"
            case "Updating":
                digest = self.digest(endpoint["pending"])
                if digest in self.broken or (digest in self.bad and endpoint["alarms"]):
                    endpoint |= {"status": "RollingBack", "looks": 0}
                else:
                    endpoint |= {"status": "InService", "config": endpoint.pop("pending")}
            case "RollingBack":
                endpoint.pop("pending")
                endpoint["status"] = "InService"
            case "Deleting":
                endpoint["status"] = "gone"
            case _:
                pass

    def _created(self, kept: dict[str, Any], key: str, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        if asked[key] in kept:
            raise RefusedCallError(f"Cannot create already existing {what}")
        kept[asked[key]] = asked
        return {f"{key.removesuffix('Name')}Arn": f"arn:aws:sagemaker:eu-central-1:123456789012:{what}/{asked[key]}"}

    def _described(self, kept: dict[str, Any], key: str, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        if asked[key] not in kept:
            raise RefusedCallError(f'Could not find {what} "{asked[key]}".')
        return {**kept[asked[key]], "CreationTime": 1.9e9}

    def _config(self, name: str) -> dict[str, Any]:
        if name not in self.configs:
            raise RefusedCallError(f'Could not find endpoint configuration "{name}".')
        return self.configs[name]

    def _endpoint(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["EndpointName"] not in self.endpoints:
            raise RefusedCallError(f'Could not find endpoint "{asked["EndpointName"]}".')
        return self.endpoints[asked["EndpointName"]]


@contextlib.contextmanager
def serve() -> Iterator[FakeSageMaker]:
    """The service, on a port of its own."""
    fake = FakeSageMaker()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: with two, the second waits for an acknowledgement

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].removeprefix("SageMaker.")
            status, answer = fake.answer(operation, json.loads(body))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
