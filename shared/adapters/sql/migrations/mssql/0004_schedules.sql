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
CREATE INDEX ix_pipeline_schedule_due ON pipeline_schedule (state, due);
