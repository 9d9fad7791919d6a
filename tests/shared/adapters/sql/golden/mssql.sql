BEGIN TRANSACTION;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

GO

-- Running upgrade  -> 0004

CREATE TABLE alert_delivery (
    alert_id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    target VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    alert NVARCHAR(max) NOT NULL,
    attempts INTEGER NOT NULL,
    due DATETIME2(6) NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (alert_id, target)
);

GO

CREATE INDEX ix_alert_delivery_state ON alert_delivery (state, due);

GO

CREATE TABLE approval (
    id VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    environment VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    certificate VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    nonce VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    expires DATETIME2(6) NOT NULL,
    requested_by VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    requested_at DATETIME2(6) NOT NULL,
    why NVARCHAR(max) NOT NULL,
    override INTEGER NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    decided_by VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    decided_at DATETIME2(6) NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (id)
);

GO

CREATE INDEX ix_approval_scenario ON approval (scenario, version);

GO

CREATE TABLE breach (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    cause VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [table] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [column] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    action VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    sentence NVARCHAR(max) NOT NULL,
    first_window VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    last_window VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    windows INTEGER NOT NULL,
    first_seen DATETIME2(6) NOT NULL,
    last_seen DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, id)
);

GO

CREATE INDEX ix_breach_state ON breach (scenario, state);

GO

CREATE TABLE correction (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    base VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    revision INTEGER NOT NULL,
    inputs NVARCHAR(max) NOT NULL,
    deployment NVARCHAR(max) NOT NULL,
    [by] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    created_at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, [window]),
    UNIQUE (scenario, base, revision)
);

GO

CREATE TABLE dataset_version (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    digest VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    tables NVARCHAR(max) NOT NULL,
    sources NVARCHAR(max) NOT NULL,
    created_at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, id),
    UNIQUE (scenario, digest)
);

GO

CREATE TABLE deployment (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    environment VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    generation INTEGER NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    [by] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, environment, generation)
);

GO

CREATE TABLE drift (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    feature VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    metric VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reference VARCHAR(20) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    source VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    ordinal BIGINT NOT NULL,
    reference_id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    value FLOAT(53) NULL,
    threshold FLOAT(53) NULL,
    noise FLOAT(53) NULL,
    verdict VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    rows BIGINT NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    measured_at DATETIME2(6) NOT NULL,
    monitor_version VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    PRIMARY KEY (scenario, [window], feature, metric, reference)
);

GO

CREATE TABLE gate_certificate (
    name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    passed INTEGER NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    checks NVARCHAR(max) NOT NULL,
    digest VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    PRIMARY KEY (name, version, sha256)
);

GO

CREATE TABLE journal (
    id BIGINT NOT NULL IDENTITY,
    at DATETIME2(6) NOT NULL,
    kind VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [key] VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (id)
);

GO

CREATE TABLE ledger (
    kind VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [key] VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    at DATETIME2(6) NOT NULL,
    attempts INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    last_repeat_at DATETIME2(6) NULL,
    token VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    expires DATETIME2(6) NULL,
    message NVARCHAR(max) NOT NULL,
    detail NVARCHAR(max) NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY NONCLUSTERED (kind, [key])
);

GO

CREATE INDEX ix_ledger_state ON ledger (state);

GO

CREATE TABLE model_version (
    name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    version INTEGER NOT NULL,
    run VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    metrics NVARCHAR(max) NOT NULL,
    folder VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    created_at DATETIME2(6) NOT NULL,
    PRIMARY KEY (name, version),
    UNIQUE (run)
);

GO

CREATE TABLE monitored_window (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    source VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    ordinal BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    repeated_rows BIGINT NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    measured_at DATETIME2(6) NOT NULL,
    monitor_version VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    PRIMARY KEY (scenario, [window])
);

GO

CREATE TABLE outbox (
    seq BIGINT NOT NULL IDENTITY,
    id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    type VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    source VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    subject VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    time DATETIME2(6) NOT NULL,
    data NVARCHAR(max) NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (id)
);

GO

CREATE INDEX ix_outbox_sent ON outbox (sent, seq);

GO

CREATE TABLE pipeline_schedule (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    experiment NVARCHAR(max) NOT NULL,
    dataset NVARCHAR(max) NOT NULL,
    profile VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    frequency VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    every INTEGER NOT NULL,
    start DATETIME2(6) NOT NULL,
    digest VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    created_at DATETIME2(6) NOT NULL,
    due DATETIME2(6) NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    stopped_at DATETIME2(6) NULL,
    last_due DATETIME2(6) NULL,
    last_run VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, name)
);

GO

CREATE INDEX ix_pipeline_schedule_due ON pipeline_schedule (state, due);

GO

CREATE TABLE prediction_commit (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    ordinal BIGINT NOT NULL,
    path VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    rows BIGINT NOT NULL,
    failed_rows BIGINT NOT NULL,
    plan_sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    model_sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    run VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    scored_at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, [window])
);

GO

CREATE INDEX ix_prediction_commit_model ON prediction_commit (scenario, model);

GO

CREATE INDEX ix_prediction_commit_ordinal ON prediction_commit (scenario, ordinal);

