"""Defects of signatures, and of what is sent to SQL Server."""

from __future__ import annotations

from tests.sabotage.mutation import mutation

_TESTS = "shared/release/test_signing.py"

SIGNING = (
    mutation(
        "certificates are not signed",
        "shared/release/gate/certificate.py",
        "    sign(ports, model, judged)\n",
        "",
        f"{_TESTS}::test_a_certificate_is_signed_when_it_is_issued",
    ),
    mutation(
        "a missing signature passes",
        "shared/release/signing/certificates.py",
        "    if state is SignatureState.MISSING:",
        "    if False:",
        f"{_TESTS}::test_who_writes_lake_and_database_cannot_forge_a_pass",
    ),
    mutation(
        "a wrong signature passes",
        "shared/release/signing/certificates.py",
        "    if state is SignatureState.WRONG:",
        "    if False:",
        f"{_TESTS}::test_without_its_signature_nobody_can_release_it",
    ),
    mutation(
        "a signature fits any certificate",
        "shared/release/signature.py",
        "{verdict.digest}",
        "",
        f"{_TESTS}::test_who_writes_lake_and_database_cannot_forge_a_pass",
    ),
    mutation(
        "an approval asks for no signature",
        "shared/release/gate/certificate.py",
        "    require_signature(ports, model, verdict)\n",
        "",
        f"{_TESTS}::test_without_its_signature_nobody_can_release_it",
    ),
    mutation(
        "a deployment asks for no signature",
        "shared/release/pointer.py",
        "    require_signature(ports, model, verdict)\n",
        "",
        f"{_TESTS}::test_a_version_from_before_the_key_is_named_and_signed_by_hand",
    ),
    mutation(
        "an altered certificate is signed by hand",
        "shared/release/gate/certificate.py",
        "    _check_unaltered(ports, model, verdict)\n    sign(",
        "    sign(",
        f"{_TESTS}::test_a_signature_by_hand_signs_nothing_that_was_altered",
    ),
    mutation(
        "a champion without a signature ends the sweep",
        "shared/release/aftercare/post_rollout_watch.py",
        "    except (Conflict, Refused) as fault:",
        "    except Conflict as fault:",
        "shared/release/test_rollout.py::test_a_champion_without_its_signature_is_not_put_back_until_a_person_signs_it",
    ),
    mutation(
        "any signature is known",
        "shared/adapters/es256.py",
        "    except InvalidSignature:\n        return False",
        "    except InvalidSignature:\n        return True",
        "contracts/test_signer_contract.py::TestSigner::test_nothing_else_is[file]",
        "contracts/test_signer_contract.py::TestSigner::test_nothing_else_is[key vault]",
    ),
    mutation(
        "a signature may have more bytes",
        "shared/adapters/es256.py",
        "    if len(value) != 2 * _HALF:",
        "    if False:",
        "contracts/test_signer_contract.py::TestSigner::test_nothing_else_is[file]",
    ),
    mutation(
        "others may read the signing key",
        "shared/adapters/files/key_file.py",
        "0o600)",
        "0o644)",
        "shared/adapters/test_key_file.py::test_a_key_is_made_once_and_for_its_owner",
    ),
    mutation(
        "SQL Server converts the column",
        "shared/adapters/sql/connection/arguments.py",
        'return f"CAST({given} COLLATE {COLLATION} AS VARCHAR({_LONGEST}))"',
        "return given",
        "shared/adapters/sql/test_tsql_parameters.py::test_what_fits_is_let_through",
    ),
    mutation(
        "a key is cut before it is compared",
        "shared/adapters/sql/connection/arguments.py",
        "_LONGEST = 8000",
        "_LONGEST = 200",
        "shared/adapters/sql/test_tsql_parameters.py::test_a_cast_cuts_no_key",
    ),
    mutation(
        "a first answer is read from any schema",
        "shared/adapters/sql/first/reads.py",
        '!= {"newest": revision_id(newest())}',
        "is None",
        "shared/adapters/sql/test_first_reads.py::test_a_wrong_schema_is_told_in_the_same_words",
    ),
    mutation(
        "the driver alone reads on after a problem",
        "shared/adapters/sql/first/reads.py",
        "            self._connect = None\n            _close(self._held)\n",
        "            _close(self._held)\n",
        "shared/adapters/sql/test_first_reads.py::test_after_a_problem_the_driver_alone_reads_nothing_more",
    ),
)
