"""What is read without Jinja2 is what Jinja2 makes of it, and the rest is left to Jinja2."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlgitlab.adapters.plain_templates import PlainJobTemplates
from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.adapters.templates import JinjaJobTemplates
from mlgitlab.errors import ConfigError

NAMES = ("stage", "image", "tags", "timeout", "interruptible", "retry", "resource_group", "environment", "needs",
         "parallel", "variables", "id_tokens", "cache", "before_script", "script", "artifacts", "file", "job", "files",
         "strategy", "expire_in", "confirmation", "start_in", "when")  # fmt: skip
VALUES: dict[str, object] = {name: [name, {"a": None}] for name in NAMES} | {"stage": 'x"\nscript: [evil]', "tags": []}

TEXTS = [
    "stage: {{ stage }}\n",
    "stage: {{ stage }}",
    "\n\nstage: {{ stage }}\n\nimage: {{ image }}\n",
    "stage: {{ stage }}\nstage: {{ image }}\nscript: {{ script }}\n",
    "{# a\ncomment -#}\nstage: {{ stage }}\n",
    "{#- a -#}   \nstage: {{ stage }}\n",
    "{# a #}  \nstage: {{ stage }}\n",
    "{# a #}\n{# b #}\nstage: {{ stage }}\n",
    "{# a {# b #}\nstage: {{ stage }}\n",
    "stage: {{ stage }} {# why #}\nimage: {{ image }}\n",
    "stage: {{ stage }}{#- why -#}\nimage: {{ image }}\n",
    "  stage: {{ stage }}\n  image: {{ image }}\n",
    " stage: {{ stage }}\nimage: {{ image }}\n",
    "stage: {{ stage }}\r\nimage: {{ image }}\r\n",
    "stage: {{ stage }} \nallow_failure: true\nwhen: false\n",
    "stage: {{ true }}\n",
    "stage: {{ none }}\nimage: {{ not }}\n",
    "stage: {{ self }}\n",
    "stage: {{ loop }}\n",
    "stage: {{ range }}\n",
    "stage: {{ namespace }}\n",
    "on: {{ stage }}\n",
    "null: {{ stage }}\n",
    "yes: true\n",
    "allow_failure: True\nwhen: yes\n",
    "stage: {{ unknown }}\n",
    "stage: {{ stage | upper }}\n",
    "stage: '{{ stage }}'\n",
    "stage: run {{ stage }}\n",
    "stage:  {{ stage }}\nimage: {{stage}}\n",
    "script:\n  - {{ stage }}\n",
    '{% include "step.yml.j2" %}\nafter_script: {{ script }}\n',
    '{% include "other.yml.j2" %}\n',
    '{% include "train.yml.j2" %}\n',
    '{% include "gone.yml.j2" %}\n',
    '{% include "../step.yml.j2" %}\n',
    '{%- include "step.yml.j2" -%}\n',
    "{% raw %}\nstage: {{ stage }}\n{% endraw %}\n",
    "{% if stage %}\nstage: {{ stage }}\n{% endif %}\n",
    "",
    "\n",
    "# nothing\n",
    "stage: {{ stage }} # why\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_gives_what_jinja_makes_of_it(text: str) -> None:
    overrides = {"train.yml.j2": text, "other.yml.j2": "image: {{ image }}\n"}
    found = []
    for templates in (PlainJobTemplates(overrides, shipped_folder()), JinjaJobTemplates(overrides, shipped_folder())):
        try:
            job = templates.render("train", VALUES)
            found.append((repr(list(job.items())), ""))
        except ConfigError as error:
            found.append(("", str([str(problem) for problem in error.problems])))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", sorted(path.name.partition(".")[0] for path in shipped_folder().iterdir()))
def test_our_own_give_what_jinja_makes_of_them(name: str) -> None:
    plain, jinja = (kind({}, shipped_folder()).render(name, VALUES) for kind in (PlainJobTemplates, JinjaJobTemplates))
    assert list(plain.items()) == list(jinja.items())


def test_the_steps_of_a_run_take_no_jinja() -> None:
    code = (
        "import sys; from mlgitlab.adapters.plain_templates import PlainJobTemplates as T;"
        "from mlgitlab.adapters.template_files import shipped_folder as f;"
        f"values = dict.fromkeys({NAMES!r});"
        "[T({}, f()).render(n, values) for n in ('quality', 'data', 'smoke', 'train', 'evaluate', 'nothing')];"
        "sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
