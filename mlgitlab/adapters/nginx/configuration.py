"""nginx's configuration for a state of the traffic: text from values, the same for the same values.

Words are those of https://nginx.org/en/docs/. What people may write into it is checked by `config/deploy_check.py`;
the rest are numbers, digests and texts of our own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mlgitlab.config.deploy import NginxTarget, ShadowTraffic
from mlgitlab.jobs.deploy.target import Traffic

FIRST = "# mlgitlab: "
LOG = "logs/access.log"
SOCKET = "status.sock"
PID = "nginx.pid"
# Modules that keep files in folders of the system's unless they are told others.
KEEPING = ("fastcgi", "uwsgi", "scgi")
_SALT = 12  # digits of the candidate's digest: the same users in all of one deployment, others in the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the configuration depends on. `ports`: where each model listens; `keeping`: of KEEPING, what nginx has."""

    folder: Path
    settings: NginxTarget
    shadow: ShadowTraffic
    traffic: Traffic
    ports: Mapping[str, int]
    keeping: tuple[str, ...] = KEEPING


def configuration(scene: Scene) -> str:
    """The whole file. Its first line says which traffic it is for."""
    body = "\n".join(_lines(scene))
    mark = json.dumps({"traffic": asdict(scene.traffic), "digest": hashlib.sha256(body.encode()).hexdigest()})
    socket = (
        f'server {{ listen "unix:{scene.folder}/{SOCKET}"; access_log off; '
        f"location / {{ default_type application/json; return 200 '{mark}'; }} }}"
    )
    return f"{FIRST}{mark}\n{body}\n    {socket}\n}}\n"


def mark_of(text: str) -> str:
    """What the first line of a configuration says of it; the running nginx says the same at its socket."""
    return text.partition("\n")[0].removeprefix(FIRST)


def traffic_of(mark: str) -> Traffic:
    """The traffic that such a mark is about; none for anything else."""
    try:
        return Traffic(**json.loads(mark)["traffic"])
    except (ValueError, KeyError, TypeError):
        return Traffic()


def _lines(scene: Scene) -> Iterator[str]:
    settings = scene.settings
    yield "# Written by mlgitlab; the next deployment writes it anew."
    yield "daemon on;"
    yield f"pid {PID};"
    yield "error_log logs/error.log warn;"
    yield "worker_processes auto;"
    yield f"worker_shutdown_timeout {settings.drain.seconds}s;"
    yield f"events {{ worker_connections {settings.connections}; }}"
    yield "http {"
    for name in ("client_body", "proxy", *scene.keeping):
        yield f"    {name}_temp_path tmp/{name};"
    yield f"    client_max_body_size {settings.largest};"
    yield "    keepalive_requests 100000;"
    yield from _log(scene)
    yield from _upstreams(scene)
    yield from _split(scene)
    if scene.traffic.shadow:
        yield from _sampling(scene)
    yield from _server(scene)


def _log(scene: Scene) -> Iterator[str]:
    for name, digest in (("answer", "$mlgitlab_digest"), ("shadow", scene.traffic.shadow)):
        if digest:
            yield f"    log_format mlgitlab_{name} escape=json '{_format(scene.settings, digest)}';"
    yield f"    access_log {LOG} mlgitlab_answer;"


def _format(settings: NginxTarget, digest: str) -> str:
    """One line of JSON. Several attempts of one request are told apart by commas in what begins with `upstream`."""
    fields = {
        "id": "$request_id",
        "digest": digest,
        "status": "$status",
        "upstream": "$upstream_addr",
        "upstream_status": "$upstream_status",
        "upstream_seconds": "$upstream_response_time",
        "version": _header(settings.version),
        "prediction": _header(settings.prediction) if settings.prediction else "",
        **{f"value {name}": _header(header) for name, header in settings.values.items()},
    }
    return f'{{"at":$msec,{json.dumps(fields, separators=(",", ":"))[1:]}'


def _header(name: str) -> str:
    return f"$upstream_http_{name.lower().replace('-', '_')}"


def _upstreams(scene: Scene) -> Iterator[str]:
    traffic, repeats = scene.traffic, scene.settings.repeatable
    for name, digest in (("live", traffic.live), ("canary", traffic.canary), ("shadow", traffic.shadow)):
        if not digest:
            continue
        # nginx counts no failures of a server and never leaves it out: we judge, and it must get its share.
        limit = f" max_conns={scene.shadow.at_once}" if name == "shadow" else ""
        spare = f" server 127.0.0.1:{scene.ports[traffic.live]} backup;" if name == "canary" and repeats else ""
        # The zone lets all workers count together.
        shared = " zone mlgitlab_shadow 64k;" if name == "shadow" else ""
        yield (
            f"    upstream mlgitlab_{name} {{{shared} server 127.0.0.1:{scene.ports[digest]} max_fails=0{limit};{spare}"
            " keepalive 32; }"
        )


