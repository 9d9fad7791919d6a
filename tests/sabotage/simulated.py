"""Safeguards whose absence the simulation finds by itself."""

from __future__ import annotations

from tests.sabotage.mutation import mutation

_LIVES = "faults/test_simulation.py::test_the_promises_hold_whatever_happens"

SIMULATED = (
    mutation(
        "simulated: a new input for a closed window opens none",
        "shared/prediction/drop_windows.py",
        "window.state == WindowState.QUARANTINED:\n        number += 1",
        "False:\n        number += 1",
        _LIVES,
    ),
    mutation(
        "simulated: a failed write stops a timer",
        "local/host/timers.py",
        "        self._save_if_possible(timer)\n",
        "        timer.running = True\n        self._save(timer)\n        timer.running = False\n",
        _LIVES,
    ),
    mutation(
        "simulated: a message that ends keeps its slot",
        "local/host/queues/queue_trigger.py",
        "            self._in_flight[function.name] -= 1\n",
        "            self._in_flight[function.name] -= 0\n",
        _LIVES,
    ),
    mutation(
        "simulated: what is queued is not marked",
        "shared/core/claims.py",
        "    return ports.core.ledger.queue(kind, wanted, most, ports.core.clock() - RESEND_AFTER) if wanted else []",
        "    return wanted[:most]",
        _LIVES,
    ),
    mutation(
        "what was released never ends",
        "shared/adapters/sql/ledger/ledger.py",
        "        return state in _AFTER_RELEASE",
        "        return False",
        "contracts/test_ledger_contract.py::TestLedger::test_what_was_released_ends_with_its_file",
    ),
    mutation(
        "simulated: a release on a certificate of before",
        "shared/release/model_release.py",
        "    if require_certificate(ports, model).digest != verdict.digest:",
        "    if require_certificate(ports, model).digest == '':",
        _LIVES,
        "shared/release/test_release.py::test_a_release_that_paused_while_its_version_was_judged_again_deploys_nothing",
    ),
    mutation(
        "simulated: what newer code wrote is read all the same",
        "shared/prediction/window_plan.py",
        '    if value.get("schema") != SCHEMA:',
        '    if "schema" not in value:',
        _LIVES,
    ),
    mutation(
        "simulated: a reason shows a person's cell",
        "shared/core/redaction.py",
        "    if fault.row is None or not shown",
        "    if True or not shown",
        _LIVES,
    ),
    mutation(
        "simulated: a name may hold what breaks a line",
        "shared/core/blob.py",
        "    return ord(char) < 32 or",
        "    return ord(char) < 0 or",
        _LIVES,
    ),
    mutation(
        "simulated: each window of a stream begins where the one before began",
        "shared/prediction/telemetry_windows.py",
        "        start = last.span.end if last else EPOCH",
        "        start = last.span.start if last else EPOCH",
        _LIVES,
    ),
    mutation(
        "simulated: a window shows before its shards are loaded",
        "shared/prediction/sharding/loading.py",
        "    elif load_shards(ports, scenario, commit, is_late):",
        "    elif True:",
        _LIVES,
    ),
    mutation(
        "simulated: retention takes parts that a version names",
        "shared/operations/retention/rules.py",
        "and stem not in stems:",
        "and stem:",
        _LIVES,
    ),
)
