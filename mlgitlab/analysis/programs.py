"""The names of the programs that a command may start, by what they do with Python code."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PYTHON = re.compile(r"(?:python|pypy)[\d.]*(?:\.exe)?")
SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ksh", "source", "."})
MAKE = frozenset({"make", "gmake"})
MAKEFILES = frozenset({"Makefile", "makefile", "GNUmakefile"})
# Commands that run the command that stands after their options.
WRAPPERS = _words(
    "uv uvx poetry pdm pipenv hatch rye pixi conda mamba micromamba nice nohup env sudo stdbuf timeout srun mpirun "
    "mpiexec horovodrun xvfb-run ionice taskset numactl dotenv doppler chronic catchsegv setsid unbuffer nsys ncu "
    "xargs tox nox strace ltrace valgrind dumb-init tini time"
)
# Those of them that run a command only after this word.
SUBCOMMANDS = {
    **dict.fromkeys(_words("uv poetry pdm pipenv hatch rye pixi conda mamba micromamba"), frozenset({"run"})),
    **dict.fromkeys(_words("dotenv doppler"), frozenset({"run"})),
    **dict.fromkeys(_words("nsys ncu"), frozenset({"profile", "launch"})),
}
# Their subcommands that prepare an environment and run nothing of the repository.
QUIET = _words("sync lock install cache create activate add venv --version")
# Those that run a project's own tasks by their names.
TASK_RUNNERS = frozenset({"pdm", "hatch", "rye", "pixi"})
# Words before the wrapped command that no option announces.
LEADING_WORD = re.compile(r"\d[\d.,smhdx-]*|0x[\da-fA-F]+")

# Commands that run the Python script or module among their arguments.
LAUNCHERS = _words(
    "torchrun accelerate deepspeed papermill jupyter jupyter-nbconvert nbconvert ipython ipython3 coverage kernprof "
    "scalene pyinstrument py-spy memray viztracer streamlit ray bokeh panel voila runpy pdb cProfile profile trace "
    "memory_profiler line_profiler torch.distributed.run torch.distributed.launch "
    "accelerate.commands.launch deepspeed.launcher.runner IPython debugpy fastapi uvicorn gunicorn"
)
TESTERS = frozenset({"pytest", "py.test"})
# Commands that load no code of the repository.
HARMLESS = _words(
    "echo printf mkdir rmdir cp mv rm ln ls cat cd pushd popd export unset set shopt umask ulimit pwd date sleep "
    "true false : test [ [[ touch chmod chown tar gzip gunzip unzip zip wget curl git df du free nvidia-smi which type "
    "head tail grep egrep sed awk sort uniq wc tee cut tr find diff id whoami hostname uname "
    "printenv fi done esac } in for "
    "apt apt-get apk yum dnf aws gsutil gcloud az rclone s5cmd huggingface-cli hf kaggle virtualenv "
    "nproc dirname basename realpath readlink seq mktemp expr bc jq yq stat tac paste column comm join nl fold shuf "
    "sha256sum sha1sum md5sum cksum base64 uuidgen getconf lscpu arch ps "
    "trap wait kill exit return break continue local declare readonly alias read shift"
)
# Modules of Python's own that `-m` runs, and that load no code of the repository.
QUIET_MODULES = _words(
    "base64 calendar compileall ensurepip gzip http.server json.tool platform py_compile site sysconfig tarfile "
    "venv virtualenv zipapp zipfile"
)
# Subcommands of `dvc` that bring data and run no stage.
DVC_TRANSFERS = frozenset({"pull", "push", "status", "fetch", "checkout", "get", "import", "remote", "config"})
# Our own commands that load no code of the repository but a schema, which is declared as their entry.
OWN_READERS = frozenset({"data", "model", "metrics"})
VALUED_TEST_OPTIONS = frozenset(
    {"-k", "-m", "-c", "-n", "-p", "-o", "-W", "-r", "--maxfail", "--durations", "--junitxml"}
)
FOLDER_OPTIONS = frozenset(
    {"--directory", "--project", "-C", "--chdir", "--cwd", "--wdir", "--rootdir", "--working-dir"}
)
