"""A fake `kubectl`, for machines without one: the few forms that mlgitlab uses, for the server of fake_cluster.py."""

from __future__ import annotations

import http.client
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

GROUPS = {"argoproj.io": "v1alpha1", "flagger.app": "v1beta1", "serving.kserve.io": "v1beta1", "apps": "v1"}
PLURALS = {
    "Rollout": "rollouts", "AnalysisTemplate": "analysistemplates", "Canary": "canaries",
    "MetricTemplate": "metrictemplates", "InferenceService": "inferenceservices", "Deployment": "deployments",
    "Service": "services",
}  # fmt: skip
KNOWN = {
    "--namespace", "--request-timeout", "--context", "--server-side", "--force-conflicts", "--field-manager",
    "--filename", "--dry-run", "--output", "--selector", "--ignore-not-found", "--timeout",
}  # fmt: skip


def fail(words: str) -> NoReturn:
    sys.stderr.write(f"{words}\n")
    sys.exit(1)


def ask(server: str, method: str, path: str, body: str | None = None) -> dict[str, Any] | None:
    """The API server's answer; None where it finds nothing."""
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/apply-patch+yaml"})
        answer = connection.getresponse()
        found: dict[str, Any] = json.loads(answer.read())
    except OSError:
        fail("The connection to the server was refused - did you specify the right host or port?")
    if answer.status < 400:
        return found
    if answer.status != 404:
        fail(f"Error from server ({found['reason']}): {found['message']}")
    return None


def folder(api: str, namespace: str, plural: str) -> str:
    return f"{'/apis' if '/' in api else '/api'}/{api}/namespaces/{namespace}/{plural}"


def apply(server: str, options: dict[str, str]) -> None:
    trial = "&dryRun=All" if options.get("--dry-run") == "server" else ""
    for item in json.load(sys.stdin)["items"]:
        path = folder(item["apiVersion"], options["--namespace"], PLURALS[item["kind"]])
        query = f"fieldManager={options['--field-manager']}&force=true{trial}"
        if ask(server, "PATCH", f"{path}/{item['metadata']['name']}?{query}", json.dumps(item)) is None:
            fail(f'error: no matches for kind "{item["kind"]}" in version "{item["apiVersion"]}"')


def get(server: str, options: dict[str, str], kind: str, name: str, method: str) -> dict[str, Any] | None:
    plural, _, group = kind.partition(".")
    if group and group not in GROUPS:
        fail(f'error: the server doesn\'t have a resource type "{plural}"')
    path = folder(f"{group}/{GROUPS[group]}" if group else "v1", options["--namespace"], plural)
    chosen = f"?labelSelector={options['--selector']}" if "--selector" in options else ""
    return ask(server, method, f"{path}{f'/{name}' if name else ''}{chosen}")


def main() -> None:
    if "--raw" in sys.argv:
        raw = sys.argv.pop(sys.argv.index("--raw") + 1)
        sys.argv.remove("--raw")
    else:
        raw = ""
    options = {each.partition("=")[0]: each.partition("=")[2] for each in sys.argv[1:] if each.startswith("--")}
    if unknown := sorted(options.keys() - KNOWN):
        fail(f"error: unknown flag: {unknown[0]}")
    verb, *words = [each for each in sys.argv[1:] if not each.startswith("--")]
    config = json.loads(Path(os.environ["KUBECONFIG"]).read_text("utf-8"))
    if options.get("--context", "test") != config["current-context"]:
        fail(f'error: context "{options["--context"]}" does not exist')
    server = config["clusters"][0]["cluster"]["server"]
    if raw:
        json.dump(ask(server, "GET", raw), sys.stdout)
    elif verb == "apply":
        apply(server, options)
    else:
        method = "DELETE" if verb == "delete" else "GET"
        found = get(server, options, words[0], words[1] if len(words) > 1 else "", method)
        if found is not None and verb == "get":
            json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
