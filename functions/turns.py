"""Where a request for a score is answered: in the event loop when that takes a moment, else in a thread.

To hand a request to a thread and its answer back takes longer than to score a row. But nothing may hold up the loop,
which carries every function: what has to be read or waited for, and what takes long, has a thread.
"""

from __future__ import annotations

import gc
import math
from asyncio import get_running_loop
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from time import monotonic, thread_time
from typing import TYPE_CHECKING, Any

from shared.core.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

    import azure.functions as func

    from functions.scoring import Scorer
    from shared.serving.deployed_model import DeployedModel

    type Act = Callable[[], func.HttpResponse]

# As many as the host lets in at once; most of them wait for a database.
_THREADS = 32
# How long the loop may be held up.
_SECONDS = 0.002
# What the machine does beside it makes some answers look longer than they are.
_TOO_LONG = 5 * _SECONDS
_LEAST = 1e-6
# So long before its end a moment is renewed.
_AHEAD = 0.2
_GOOD = 200
# Whoever takes it sets aside what is loaded, and never gives it back.
_NOT_YET = Lock()


@dataclass(frozen=True, slots=True)
class _Moment:
    """Until then nothing has to be read, and the model answers a request of so many bytes within a moment.

    A size below 0 has to be measured first.
    """

    model: DeployedModel
    until: float
    size: float = -1.0
    # When what was read is read again, so that no request waits for that.
    renew: float = math.inf


class Turns:
    """Answers requests with the scorer of the process, which the first of them makes."""

    def __init__(self, make_scorer: Callable[[], Scorer]) -> None:
        self._make_scorer = make_scorer
        self._made: Scorer | None = None
        self._moments: dict[str, _Moment] = {}

    def scorer(self) -> Scorer:
        """The scorer of the process."""
        self._made = self._make_scorer()
        return self._made

    def at_once(self, req: func.HttpRequest, name: str, act: Act) -> func.HttpResponse | None:
        """What `act` answers for the scenario of that name, where that takes a moment; else None."""
        moment, size, began = self._moments.get(name), len(req.get_body()), monotonic()
        if moment is None or size > moment.size or began >= moment.until or not self._knows(name, began):
            return None
        if began >= moment.renew:
            moment = self._moments[name] = replace(moment, renew=math.inf)
            self._threads.submit(self._renew, name)
        try:
            answer = act()
        except Exception:
            # A model that cannot answer is written down, for which the next request waits in a thread.
            self._moments.pop(name, None)
            raise
        seconds = monotonic() - began
        if seconds > _TOO_LONG:
            # These rows may cost more than those that were measured: the next request is measured again.
            self._moments[name] = replace(moment, size=-moment.size)
        return answer

    def _knows(self, name: str, now: float) -> bool:
        """Whether the scenario need not be looked up: whoever works on an event lets all be looked up again."""
        return self._made is not None and now < self._made.known_until(name)

    async def in_thread(self, req: func.HttpRequest, context: func.Context, name: str, act: Act) -> func.HttpResponse:
        """What `act` answers in a thread, while the loop goes on."""
        size = len(req.get_body())
        return await get_running_loop().run_in_executor(self._threads, self._in_thread, context, name, size, act)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(_THREADS, "mlops-score")

    def _in_thread(self, context: func.Context, name: str, size: int, act: Act) -> func.HttpResponse:
        # The host keeps what is logged with the call of this id.
        of_thread: Any = context.thread_local_storage
        of_thread.invocation_id = context.invocation_id
        before, began, started = self._moments.get(name), monotonic(), thread_time()
        # Where nothing is read, this is the time of the answer alone, without waits for other threads.
        alone = before is not None and began < before.until and self._knows(name, began)
        answer = act()
        seconds = thread_time() - started
        if self._made is not None:
            most = _SECONDS * max(size, 1) / max(seconds, _LEAST) if alone else None
            if most is not None and before is not None and answer.status_code != _GOOD:
                # What is refused is no measure of what is answered.
                most = min(most, abs(before.size))
            self._keep(self._made, name, before, most)
        return answer

    def _renew(self, name: str) -> None:
        # A fault is told to the next request, which reads for itself.
        if self._made is not None:
            with suppress(Fault):
                self._made.renew(name)
                self._keep(self._made, name, self._moments.get(name), None)

    def _keep(self, scorer: Scorer, name: str, before: _Moment | None, size: float | None) -> None:
        """Keep what is known of the scenario's requests, `size` where it was measured; no answer waits for counts."""
        if scorer.has_counts_due():
            self._threads.submit(_store_counts, scorer)
        model, until = scorer.at_hand(name)
        if model is None:
            self._moments.pop(name, None)
        elif before is None or before.model is not model:
            self._moments[name] = _Moment(model, until)
        else:
            kept = before.size if size is None else size
            self._moments[name] = _Moment(model, until, kept, until - _AHEAD)


def _store_counts(scorer: Scorer) -> None:
    if scorer.store_counts():
        _set_aside()


def _set_aside() -> None:
    """Let the garbage collector pass over what is loaded by now: to look through it holds up every answer for 80 ms.

    Once a process, after the first counts were stored: by then models, packages and connections are there.
    """
    if _NOT_YET.acquire(blocking=False):
        gc.collect()
        gc.freeze()
