"""A wrong command prints one sentence, has an exit code, and changes nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from command import REPOSITORY, Answer, Command
from samples import Samples

pytestmark = pytest.mark.slow
BANK = "bank_marketing"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A command line, what the sentence must name, and the exit code.

    FILE and FOLDER stand for paths, EMPTY for an empty word, BLANK for one of spaces.
    """

    line: str
    named: str
    code: int = 2
    settings: dict[str, str] = field(default_factory=dict)


CASES = [
    Wrong("drop nothing FILE --wait", "known: bank_marketing, iiot_quality"),
    Wrong("drop bank_marketting FILE --wait", f"did you mean {BANK!r}?"),
    Wrong(f"drop {BANK} /no/such.csv --wait", "/no/such.csv"),
    Wrong(f"drop {BANK} FOLDER --wait", "folder"),
    Wrong(f"drop {BANK} FILE --table nothing", "its tables: clients"),
    Wrong(f"drop {BANK} FILE --drop a/b", "'a/b'"),
    Wrong(f"drop {BANK} FILE --drop ../up", "letters, digits"),
    Wrong(f"drop {BANK} FILE --drop {'a' * 81}", "1 to 80 letters"),
    Wrong("drop iiot_quality FILE", "--table"),
    Wrong(f"drop {BANK}", "files"),
    Wrong(f"drop {BANK} FILE --sideways", "--sideways"),
    Wrong(f"drop {BANK} FILE --timeout -3", "--timeout"),
    Wrong("predict nothing", "known: bank_marketing"),
    Wrong("predict iiot_quality FILE --wait", "No model is deployed for iiot_quality"),
    Wrong(f"predict {BANK} /no/such.csv", "/no/such.csv"),
    Wrong(f"predict {BANK} FILE --drop .", "'.'"),
    Wrong("train nothing", "known: bank_marketing"),
    Wrong("train iiot_quality", "has no dataset yet"),
    Wrong(f"train {BANK} --dataset nothing", "registered: 2"),
    Wrong(f"train {BANK} --profile huge", "default or demo"),
    Wrong(f"train {BANK} --inputs agee", "did you mean 'age'?"),
    Wrong(f"train {BANK} --trials 0", "a whole number from 1 to 1000"),
    Wrong(f"schedules add {BANK} weekly --frequency Week --minutes 0", "a number of minutes above 0"),
    Wrong("contract diff nothing-at-all", "No files of a drop 'nothing-at-all'"),
    Wrong("contract accept nothing-at-all --by ada --reason x", "No files of a drop"),
    Wrong("contract show nothing", "known: bank_marketing"),
    Wrong("history --why nothing-at-all", "'nothing-at-all'"),
    Wrong("history --why EMPTY", "--why is empty"),
    Wrong("history --since EMPTY", "--since is empty; accepted: a text with a word"),
    Wrong("history --since=", "--since is empty"),
    Wrong("history --kind BLANK", "--kind is empty"),
    Wrong(f"history --scenario {BANK} --scenario iiot_quality", "--scenario is given 2 times; accepted: once"),
    Wrong("history --since 0001-01-01T00:00:00+14:00", "--since '0001-01-01T00:00:00+14:00' is not a time"),
    Wrong("history --limit nan", "--limit"),
    Wrong("models list EMPTY", "SCENARIO is empty"),
    Wrong("consume bank_marketing --url ftp://x", "'ftp://x' is no URL; accepted: http"),
    Wrong("consume bank_marketing --url http://h:port", "'http://h:port' is no URL"),
    Wrong("bench http bank_marketing --key ü", "The key has characters that no header takes"),
    Wrong("bench http bank_marketing --seconds nan", "A load of nan seconds is not accepted"),
    Wrong("generate bank_marketing --out EMPTY", "--out is empty"),
    Wrong(f"train {BANK} --inputs ,,", "The list ',,' names nothing"),
    Wrong(f"train {BANK} --profile EMPTY", "--profile is empty"),
    Wrong(f"train {BANK} --timeout nan", "--timeout"),
    Wrong(f"monitor show {BANK} --window nothing", "Nothing was measured for a window 'nothing'"),
    Wrong(f"promote {BANK} 99999999999999999999", "less than or equal to 999999999"),
    Wrong(f"backfill {BANK} --from 2026-03-01 --to 2026-03-02 --as-of 2999-01-01", "a time that has passed"),
    Wrong(f"backfill {BANK} --from 2026-03-01 --to 2026-03-02 --model EMPTY", "--model is empty"),
    Wrong("doctor --seconds nan", "--seconds"),
    Wrong(f"generate {BANK} --rows 99999999999", "less than or equal to 10000000"),
    Wrong("history --limit 0", "--limit"),
    Wrong("history --kind modle", "did you mean 'model'?"),
    Wrong("history --state dnoe", "did you mean 'done'?"),
    Wrong("history --scenario nothing", "known: bank_marketing"),
    Wrong("history --since yesterday", "2026-03-01"),
    Wrong("replay", "Nothing says what to retry; accepted: keys, --from or --to, or --all"),
    Wrong("replay bank --all", "--all retries everything"),
    Wrong("replay EMPTY", "KEYS is empty"),
    Wrong(f"promote {BANK} 1 --by {'a' * 201}", "--by names no person; accepted: at most 200 printable"),
    Wrong(f"promote {BANK} 1 --by a\x1b[2J", "--by names no person"),
    Wrong(f"rollback {BANK} --by BLANK", "--by is empty; accepted: a text with a word"),
    Wrong(f"rollback {BANK} --reason EMPTY", "--reason is empty; accepted: a text with a word"),
    Wrong("history --limit 99999999999999999999", "--limit"),
    Wrong("history --why drop --kind drop", "--why alone"),
    Wrong("logs --operation nothing-at-all", "'nothing-at-all'"),
    Wrong("datasets list nothing", "known: bank_marketing"),
    Wrong(f"datasets show {BANK} nothing", "registered: 2"),
    Wrong("models list nothing", "known: bank_marketing"),
    Wrong(f"models show {BANK}", "name:version"),
    Wrong(f"models show {BANK}:9", "registered versions: 1"),
    Wrong("models show nothing:1", "known: bank_marketing"),
    Wrong("models nothing", "mlops models --help"),
    Wrong("statu", "Did you mean 'status'? See mlops --help."),
    Wrong("deployments list nothing", "known: bank_marketing"),
    Wrong("deployments list --environment prdo", "no environment 'prdo' (did you mean 'prod'?); accepted: "),
    Wrong("deployments show iiot_quality", "Nothing is deployed for iiot_quality"),
    Wrong(f"promote {BANK} 9", "registered versions: 1"),
    Wrong(f"promote {BANK} newest", "version"),
    Wrong("promote nothing 1", "known: bank_marketing"),
    Wrong("rollback iiot_quality", "Nothing is deployed for iiot_quality"),
    Wrong(f"rollback {BANK} --generation 7", "Generation 7 of bank_marketing no longer serves, generation 1 does", 3),
    Wrong(f"rollback {BANK} --generation 0", "--generation"),
    Wrong(f"rollback {BANK}", "has only ever served bank_marketing:1", 3),
    Wrong("trace x", "prediction"),
    Wrong("trace 7", "no prediction 7"),
    Wrong(f"trace {BANK}:7", "or scenario/prediction_id"),
    Wrong(f"trace {BANK}/7 --scenario iiot_quality", "another scenario"),
    Wrong("trace nothing/7", "known: bank_marketing"),
    Wrong("trace 0", "accepted: a whole number"),
    Wrong("trace 7 --scenario nothing", "known: bank_marketing"),
    Wrong("impact clients.csv", "incoming/SCENARIO/DROP/FILE.csv"),
    Wrong(f"impact {BANK}:9", f"registered: {BANK}:1"),
    Wrong(f"backfill {BANK} --from yesterday --to 2026-03-01", "--from 'yesterday'"),
    Wrong(f"backfill {BANK}", "accepted: --from and --to"),
    Wrong(f"backfill {BANK} --from 2026-03-02 --to 2026-03-01", "--from before --to"),
    Wrong(f"backfill {BANK} --from 2026-03-01 --to 2026-03-02 --model {BANK}:9", "registered versions: 1"),
    Wrong(f"backfill {BANK} --from 2026-03-01 --to 2026-03-02 --model {BANK}", f"{BANK}:<version>"),
    Wrong(f"backfill {BANK} --late", "only telemetry has late rows"),
    Wrong("backfill iiot_quality --late --model iiot_quality:1", "--late without"),
    Wrong("backfill nothing --late", "known: bank_marketing"),
    Wrong("replay nothing-at-all", "'nothing-at-all'"),
    Wrong("replay --from 2026-03-02 --to 2026-03-01", "--from before --to"),
    Wrong("replay --from soon", "--from 'soon'"),
    Wrong("rebuild-sql nothing", "known: bank_marketing"),
    Wrong(f"schedules add {BANK} s --frequency Hourly", "accepted: Minute, Hour, Day, Week, Month"),
    Wrong(f"schedules add {BANK} s --frequency Week --interval 0", "1 to 71"),
    Wrong(f"schedules add {BANK} s --frequency Week --start soon", "ISO 8601 in UTC"),
    Wrong(f"schedules add {BANK} s --frequency Week --dataset nothing", "no dataset version 'nothing'"),
    Wrong(f"schedules add {BANK} a/b --frequency Week", "'a/b'"),
    Wrong("schedules add iiot_quality s --frequency Week", "has no dataset version yet"),
    Wrong("schedules list nothing", "known: bank_marketing"),
    Wrong(f"schedules show {BANK} nothing", "no schedule 'nothing'"),
    Wrong(f"schedules stop {BANK} nothing", "no schedule 'nothing'"),
    Wrong("alerts test", "ALERT_WEBHOOKS"),
    Wrong("alerts test", "ALERT_WEBHOOKS", settings={"ALERT_WEBHOOKS": "mail=https://x/y"}),
    Wrong(f"telemetry list {BANK}", "telemetry: iiot_quality"),
    Wrong("telemetry send iiot_quality FILE", "Line 1"),
    Wrong("telemetry send iiot_quality FOLDER", "directory"),
    Wrong("demo --rows 3", "4000"),
    Wrong("up --port 70000", "--port"),
    Wrong("up --port 0 --app /no/such/app", "/no/such/app holds no function_app.py"),
    Wrong("up --port 0 --app FOLDER", "holds no function_app.py"),
    Wrong("promot", "'promote'"),
    Wrong("--sideways", "--sideways"),
    Wrong("status", "LAKE_URL", settings={"LAKE_URL": "ftp:somewhere"}),
    Wrong("tick", "DATABASE_URL", settings={"DATABASE_URL": "oracle://x"}),
    Wrong("up", "MAX_FILE_MB", settings={"MAX_FILE_MB": "much"}),
    Wrong(f"drop {BANK} FILE --wait", "TRAINING_PROFILE", settings={"TRAINING_PROFILE": "huge"}),
    Wrong("status", "MLOPS_HOME", settings={"MLOPS_HOME": "/proc/nowhere"}),
    Wrong(f"drop {BANK} FILE --wait", "MLOPS_HOME", settings={"MLOPS_HOME": "/dev/null/home"}),
    Wrong("up --port 0", "/dev/null/lake", 4, settings={"LAKE_URL": "file:/dev/null/lake"}),
]


