"""The arguments of the Terraform resources that we use, read out of HashiCorp's own bindings of the providers.

No registry of providers can be asked where the tests run. The bindings for Python (cdktf-cdktf-provider-aws and
cdktf-cdktf-provider-google on PyPI) are generated from the providers' schemas. With their wheels unpacked into FOLDER:

    python -m scripts.terraform_schemas FOLDER

writes tests/terraform/schemas.json. It is needed again when a .tf file uses a resource that the file does not hold.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "tests" / "terraform" / "schemas.json"
_BLOCK = re.compile(r'^(resource|data) "([a-z0-9_]+)"', re.MULTILINE)
_VERSION = re.compile(r"registry\.terraform\.io/providers/hashicorp/\w+/([0-9.]+)/docs")
_OURS = frozenset(
    ["scope", "id_", "connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"]
)


def used() -> list[tuple[str, str]]:
    """What the .tf files use: `resource` or `data`, and the type, sorted."""
    files = sorted((ROOT / "runner-config" / "terraform").rglob("*.tf"))
    return sorted({(found[1], found[2]) for file in files for found in _BLOCK.finditer(file.read_text("utf-8"))})


class Module:
    """One module of the bindings: the classes of one resource."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text("utf-8")
        tree = ast.parse(self.text)
        self.classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def resource(self) -> dict[str, Any]:
        """The schema of the resource: its arguments, and what can be read of it."""
        main = next(name for name in self.classes if f"{name}Config" in self.classes)
        schema = self.block(f"{main}Config", _OURS)
        for name, kind in self._read(main):
            if name not in schema["attributes"] and name not in schema["blocks"]:
                schema["attributes"][name] = {"type": kind, "computed": True}
        return schema

    def block(self, name: str, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The schema of a block: attributes and blocks within it."""
        schema: dict[str, Any] = {"attributes": {}, "blocks": {}}
        init = _method(self.classes[name], "__init__")
        if init is None:
            return schema
        documented = _parameters(ast.get_docstring(init) or "")
        for argument in init.args.kwonlyargs:
            if argument.arg in without or argument.annotation is None:
                continue
            written = ast.unparse(argument.annotation)
            key = _tf_name(argument.arg, documented)
            inner = next((word for word in re.findall(r"\w+", written) if word in self.classes), "")
            required = "typing.Optional" not in written
            several = "Sequence" in written or "List" in written
            if inner and f"{key} block" in documented.get(argument.arg, ""):
                schema["blocks"][key] = {**self.block(inner), "several": several, "required": required}
            else:
                kind = self._objects(inner, several=several) if inner else self._type(written)
                schema["attributes"][key] = {"type": kind, "required": required}
        return schema

    def _read(self, name: str) -> Iterator[tuple[str, object]]:
        for node in self.classes[name].body:
            if not isinstance(node, ast.FunctionDef) or node.returns is None or node.name.endswith("_input"):
                continue
            if any(ast.unparse(each) == "builtins.property" for each in node.decorator_list):
                yield node.name, self._type(ast.unparse(node.returns))

    def _objects(self, name: str, *, several: bool) -> object:
        """The type of an attribute whose values are objects; Terraform lets it be written as blocks, too."""
        fields = {key: facts["type"] for key, facts in self.block(name)["attributes"].items()}
        return ["list", ["object", fields]] if several else ["object", fields]

    def _type(self, written: str) -> object:
        """A type as Terraform writes it in JSON; `dynamic` for objects, whose fields nothing of ours looks at."""
        bare = re.sub(r"^typing\.Optional\[(.*)\]$", r"\1", written)
        if "List" in bare or "Sequence" in bare:
            return ["list", "number" if "Number" in bare else "string"] if "builtins.str" in bare else "dynamic"
        if "Mapping" in bare:
            return ["map", "string"]
        if "builtins.bool" in bare or ("IResolvable" in bare and "'" not in bare):
            return "bool"
        return {"builtins.str": "string", "jsii.Number": "number", "_cdktf_9a9027ec.StringMap": ["map", "string"]}.get(
            bare, "dynamic"
        )


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def _parameters(text: str) -> dict[str, str]:
    return {found[1]: found[2] for found in re.finditer(r":param (\w+): (.*)", text)}


def _tf_name(argument: str, documented: dict[str, str]) -> str:
    """The argument's name in Terraform, which the link to its documentation ends with."""
    found = re.search(r"#(\w+) \w+#(\w+)\}", documented.get(argument, ""))
    return found[2] if found else argument


def main() -> None:
    """Read the bindings, and write what we use of them."""
    folder = Path(sys.argv[1])
    providers: dict[str, Any] = {}
    for kind, name in used():
        provider, _, rest = name.partition("_")
        stem = f"data_{name}" if kind == "data" else rest
        module = Module(folder / f"cdktf_cdktf_provider_{provider}" / stem / "__init__.py")
        found = _VERSION.search(module.text)
        entry = providers.setdefault(provider, {"version": found[1] if found else "", "resource": {}, "data": {}})
        entry[kind][name] = module.resource()
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(providers, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"wrote {OUTPUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