GO

CREATE TABLE prediction_revision (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    base VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    revision INTEGER NOT NULL,
    committed_at DATETIME2(6) NOT NULL,
    superseded_at DATETIME2(6) NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (scenario, [window]),
    UNIQUE (scenario, base, revision)
);

GO

CREATE TABLE prediction_source (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    position INTEGER NOT NULL,
    path VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    etag VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    PRIMARY KEY (scenario, [window], position)
);

GO

CREATE INDEX ix_prediction_source_path ON prediction_source (path);

GO

CREATE TABLE quality (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    metric VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    revision INTEGER NOT NULL,
    source VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    ordinal BIGINT NOT NULL,
    value FLOAT(53) NULL,
    expected FLOAT(53) NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    verdict VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    rows BIGINT NOT NULL,
    labelled BIGINT NOT NULL,
    coverage FLOAT(53) NOT NULL,
    age_hours FLOAT(53) NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    measured_at DATETIME2(6) NOT NULL,
    monitor_version VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    PRIMARY KEY (scenario, [window], metric, revision)
);

GO

CREATE TABLE reading (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    entity VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    measured NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, entity, at)
);

GO

CREATE TABLE retrain_decision (
    seq BIGINT NOT NULL IDENTITY,
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [key] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    asked NVARCHAR(max) NOT NULL,
    decided VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    sentence NVARCHAR(max) NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    run VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    PRIMARY KEY (seq)
);

GO

CREATE INDEX ix_retrain_decision_key ON retrain_decision (scenario, [key]);

GO

CREATE TABLE rollout (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    environment VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    base INTEGER NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    step INTEGER NOT NULL,
    share INTEGER NOT NULL,
    at DATETIME2(6) NOT NULL,
    [by] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, environment, number)
);

GO

CREATE TABLE run (
    id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    request VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    attempts INTEGER NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    created_at DATETIME2(6) NOT NULL,
    updated_at DATETIME2(6) NOT NULL,
    profile VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (request)
);

GO

CREATE TABLE scorecard (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    generation INTEGER NOT NULL,
    model VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    metric VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    promoted_at DATETIME2(6) NOT NULL,
    predicted_gain FLOAT(53) NULL,
    realised_gain FLOAT(53) NULL,
    windows_before INTEGER NOT NULL,
    windows_after INTEGER NOT NULL,
    data_event_at DATETIME2(6) NULL,
    hours_to_production FLOAT(53) NULL,
    seconds NVARCHAR(max) NOT NULL,
    cost NVARCHAR(max) NOT NULL,
    timers NVARCHAR(max) NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    computed_at DATETIME2(6) NULL,
    PRIMARY KEY (scenario, generation)
);

GO

CREATE TABLE serving_health (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    environment VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    generation INTEGER NOT NULL,
    version INTEGER NOT NULL,
    role VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    minute DATETIME2(6) NOT NULL,
    instance VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    requests INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    latency NVARCHAR(max) NOT NULL,
    answers NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, environment, generation, version, role, minute, instance)
);

GO

CREATE TABLE telemetry_window (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    start DATETIME2(6) NOT NULL,
    [end] DATETIME2(6) NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    query NVARCHAR(max) NOT NULL,
    parameters NVARCHAR(max) NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, start)
);

GO

CREATE TABLE timer_beat (
    name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    fired BIGINT NOT NULL,
    late BIGINT NOT NULL,
    last_at DATETIME2(6) NOT NULL,
    last_late_at DATETIME2(6) NULL,
    PRIMARY KEY (name)
);

GO

CREATE TABLE [window] (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    ordinal BIGINT NOT NULL,
    state VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    created_at DATETIME2(6) NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, id),
    UNIQUE (scenario, ordinal)
);

GO

CREATE TABLE window_input (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    input VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY NONCLUSTERED (scenario, input),
    FOREIGN KEY(scenario, [window]) REFERENCES [window] (scenario, id)
);

GO

CREATE INDEX ix_window_input_window ON window_input (scenario, [window]);

GO

INSERT INTO alembic_version (version_num) OUTPUT inserted.version_num VALUES ('0004');

GO

-- Running upgrade 0004 -> 0005

ALTER TABLE deployment ADD override INTEGER NULL;

GO

ALTER TABLE gate_certificate ADD generation INTEGER NULL;

GO

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';

GO

-- Running upgrade 0005 -> 0006

CREATE TABLE dataset_head (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    generation INTEGER NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    tables NVARCHAR(max) NOT NULL,
    drops NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario)
);

GO

CREATE TABLE dataset_part (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    number INTEGER NOT NULL,
    table_name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    drop_name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    position INTEGER NOT NULL,
    path VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    rows BIGINT NOT NULL,
    first_time VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    last_time VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    sources NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, number)
);

GO

UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';

GO

-- Running upgrade 0006 -> 0007

ALTER TABLE dataset_part ADD kind VARCHAR(20) COLLATE Latin1_General_100_BIN2_UTF8 NULL;

GO

ALTER TABLE dataset_part ADD role VARCHAR(20) COLLATE Latin1_General_100_BIN2_UTF8 NULL;

