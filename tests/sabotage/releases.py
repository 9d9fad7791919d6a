"""Models and releases: what was registered, the gate, certificates, approvals, generations."""

from __future__ import annotations

from tests.sabotage.mutation import mutation

_SQL = "shared/adapters/sql"

RELEASES = (
    mutation(
        "registry sha off",
        "shared/training/stored_models.py",
        "    if digest != model.sha256:",
        "    if False:",
        "shared/release/gate/test_checks.py::test_bytes_that_were_not_registered_are_not_read",
    ),
    mutation(
        "parity off",
        "shared/release/gate/checks.py",
        '"pass" if not flips and difference <= accepted else "fail"',
        '"pass"',
        "shared/release/gate/test_checks.py::test_a_graph_answers_like_its_framework",
    ),
    mutation(
        "parity not asked for",
        "shared/release/gate/gate.py",
        "    yield parity_check(manifest)\n",
        "",
        "shared/release/gate/test_checks.py::test_what_training_wrote_down_must_come_out_again",
    ),
    mutation(
        "golden rows off",
        "shared/release/gate/checks.py",
        "    if worst <= GOLDEN_TOLERANCE:",
        "    if True:",
        "shared/release/gate/test_checks.py::test_what_training_wrote_down_must_come_out_again",
    ),
    mutation(
        "inverted gate",
        "shared/release/gate/comparison.py",
        "    low, high = found.gain\n",
        "    low, high = (-end for end in reversed(found.gain))\n",
        "shared/release/gate/test_decision.py",
    ),
    mutation(
        "interval ignored",
        "shared/release/gate/comparison.py",
        "    low, high = found.gain\n",
        "    low = high = sum(found.gain) / 2\n",
        "shared/release/gate/test_decision.py",
    ),
    mutation(
        "learned rows not removed from judging rows",
        "shared/release/gate/judging_rows.py",
        "    return np.flatnonzero(~np.any(seen, axis=0))",
        "    return np.arange(len(rows.actual))",
        "shared/release/gate/test_decision.py",
    ),
    mutation(
        "any operator in a graph",
        "shared/adapters/onnx/inspection.py",
        "    if node.op_type not in allowed.get(node.domain, ()):",
        "    if False:",
        "shared/adapters/onnx/test_model_loading.py",
    ),
    mutation(
        "certificate not bound to the generation",
        "shared/release/gate/certificate.py",
        "    return verdict.generation != (current.generation if current else 0)",
        "    return False",
        "shared/release/test_release.py::test_an_approval_does_not_outlive_its_champion",
        "shared/release/test_release.py::test_what_was_certified_against_one_champion_is_not_promoted_over_another",
    ),
    mutation(
        "altered certificate taken",
        "shared/release/gate/certificate.py",
        "    if verdict.digest != digest or verdict.sha256 != model.sha256:",
        "    if False:",
        "shared/release/gate/test_certificate.py",
    ),
    mutation(
        "approval used twice",
        f"{_SQL}/release/approvals.py",
        '_A.id == approval_id, _A.state == "approved")',
        '_A.id == approval_id, _A.state.in_(("approved", "used")))',
        "contracts/test_release_contract.py::TestApprovals::test_an_approval_is_used_once_with_the_pointer[sqlite]",
    ),
    mutation(
        "nonce ignored",
        "shared/release/approvals.py",
        '"certificate", "nonce")',
        '"certificate")',
        "shared/release/test_approval_abuse.py::test_an_abuse_is_refused_and_nothing_serves",
    ),
    mutation(
        "requester approves",
        "shared/release/approvals.py",
        "    if own and not ports",
        "    if False and not ports",
        "shared/release/test_approval_abuse.py::test_an_abuse_is_refused_and_nothing_serves",
    ),
    mutation(
        "generations with gaps",
        f"{_SQL}/release/deployments.py",
        "            if deployment.generation != (current.generation if current else 0) + 1:",
        "            if deployment.generation < (current.generation if current else 0) + 1:",
        "contracts/test_deployments_contract.py::TestDeployments::test_any_other_number_is_refused[sqlite-4]",
    ),
    mutation(
        "a rollout that was decided for is forgotten",
        "shared/release/rollouts.py",
        '    if rollout.state == "full" and rollout.base == champion.generation:',
        '    if rollout.state == "full" and rollout.base < 0:',
        "shared/release/test_rollout.py::"
        "test_a_sweep_completes_a_promotion_whose_process_died_before_the_pointer_moved",
    ),
    mutation(
        "a rollback goes to what was taken out",
        "shared/serving/generation_line.py",
        "    return [one for one in line if one.version not in out]",
        "    return line",
        "shared/serving/test_generation_line.py",
    ),
    mutation(
        "a rollback undoes a rollback",
        "shared/release/pointer.py",
        "restores=restored.generation if restored else 0,",
        "restores=0,",
        "shared/release/test_rollback_again.py::test_a_rollback_that_is_repeated_brings_nothing_back",
    ),
    mutation(
        "what is loaded stops with its store",
        "shared/serving/model_router.py",
        "                if cached is None:\n                    raise",
        "                raise",
        "faults/test_models.py::test_what_is_loaded_goes_on_while_registry_and_lake_are_away",
    ),
)
