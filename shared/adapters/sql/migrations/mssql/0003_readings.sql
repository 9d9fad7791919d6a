CREATE TABLE reading (
    scenario VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    entity VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
    at DATETIME2(6) NOT NULL,
    measured NVARCHAR(max) NOT NULL,
    PRIMARY KEY (scenario, entity, at)
);
