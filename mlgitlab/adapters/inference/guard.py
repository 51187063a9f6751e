"""Nothing that was started outlives us: what is registered is ended at the end, and when a signal ends us."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def ended(all_of_them: Callable[[], None]) -> Iterator[None]:
    """Call `all_of_them` at the end, and before a signal takes its usual effect (Ctrl-C raises, and so comes by)."""

    def end(number: int, _frame: FrameType | None) -> None:
        all_of_them()
        signal.signal(number, before[signal.Signals(number)])
        os.kill(os.getpid(), number)

    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, end) for number in _ENDING} if main else {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        all_of_them()
