CREATE TABLE reading (
    scenario VARCHAR(200) NOT NULL,
    entity VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    measured JSON NOT NULL,
    PRIMARY KEY (scenario, entity, at)
);
