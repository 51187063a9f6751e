"""The first lines of a job with a GPU: whether it has what the step was promised, before anything is installed.

Plain POSIX shell, `nvidia-smi` and `df`, so that it works in any image: the container toolkit puts `nvidia-smi` into
containers. All that it holds of the configuration are numbers and names of a fixed form.
"""

from __future__ import annotations

from mlgitlab.config.gpus import Demand

# EX_TEMPFAIL of sysexits.h, "try again". Not our own 4: a training that ends with it has used its GPU hours, and must
# not be repeated without being asked.
EXIT_CODE = 75
# What the driver shows lies below what the maker names: it keeps some for itself, and for error correction.
_OF_THE_NAMED = 90  # percent
_WHOLE = """\
  nvidia-smi --query-gpu=driver_version,memory.total,name --format=csv,noheader,nounits | {{
    fit=0
    while IFS=', ' read -r driver memory name; do
      case $driver in [0-9]*.[0-9]*) ;; *) echo "preflight: $driver $memory $name"; continue ;; esac
      verdict=fits
{memory}{driver}      [ "$verdict" != fits ] || fit=$((fit + 1))
      echo "preflight: $name, $memory MiB, driver $driver: $verdict"
    done
    [ "$fit" -ge {count} ] || {{ echo "preflight: $fit of {count} GPUs fit"; exit {code}; }}
  }} || exit {code}
"""
_MEMORY = """\
      case $memory in
        *[!0-9]* | '') verdict='it does not say how much memory it has' ;;
        *) [ "$memory" -ge {memory} ] || verdict='too little memory: {memory} MiB are needed' ;;
      esac
"""
_DRIVER = """\
      major=${{driver%%.*}} rest=${{driver#*.}}
      if [ "$major" -lt {major} ] || {{ [ "$major" -eq {major} ] && [ "${{rest%%.*}}" -lt {minor} ]; }}; then
        verdict='driver too old: {major}.{minor} is needed'
      fi
"""
_SLICES = """\
  nvidia-smi -L | {{
    fit=0
    while read -r line; do
      echo "preflight: $line"
      case $line in "MIG {mig} "*) fit=$((fit + 1)) ;; esac
    done
    [ "$fit" -ge {count} ] || {{ echo "preflight: $fit of {count} MIG devices {mig} found"; exit {code}; }}
  }} || exit {code}
"""
_DISK = """\
  df -Pk . | {{
    read -r _
    read -r _ _ _ free _
    echo "preflight: $((free / 1024)) MiB of disk are free"
    [ "$free" -ge {disk} ] || {{ echo "preflight: {mib} MiB are needed"; exit {code}; }}
  }} || exit {code}
"""


def preflight(demand: Demand) -> str:
    """The script; it ends the job with EXIT_CODE where something is missing.

    A runner that only stands in for one with a GPU, as in tests, sets MLGITLAB_PREFLIGHT=off.
    """
    driver = _driver(demand.driver) if demand.driver else ""
    if demand.mig:
        check = _SLICES.format(mig=demand.mig, count=demand.count, code=EXIT_CODE)
        # The profile says how much memory a slice has; the driver is that of the GPU around it.
        check += _WHOLE.format(count=1, memory="", driver=driver, code=EXIT_CODE) if driver else ""
    else:
        memory = _MEMORY.format(memory=demand.memory * _OF_THE_NAMED // 100) if demand.memory else ""
        check = _WHOLE.format(count=demand.count, memory=memory, driver=driver, code=EXIT_CODE)
    disk = _DISK.format(disk=demand.disk * 1024, mib=demand.disk, code=EXIT_CODE) if demand.disk else ""
    return f'if [ "${{MLGITLAB_PREFLIGHT:-on}}" != off ]; then\n{check}{disk}fi\n'


def _driver(least: str) -> str:
    major, _, minor = least.partition(".")
    return _DRIVER.format(major=int(major), minor=int(minor or "0"))
