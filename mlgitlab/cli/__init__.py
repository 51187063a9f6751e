"""The command line: argv and environment in, exit code out.

`main` says where each command is. A group has a folder with a module for each subcommand; what has no subcommands is
in the folder of its subject, such as `planning`. `project` is what they all know of the project; `wiring` gives them
the world.
"""

import gc

_ALLOCATIONS = 500_000
# Values form no cycles, and a run is short: looking for garbage in circles, from the first import on, is looking
# through all of them for nothing.
gc.set_threshold(_ALLOCATIONS)
