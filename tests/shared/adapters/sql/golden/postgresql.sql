BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0004

CREATE TABLE alert_delivery (
    alert_id VARCHAR(200) NOT NULL,
    target VARCHAR(200) NOT NULL,
    alert JSON NOT NULL,
    attempts INTEGER NOT NULL,
    due TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    state VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (alert_id, target)
);

CREATE INDEX ix_alert_delivery_state ON alert_delivery (state, due);

CREATE TABLE approval (
    id VARCHAR(64) NOT NULL,
    scenario VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    certificate VARCHAR(64) NOT NULL,
    nonce VARCHAR(200) NOT NULL,
    expires TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    requested_by VARCHAR(200) NOT NULL,
    requested_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    why TEXT NOT NULL,
    override INTEGER NOT NULL,
    state VARCHAR(200) NOT NULL,
    decided_by VARCHAR(200) NOT NULL,
    decided_at TIMESTAMP WITHOUT TIME ZONE,
    reason TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX ix_approval_scenario ON approval (scenario, version);

CREATE TABLE breach (
    scenario VARCHAR(200) NOT NULL,
    id VARCHAR(200) NOT NULL,
    cause VARCHAR(200) NOT NULL,
    "table" VARCHAR(200) NOT NULL,
    "column" VARCHAR(200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    action VARCHAR(200) NOT NULL,
    sentence TEXT NOT NULL,
    first_window VARCHAR(200) NOT NULL,
    last_window VARCHAR(200) NOT NULL,
    windows INTEGER NOT NULL,
    first_seen TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    last_seen TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, id)
);

CREATE INDEX ix_breach_state ON breach (scenario, state);

CREATE TABLE correction (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    base VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    inputs JSON NOT NULL,
    deployment JSON NOT NULL,
    by VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, "window"),
    UNIQUE (scenario, base, revision)
);

CREATE TABLE dataset_version (
    scenario VARCHAR(200) NOT NULL,
    id VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    tables JSON NOT NULL,
    sources JSON NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, id),
    UNIQUE (scenario, digest)
);

CREATE TABLE deployment (
    scenario VARCHAR(200) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    model VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    by VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, environment, generation)
);

CREATE TABLE drift (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    feature VARCHAR(200) NOT NULL,
    metric VARCHAR(200) NOT NULL,
    reference VARCHAR(20) NOT NULL,
    source VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    reference_id VARCHAR(200) NOT NULL,
    value FLOAT(53),
    threshold FLOAT(53),
    noise FLOAT(53),
    verdict VARCHAR(200) NOT NULL,
    rows BIGINT NOT NULL,
    model VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    measured_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    monitor_version VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, "window", feature, metric, reference)
);

CREATE TABLE gate_certificate (
    name VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    passed INTEGER NOT NULL,
    model VARCHAR(200) NOT NULL,
    checks JSON NOT NULL,
    digest VARCHAR(64) NOT NULL,
    PRIMARY KEY (name, version, sha256)
);

CREATE TABLE journal (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    kind VARCHAR(200) NOT NULL,
    key VARCHAR(1200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE ledger (
    kind VARCHAR(200) NOT NULL,
    key VARCHAR(1200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    last_repeat_at TIMESTAMP WITHOUT TIME ZONE,
    token VARCHAR(200) NOT NULL,
    expires TIMESTAMP WITHOUT TIME ZONE,
    message TEXT NOT NULL,
    detail JSON NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE INDEX ix_ledger_state ON ledger (state);

CREATE TABLE model_version (
    name VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    run VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    metrics JSON NOT NULL,
    folder VARCHAR(1200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (name, version),
    UNIQUE (run)
);

CREATE TABLE monitored_window (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    source VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    repeated_rows BIGINT NOT NULL,
    model VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    measured_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    monitor_version VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, "window")
);

CREATE TABLE outbox (
    seq BIGSERIAL NOT NULL,
    id VARCHAR(200) NOT NULL,
    type VARCHAR(200) NOT NULL,
    source VARCHAR(200) NOT NULL,
    subject VARCHAR(1200) NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    data JSON NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (id)
);

CREATE INDEX ix_outbox_sent ON outbox (sent, seq);

CREATE TABLE pipeline_schedule (
    scenario VARCHAR(200) NOT NULL,
    name VARCHAR(200) NOT NULL,
    experiment TEXT NOT NULL,
    dataset TEXT NOT NULL,
    profile VARCHAR(200) NOT NULL,
    frequency VARCHAR(200) NOT NULL,
    every INTEGER NOT NULL,
    start TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    digest VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    due TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    state VARCHAR(200) NOT NULL,
    stopped_at TIMESTAMP WITHOUT TIME ZONE,
    last_due TIMESTAMP WITHOUT TIME ZONE,
    last_run VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, name)
);

CREATE INDEX ix_pipeline_schedule_due ON pipeline_schedule (state, due);

CREATE TABLE prediction_commit (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    path VARCHAR(1200) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    rows BIGINT NOT NULL,
    failed_rows BIGINT NOT NULL,
    plan_sha256 VARCHAR(64) NOT NULL,
    model VARCHAR(200) NOT NULL,
    model_sha256 VARCHAR(64) NOT NULL,
    run VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    scored_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, "window")
);

CREATE INDEX ix_prediction_commit_model ON prediction_commit (scenario, model);

CREATE INDEX ix_prediction_commit_ordinal ON prediction_commit (scenario, ordinal);

CREATE TABLE prediction_revision (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    base VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    committed_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    superseded_at TIMESTAMP WITHOUT TIME ZONE,
    generation INTEGER NOT NULL,
    PRIMARY KEY (scenario, "window"),
    UNIQUE (scenario, base, revision)
);

CREATE TABLE prediction_source (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    path VARCHAR(1200) NOT NULL,
    etag VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, "window", position)
);

CREATE INDEX ix_prediction_source_path ON prediction_source (path);

CREATE TABLE quality (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    metric VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    source VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    value FLOAT(53),
    expected FLOAT(53),
    state VARCHAR(200) NOT NULL,
    verdict VARCHAR(200) NOT NULL,
    rows BIGINT NOT NULL,
    labelled BIGINT NOT NULL,
    coverage FLOAT(53) NOT NULL,
    age_hours FLOAT(53) NOT NULL,
    model VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    measured_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    monitor_version VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, "window", metric, revision)
);

