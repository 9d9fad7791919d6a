"""What is stored: names, versions, checksums, and what is on the disk when."""

from __future__ import annotations

from tests.sabotage.mutation import mutation

_FOLDER = "shared/adapters/files/folder_lake.py"
_SQL = "shared/adapters/sql"
_FILES = "shared/adapters/files"

STORAGE = (
    mutation(
        "torn write",
        _FOLDER,
        "        partial.replace(place)",
        "        place.write_bytes(partial.read_bytes())",
        "contracts/test_lake_contract.py::TestLake::test_an_open_reader_keeps_its_version[folder]",
        f"{_FILES}/test_power_loss.py",
    ),
    mutation(
        "fsync of files off",
        _FOLDER,
        "                os.fsync(out.fileno())",
        "                pass",
        f"{_FILES}/test_power_loss.py",
    ),
    mutation(
        "fsync of folders off",
        "shared/adapters/files/whole_files.py",
        "        os.fsync(descriptor)",
        "        pass",
        f"{_FILES}/test_power_loss.py",
    ),
    mutation(
        "the last of two writers wins",
        _FOLDER,
        "        os.link(partial, place)",
        "        shutil.copyfile(partial, place)",
        f"{_FILES}/test_folder_lake.py::test_of_two_processes_one_writes_each_name",
        f"{_FILES}/test_power_loss.py",
    ),
    mutation(
        "etag not pinned",
        _FOLDER,
        "if etag is not None and file_etag(found) != etag:",
        "if False:",
        "contracts/test_lake_contract.py::TestLake::test_a_pinned_read_refuses_another_version[folder]",
    ),
    mutation(
        "dangerous names taken",
        "shared/core/blob.py",
        "    if problem:\n        raise BadInput",
        "    if False:\n        raise BadInput",
        "contracts/test_lake_contract.py::TestLake::test_a_dangerous_name_is_refused_everywhere",
    ),
    mutation(
        "page checksums off",
        "shared/adapters/tables/writer.py",
        "write_page_checksum=True",
        "write_page_checksum=False",
        "shared/adapters/tables/test_canonical_parquet.py::test_every_page_has_a_checksum_and_numbers_have_no_dictionary",
    ),
    mutation(
        "page checksums of predictions off",
        "shared/adapters/onnx/groups.py",
        "write_page_checksum=True",
        "write_page_checksum=False",
        "shared/adapters/onnx/test_batch_scoring.py::test_a_flipped_bit_in_the_predictions_is_noticed",
    ),
    mutation(
        "the database does not wait for the disk",
        f"{_SQL}/connection/sqlite.py",
        'WRITING: ("PRAGMA synchronous=FULL"',
        'WRITING: ("PRAGMA synchronous=OFF"',
        "shared/adapters/sql/test_engine.py::test_the_file_is_set_up_for_durable_shared_use",
        "shared/adapters/sql/test_engine.py::test_only_counts_do_not_wait_for_the_disk",
    ),
    mutation(
        "a file has its name before it is whole",
        "shared/adapters/files/whole_files.py",
        "if there is not None and not stat.S_ISREG(there.st_mode):",
        "if there is not None:",
        "shared/adapters/files/test_whole_files.py::test_a_killed_writer_leaves_what_was_there",
    ),
    mutation(
        "an empty option counts as none",
        "local/console/verb.py",
        "if any(not text.strip() for text in texts):",
        "if False:",
        "local/commands/test_odd_words.py::test_an_empty_text_is_no_missing_one",
    ),
)
