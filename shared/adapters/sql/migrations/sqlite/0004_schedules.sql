CREATE TABLE pipeline_schedule (
    scenario VARCHAR(200) NOT NULL,
    name VARCHAR(200) NOT NULL,
    experiment TEXT NOT NULL,
    dataset TEXT NOT NULL,
    profile VARCHAR(200) NOT NULL,
    frequency VARCHAR(200) NOT NULL,
    every INTEGER NOT NULL,
    start DATETIME NOT NULL,
    digest VARCHAR(64) NOT NULL,
    created_at DATETIME NOT NULL,
    due DATETIME NOT NULL,
    state VARCHAR(200) NOT NULL,
    stopped_at DATETIME,
    last_due DATETIME,
    last_run VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, name)
);
CREATE INDEX ix_pipeline_schedule_due ON pipeline_schedule (state, due);
