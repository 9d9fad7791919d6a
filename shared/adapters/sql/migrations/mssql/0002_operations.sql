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
CREATE INDEX ix_alert_delivery_state ON alert_delivery (state, due);
CREATE TABLE telemetry_window (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    start DATETIME2(6) NOT NULL,
    [end] DATETIME2(6) NOT NULL,
    window VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    query NVARCHAR(max) NOT NULL,
    parameters NVARCHAR(max) NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR(64) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    PRIMARY KEY (scenario, start)
);
