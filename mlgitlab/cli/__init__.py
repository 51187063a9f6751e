"""The command line: argv and environment in, exit code out."""

import gc

_ALLOCATIONS = 500_000
# Values form no cycles, and a run is short: looking for garbage in circles, from the first import on, is looking
# through all of them for nothing.
gc.set_threshold(_ALLOCATIONS)