CREATE TABLE reading (
    scenario VARCHAR(200) NOT NULL,
    entity VARCHAR(200) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    measured JSON NOT NULL,
    PRIMARY KEY (scenario, entity, at)
);

CREATE TABLE retrain_decision (
    seq BIGSERIAL NOT NULL,
    scenario VARCHAR(200) NOT NULL,
    key VARCHAR(200) NOT NULL,
    reason VARCHAR(200) NOT NULL,
    asked TEXT NOT NULL,
    decided VARCHAR(200) NOT NULL,
    sentence TEXT NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    run VARCHAR(200) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (seq)
);

CREATE INDEX ix_retrain_decision_key ON retrain_decision (scenario, key);

CREATE TABLE rollout (
    scenario VARCHAR(200) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    base INTEGER NOT NULL,
    state VARCHAR(200) NOT NULL,
    step INTEGER NOT NULL,
    share INTEGER NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    by VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, environment, number)
);

CREATE TABLE run (
    id VARCHAR(200) NOT NULL,
    scenario VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    request VARCHAR(200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    profile VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (request)
);

CREATE TABLE scorecard (
    scenario VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    model VARCHAR(200) NOT NULL,
    metric VARCHAR(200) NOT NULL,
    promoted_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    predicted_gain FLOAT(53),
    realised_gain FLOAT(53),
    windows_before INTEGER NOT NULL,
    windows_after INTEGER NOT NULL,
    data_event_at TIMESTAMP WITHOUT TIME ZONE,
    hours_to_production FLOAT(53),
    seconds JSON NOT NULL,
    cost JSON NOT NULL,
    timers JSON NOT NULL,
    reason TEXT NOT NULL,
    computed_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (scenario, generation)
);

CREATE TABLE serving_health (
    scenario VARCHAR(200) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    version INTEGER NOT NULL,
    role VARCHAR(200) NOT NULL,
    minute TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    instance VARCHAR(200) NOT NULL,
    requests INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    latency JSON NOT NULL,
    answers JSON NOT NULL,
    PRIMARY KEY (scenario, environment, generation, version, role, minute, instance)
);

CREATE TABLE telemetry_window (
    scenario VARCHAR(200) NOT NULL,
    start TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    "end" TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    query TEXT NOT NULL,
    parameters JSON NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, start)
);

CREATE TABLE timer_beat (
    name VARCHAR(200) NOT NULL,
    fired BIGINT NOT NULL,
    late BIGINT NOT NULL,
    last_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    last_late_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (name)
);

CREATE TABLE "window" (
    scenario VARCHAR(200) NOT NULL,
    id VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    state VARCHAR(200) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, id),
    UNIQUE (scenario, ordinal)
);

CREATE TABLE window_input (
    scenario VARCHAR(200) NOT NULL,
    input VARCHAR(1200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (scenario, input),
    FOREIGN KEY(scenario, "window") REFERENCES "window" (scenario, id)
);

CREATE INDEX ix_window_input_window ON window_input (scenario, "window");

INSERT INTO alembic_version (version_num) VALUES ('0004') RETURNING alembic_version.version_num;

-- Running upgrade 0004 -> 0005

ALTER TABLE deployment ADD COLUMN override INTEGER;

ALTER TABLE gate_certificate ADD COLUMN generation INTEGER;

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';

-- Running upgrade 0005 -> 0006

CREATE TABLE dataset_head (
    scenario VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    tables JSON NOT NULL,
    drops JSON NOT NULL,
    PRIMARY KEY (scenario)
);

CREATE TABLE dataset_part (
    scenario VARCHAR(200) NOT NULL,
    number INTEGER NOT NULL,
    table_name VARCHAR(200) NOT NULL,
    drop_name VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    path VARCHAR(1200) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    rows BIGINT NOT NULL,
    first_time VARCHAR(200) NOT NULL,
    last_time VARCHAR(200) NOT NULL,
    sources JSON NOT NULL,
    PRIMARY KEY (scenario, number)
);

UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';

-- Running upgrade 0006 -> 0007

ALTER TABLE dataset_part ADD COLUMN kind VARCHAR(20);

ALTER TABLE dataset_part ADD COLUMN role VARCHAR(20);

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';

-- Running upgrade 0007 -> 0008

CREATE TABLE gate_look (
    scenario VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    judgement INTEGER NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, generation, number)
);