def name(case: Wrong) -> str:
    """How the test is called."""
    return " ".join([*(f"{key}={value}" for key, value in case.settings.items()), case.line])


@pytest.fixture(scope="module")
def answers(mlops: Command, samples: Samples) -> dict[str, Answer]:
    """Every line once with --json; nothing of it changes what is kept."""
    file = samples.text("letters.csv", "a,b\n1,2\n")

    before, told = state(mlops), {}
    for case in CASES:
        words = [
            {"FILE": str(file), "FOLDER": str(file.parent), "EMPTY": "", "BLANK": "  "}.get(word, word)
            for word in (*case.line.split(), "--json")
        ]
        told[name(case)] = mlops(*words, **case.settings)
    assert state(mlops) == before
    return told


def state(mlops: Command) -> list[object]:
    """The state that no wrong command may change."""
    counts = [mlops.sql(f"select count(*) from {table}") for table in ("ledger", "run", "deployment", "window")]  # noqa: S608 -- fixed names
    return [*counts, sorted(path for path in (mlops.home / "lake").rglob("*"))]


@pytest.mark.parametrize("case", CASES, ids=map(name, CASES))
def test_a_wrong_command_gets_one_sentence(answers: dict[str, Answer], case: Wrong) -> None:
    """On standard error for people, as JSON for programs, with an exit code that says whose fault it is."""
    answer = answers[name(case)]
    assert answer.code == case.code, answer
    assert case.named in answer.sentence
    assert answer.json == {"error": answer.sentence}
    assert answer.sentence.endswith(".")
    assert "unexpected" not in answer.sentence
    assert "Traceback" not in answer.out + answer.err


