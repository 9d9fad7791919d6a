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