ALTER TABLE gate_certificate ADD COLUMN judging JSON;

UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0007';

-- Running upgrade 0008 -> 0009

ALTER TABLE prediction_commit ADD COLUMN unknown_values TEXT DEFAULT '' NOT NULL;

ALTER TABLE prediction_commit ADD COLUMN far_values TEXT DEFAULT '' NOT NULL;

UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0008';

-- Running upgrade 0009 -> 0010

CREATE TABLE served_label (
    scenario VARCHAR(200) NOT NULL,
    number BIGINT NOT NULL,
    request_id VARCHAR(200) NOT NULL,
    row_number INTEGER NOT NULL,
    actual TEXT NOT NULL,
    source TEXT NOT NULL,
    labelled_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    is_current INTEGER NOT NULL,
    stated INTEGER NOT NULL,
    PRIMARY KEY (scenario, number)
);

CREATE INDEX ix_served_label ON served_label (scenario, request_id, row_number);

UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0009';

-- Running upgrade 0010 -> 0011

ALTER TABLE model_version ADD COLUMN refit_sha256 VARCHAR(64);

UPDATE alembic_version SET version_num='0011' WHERE alembic_version.version_num = '0010';

-- Running upgrade 0011 -> 0012

ALTER TABLE prediction_commit ADD COLUMN rejected_rows TEXT DEFAULT '' NOT NULL;

ALTER TABLE reading ADD COLUMN received_at TIMESTAMP WITHOUT TIME ZONE;

UPDATE reading SET received_at = CURRENT_TIMESTAMP;

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0011';

-- Running upgrade 0012 -> 0013

CREATE TABLE profile_value (
    scenario VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    number INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    statistic TEXT NOT NULL,
    value FLOAT(53),
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (scenario, dataset, number)
);

ALTER TABLE pipeline_schedule ADD COLUMN options JSON;

ALTER TABLE run ADD COLUMN options JSON;

UPDATE alembic_version SET version_num='0013' WHERE alembic_version.version_num = '0012';

-- Running upgrade 0013 -> 0014

ALTER TABLE prediction_commit ADD COLUMN ignored_columns TEXT DEFAULT '' NOT NULL;

UPDATE alembic_version SET version_num='0014' WHERE alembic_version.version_num = '0013';

-- Running upgrade 0014 -> 0015

CREATE TABLE rejected_row (
    scenario VARCHAR(200) NOT NULL,
    "window" VARCHAR(200) NOT NULL,
    number BIGINT NOT NULL,
    file TEXT NOT NULL,
    row BIGINT NOT NULL,
    line BIGINT,
    column_name TEXT NOT NULL,
    code VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, "window", number)
);

UPDATE alembic_version SET version_num='0015' WHERE alembic_version.version_num = '0014';

-- Running upgrade 0015 -> 0016

CREATE INDEX ix_journal_key ON journal (key);

CREATE INDEX ix_ledger_newest ON ledger (state, last);

CREATE INDEX ix_prediction_commit_rows ON prediction_commit (scenario, rows, failed_rows);

CREATE INDEX ix_prediction_revision_gone ON prediction_revision (scenario, superseded_at);

CREATE INDEX ix_window_state ON "window" (scenario, state);

UPDATE alembic_version SET version_num='0016' WHERE alembic_version.version_num = '0015';

-- Running upgrade 0016 -> 0017

CREATE TABLE listing_round (
    name VARCHAR(200) NOT NULL,
    began_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    prefix TEXT NOT NULL,
    marker TEXT NOT NULL,
    files BIGINT NOT NULL,
    ended_at TIMESTAMP WITHOUT TIME ZONE,
    ended_files BIGINT NOT NULL,
    PRIMARY KEY (name)
);

UPDATE alembic_version SET version_num='0017' WHERE alembic_version.version_num = '0016';

-- Running upgrade 0017 -> 0018

CREATE TABLE scenario_views (
    scenario VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (scenario)
);

UPDATE alembic_version SET version_num='0018' WHERE alembic_version.version_num = '0017';

-- Running upgrade 0018 -> 0019

CREATE INDEX ix_monitored_window_ordinal ON monitored_window (scenario, source, ordinal);

CREATE INDEX ix_quality_ordinal ON quality (scenario, source, ordinal);

UPDATE alembic_version SET version_num='0019' WHERE alembic_version.version_num = '0018';

-- Running upgrade 0019 -> 0020

ALTER TABLE deployment ADD COLUMN restores INTEGER DEFAULT '0' NOT NULL;

UPDATE alembic_version SET version_num='0020' WHERE alembic_version.version_num = '0019';

COMMIT;