GO

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';

GO

-- Running upgrade 0007 -> 0008

CREATE TABLE gate_look (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    judgement INTEGER NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, generation, number)
);

GO

ALTER TABLE gate_certificate ADD judging NVARCHAR(max) NULL;

GO

UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0007';

GO

-- Running upgrade 0008 -> 0009

ALTER TABLE prediction_commit ADD unknown_values NVARCHAR(max) NOT NULL DEFAULT '';

GO

ALTER TABLE prediction_commit ADD far_values NVARCHAR(max) NOT NULL DEFAULT '';

GO

UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0008';

GO

-- Running upgrade 0009 -> 0010

CREATE TABLE served_label (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    number BIGINT NOT NULL,
    request_id VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    row_number INTEGER NOT NULL,
    actual NVARCHAR(max) NOT NULL,
    source NVARCHAR(max) NOT NULL,
    labelled_at DATETIME2(6) NOT NULL,
    is_current INTEGER NOT NULL,
    stated INTEGER NOT NULL,
    PRIMARY KEY (scenario, number)
);

GO

CREATE INDEX ix_served_label ON served_label (scenario, request_id, row_number);

GO

UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0009';

GO

-- Running upgrade 0010 -> 0011

ALTER TABLE model_version ADD refit_sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NULL;

GO

UPDATE alembic_version SET version_num='0011' WHERE alembic_version.version_num = '0010';

GO

-- Running upgrade 0011 -> 0012

ALTER TABLE prediction_commit ADD rejected_rows NVARCHAR(max) NOT NULL DEFAULT '';

GO

ALTER TABLE reading ADD received_at DATETIME2(6) NULL;

GO

UPDATE reading SET received_at = CURRENT_TIMESTAMP;

GO

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0011';

GO

-- Running upgrade 0012 -> 0013

CREATE TABLE profile_value (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    dataset VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    number INTEGER NOT NULL,
    table_name NVARCHAR(max) NOT NULL,
    column_name NVARCHAR(max) NOT NULL,
    statistic NVARCHAR(max) NOT NULL,
    value FLOAT(53) NULL,
    at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, dataset, number)
);

GO

ALTER TABLE pipeline_schedule ADD options NVARCHAR(max) NULL;

GO

ALTER TABLE run ADD options NVARCHAR(max) NULL;

GO

UPDATE alembic_version SET version_num='0013' WHERE alembic_version.version_num = '0012';

GO

-- Running upgrade 0013 -> 0014

ALTER TABLE prediction_commit ADD ignored_columns NVARCHAR(max) NOT NULL DEFAULT '';

GO

UPDATE alembic_version SET version_num='0014' WHERE alembic_version.version_num = '0013';

GO

-- Running upgrade 0014 -> 0015

CREATE TABLE rejected_row (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    [window] VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    number BIGINT NOT NULL,
    [file] NVARCHAR(max) NOT NULL,
    row BIGINT NOT NULL,
    line BIGINT NULL,
    column_name NVARCHAR(max) NOT NULL,
    code VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    reason NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, [window], number)
);

GO

UPDATE alembic_version SET version_num='0015' WHERE alembic_version.version_num = '0014';

GO

-- Running upgrade 0015 -> 0016

CREATE INDEX ix_journal_key ON journal ([key]);

GO

CREATE INDEX ix_ledger_newest ON ledger (state, last);

GO

CREATE INDEX ix_prediction_commit_rows ON prediction_commit (scenario, rows, failed_rows);

GO

CREATE INDEX ix_prediction_revision_gone ON prediction_revision (scenario, superseded_at);

GO

CREATE INDEX ix_window_state ON [window] (scenario, state);

GO

UPDATE alembic_version SET version_num='0016' WHERE alembic_version.version_num = '0015';

GO

-- Running upgrade 0016 -> 0017

CREATE TABLE listing_round (
    name VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    began_at DATETIME2(6) NOT NULL,
    prefix NVARCHAR(max) NOT NULL,
    marker NVARCHAR(max) NOT NULL,
    files BIGINT NOT NULL,
    ended_at DATETIME2(6) NULL,
    ended_files BIGINT NOT NULL,
    PRIMARY KEY (name)
);

GO

UPDATE alembic_version SET version_num='0017' WHERE alembic_version.version_num = '0016';

GO

-- Running upgrade 0017 -> 0018

CREATE TABLE scenario_views (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (scenario)
);

GO

UPDATE alembic_version SET version_num='0018' WHERE alembic_version.version_num = '0017';

GO

-- Running upgrade 0018 -> 0019

CREATE INDEX ix_monitored_window_ordinal ON monitored_window (scenario, source, ordinal);

GO

CREATE INDEX ix_quality_ordinal ON quality (scenario, source, ordinal);

GO

UPDATE alembic_version SET version_num='0019' WHERE alembic_version.version_num = '0018';

GO

-- Running upgrade 0019 -> 0020

ALTER TABLE deployment ADD restores INTEGER NOT NULL DEFAULT '0';

GO

UPDATE alembic_version SET version_num='0020' WHERE alembic_version.version_num = '0019';

GO

COMMIT;

GO