def test_nobody_is_asked_why_what_cannot_be_done_is_done(mlops: Command) -> None:
    """On a terminal too, a rollback with nothing to go back to is refused before the first question."""
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "local.cli", "rollback", "iiot_quality"]
    try:
        # Whoever asks all the same reads the end of the input.
        os.write(ours, b"\x04")
        found = subprocess.run(
            line, check=False, stdin=theirs, capture_output=True, text=True, env=mlops.environ(), cwd=REPOSITORY
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert (found.returncode, found.stdout) == (2, "")
    assert "Nothing is deployed for iiot_quality" in found.stderr


TOLD = (
    "drop nothing FILE --wait",
    "drop bank_marketting FILE --wait",
    f"drop {BANK} FILE --drop ../up",
    f"drop {BANK} FILE --sideways",
    "predict iiot_quality FILE --wait",
    f"train {BANK} --inputs agee",
    f"train {BANK} --trials 0",
    "history --state dnoe",
    "history --since yesterday",
    "replay",
    f"models show {BANK}:9",
    "statu",
    "trace 7",
    f"trace {BANK}/7 --scenario iiot_quality",
    f"trace {BANK}:7",
    "telemetry send iiot_quality FILE",
    "demo --rows 3",
    f"schedules add {BANK} s --frequency Hourly",
)


def test_the_sentences_are_those_of_the_golden_file(answers: dict[str, Answer], samples: Samples) -> None:
    """What a person reads for these, whole; a sentence that changes is read again in the golden file."""
    file = samples.text("letters.csv", "a,b\n1,2\n")
    said = (f"{line}\n    {answers[line].sentence.replace(str(file), 'FILE')}\n" for line in TOLD)
    assert "".join(said) == (Path(__file__).parent / "wrong_commands.txt").read_text()


def test_a_person_is_not_shown_json(mlops: Command) -> None:
    """Without --json standard output stays empty."""
    answer = mlops("promote", BANK, "9")
    assert (answer.code, answer.out) == (2, "")
    assert "registered versions: 1" in answer.sentence


def test_no_command_at_all_shows_the_verbs(mlops: Command) -> None:
    """The help, exit code 0."""
    answer = mlops()
    assert answer.code == 0
    verbs = "demo up drop predict train tick history status datasets models deployments promote rollback doctor"
    assert all(f"  {verb} " in answer.out for verb in verbs.split())


def test_a_home_that_is_a_file_is_named(mlops: Command, tmp_path: Path) -> None:
    """The doctor reports it, too, with a fix."""
    home = tmp_path / "file"
    home.touch()
    assert str(home) in mlops("status", MLOPS_HOME=str(home)).sentence
    findings = mlops("doctor", "--json", MLOPS_HOME=str(home))
    assert findings.code == 4
    (failed,) = [finding for finding in findings.json if finding["verdict"] == "fail"]
    assert failed["fix"]