def _split(scene: Scene) -> Iterator[str]:
    traffic = scene.traffic
    yield from _key(scene.settings.key)
    if traffic.canary:
        salt = traffic.canary.removeprefix("sha256:")[:_SALT]
        yield (
            f'    split_clients "{salt} $mlgitlab_key" $mlgitlab_side {{ {_percent(traffic.share)} canary; * live; }}'
        )
    else:
        yield '    map "" $mlgitlab_side { default live; }'
    canary = f'canary "{traffic.canary}"; ' if traffic.canary else ""
    yield f'    map $mlgitlab_side $mlgitlab_digest {{ {canary}default "{traffic.live}"; }}'


def _key(key: str) -> Iterator[str]:
    kind, _, name = key.partition(" ")
    variable = {
        "address": "$remote_addr",
        "header": f"$http_{name.lower().replace('-', '_')}",
        "cookie": f"$cookie_{name}",
        "query": f"$arg_{name}",
    }[kind]
    # Without its key a request goes by chance: one bucket for all of them would be no share at all.
    yield f'    map {variable} $mlgitlab_key {{ "" $request_id; default {variable}; }}'


def _percent(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".") + "%"


def _sampling(scene: Scene) -> Iterator[str]:
    largest = f"(|{at_most(scene.shadow.largest)})"
    yield f'    split_clients "$request_id" $mlgitlab_lot {{ {_percent(scene.traffic.sample)} 1; * 0; }}'
    yield (
        '    map "$mlgitlab_lot:$http_transfer_encoding:$content_length" $mlgitlab_sampled '
        f'{{ "~^1::{largest}$" 1; default 0; }}'
    )


def at_most(number: int) -> str:
    """A regular expression for the whole numbers from 0 to `number`, without leading zeros."""
    digits = str(number)
    parts = [f"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        least = 1 if place == 0 and len(digits) > 1 else 0
        if int(digit) > least:
            rest = len(digits) - place - 1
            tail = f"[0-9]{{{rest}}}" if rest else ""
            parts.append(f"{digits[:place]}[{least}-{int(digit) - 1}]{tail}")
    return f"({'|'.join([*parts, digits])})"


def _server(scene: Scene) -> Iterator[str]:
    settings, traffic = scene.settings, scene.traffic
    yield "    server {"
    yield f"        listen {settings.listen};"
    if not traffic.live:
        yield "        location / { return 503; }"
        yield "    }"
        return
    yield from (f"        {line}" for line in _PASSING)
    seconds = settings.timeout.seconds
    yield f"        proxy_connect_timeout 2s; proxy_send_timeout {seconds}s; proxy_read_timeout {seconds}s;"
    repeats = "error timeout http_500 http_502 http_503 http_504 non_idempotent" if settings.repeatable else "off"
    yield f"        proxy_next_upstream {repeats};"
    sampled = " if ($mlgitlab_sampled) { rewrite ^ /.mlgitlab/sampled last; }" if traffic.shadow else ""
    answer = "proxy_pass http://mlgitlab_$mlgitlab_side$request_uri;"
    yield f"        location / {{{sampled} {answer} }}"
    if traffic.shadow:
        # The connection is closed after a copied request: the next one on it would wait for the shadow.
        yield (
            "        location = /.mlgitlab/sampled { internal; keepalive_timeout 0; mirror /.mlgitlab/shadow; "
            f"client_body_buffer_size {scene.shadow.largest}; {answer} }}"
        )
        yield "        location = /.mlgitlab/shadow {"
        yield f"            internal; log_subrequest on; access_log {LOG} mlgitlab_shadow;"
        yield from (f"            {line}" for line in (*_PASSING, "proxy_set_header X-Shadow 1;"))
        limit = scene.shadow.timeout_ms
        yield (
            f"            proxy_connect_timeout {min(limit, 200)}ms; proxy_send_timeout {limit}ms; "
            f"proxy_read_timeout {limit}ms;"
        )
        yield "            proxy_next_upstream off; proxy_pass http://mlgitlab_shadow$request_uri;"
        yield "        }"
    yield "    }"


_PASSING = (
    "proxy_http_version 1.1;",
    'proxy_set_header Connection "";',
    "proxy_set_header Host $host;",
    "proxy_set_header X-Mlgitlab-Request $request_id;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
)
