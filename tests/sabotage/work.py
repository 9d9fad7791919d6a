"""Work and the host: claims, attempts, events, queues, timers, keys."""

from __future__ import annotations

from tests.sabotage.mutation import mutation

_SQL = "shared/adapters/sql"
_LEDGER = "contracts/test_ledger_contract.py::TestLedger::test_"

WORK = (
    mutation(
        "mark_queued off",
        f"{_SQL}/ledger/queueing.py",
        "        _queue(connection, wanted.kind, key, rows.get(key), now, owner)",
        "        pass",
        "shared/prediction/test_landed_files.py::test_a_backlog_sends_each_window_once",
    ),
    mutation(
        "attempts unbounded",
        "shared/core/claims.py",
        "    if claim.attempt > MAX_ATTEMPTS:",
        "    if False:",
        "shared/operations/test_giving_up.py::test_work_that_crashes_is_given_up_with_its_last_reason",
    ),
    mutation(
        "who lost the claim ends it",
        f"{_SQL}/ledger/ledger.py",
        '_L.token == bindparam("this_token"), _L.state == IN_PROGRESS',
        """bindparam("this_token") != ''""",
        f"{_LEDGER}who_lost_the_claim_cannot_end_it[sqlite]",
    ),
    mutation(
        "claims never expire",
        f"{_SQL}/ledger/ledger.py",
        "        return bool(row.expires > now)",
        "        return True",
        f"{_LEDGER}an_expired_claim_is_taken_over[sqlite]",
    ),
    mutation(
        "the fault of one change is told to another",
        f"{_SQL}/connection/shared_commits.py",
        "        with suppress(Exception):",
        "        if True:",
        "shared/adapters/sql/test_shared_commits.py::test_the_fault_of_one_is_its_own",
    ),
    mutation(
        "an answer before its commit",
        f"{_SQL}/connection/shared_commits.py",
        "            call.wake.acquire()",
        "            call.wake.acquire(timeout=0)",
        "shared/adapters/sql/test_shared_commits.py::test_who_waits_shares_the_next_commit",
    ),
    mutation(
        "an older event wins",
        "shared/dispatch.py",
        "    if event.etag and event.etag != blob.etag.strip('\"'):",
        "    if False:",
        "shared/test_loop.py::test_an_older_event_changes_nothing",
    ),
    mutation(
        "personal values in reasons",
        "shared/core/redaction.py",
        "    if fault.row is None or not shown",
        "    if True or not shown",
        "shared/intake/test_bad_training_data.py::test_a_repeated_key_of_people_is_not_shown",
    ),
    mutation(
        "a message is accepted before it is on the disk",
        "local/host/invocations.py",
        "await self._queues.together(lambda: self._queues.put_all(sent))",
        "await self._queues.together(lambda: self._queues.put_all(sent), repeatable=True)",
        "local/host/test_turn_writes.py::test_messages_of_several_functions_are_one_transaction",
    ),
    mutation(
        "queue slot leak",
        "local/host/queues/queue_trigger.py",
        "            self._in_flight[function.name] -= 1\n",
        "            self._in_flight[function.name] -= renewal._task is None\n",
        "local/host/queues/test_queue_trigger.py::test_a_failed_write_frees_the_slot_and_repeats_no_work",
    ),
    mutation(
        "timer running flag",
        "local/host/timers.py",
        "        self._save_if_possible(timer)\n",
        "        timer.running = True\n        self._save(timer)\n        timer.running = False\n",
        "local/host/test_timers.py::test_a_write_that_failed_stops_no_timer",
    ),
    mutation(
        "half-written files taken",
        "local/host/events/lake_watch.py",
        "        if has_writer(pending.path):",
        "        if False:",
        "local/host/events/test_lake_watch.py::test_a_copy_that_stalls_is_not_taken",
    ),
    mutation(
        "key scopes ignored",
        "local/host/http/keys.py",
        "return not scope or function not in SCOPES or scope in SCOPES[function]",
        "return True",
        "local/host/http/test_keys.py::test_a_scope_opens_its_functions_only",
    ),
    mutation(
        "a file done before its drop",
        "shared/intake/ingest.py",
        'Outcome(State.WAITING, f"Drop {where.drop} is being registered',
        'Outcome(State.DONE, f"Drop {where.drop} is being registered',
        "faults/test_simulation.py::test_the_promises_hold_whatever_happens",
    ),
    mutation(
        "two deliveries in one file",
        "shared/adapters/files/local_publisher.py",
        'f".{name}.{uuid.uuid4().hex[:12]}"',
        'f".{name}.{uuid.NAMESPACE_URL.hex[:12]}"',
        "shared/adapters/files/test_local_publisher.py::test_two_workers_that_deliver_the_same_event_leave_it_whole",
    ),
    mutation(
        "one person widens a contract",
        "shared/intake/contract_acceptance.py",
        "and not policy.approve_own and own:",
        "and policy.approve_own and own:",
        "shared/intake/test_contract_acceptance.py::test_a_quarantined_drop_is_accepted_by_a_second_person_and_taken",
    ),
)
