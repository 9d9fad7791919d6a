"""How long a call to Azure may take and how often it is repeated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds to connect and to read, the number of retries, and the pauses between attempts.

    The SDK's own first pause is 15 seconds, half of what Event Grid waits for an answer.
    """

    connect: float = 5
    read: float = 15
    first_pause: float = 0.4
    growth: float = 1.6
    jitter: float = 0.3
    retries: int = 4
    longest_pause: float = 10

    def pause(self, retry: int) -> float:
        """Return the seconds before this retry; retries count from 0."""
        return self.first_pause + (self.growth**retry if retry else 0)


RETRY_POLICY = RetryPolicy()
# The emulator runs on this machine: when it does not answer at once, it is not running.
EMULATOR_RETRY_POLICY = RetryPolicy(connect=2, read=5, first_pause=0.05, growth=0.3, jitter=0.02, retries=2)
