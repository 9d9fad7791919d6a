CREATE TABLE alert_delivery (
    alert_id VARCHAR(200) NOT NULL,
    target VARCHAR(200) NOT NULL,
    alert JSON NOT NULL,
    attempts INTEGER NOT NULL,
    due DATETIME NOT NULL,
    state VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (alert_id, target)
);
CREATE INDEX ix_alert_delivery_state ON alert_delivery (state, due);
CREATE TABLE telemetry_window (
    scenario VARCHAR(200) NOT NULL,
    start DATETIME NOT NULL,
    "end" DATETIME NOT NULL,
    window VARCHAR(200) NOT NULL,
    "query" TEXT NOT NULL,
    parameters JSON NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (scenario, start)
);
