BEGIN TRANSACTION;
CREATE TABLE actual_points (
	actual_id INTEGER NOT NULL, 
	entity_key VARCHAR(1200) NOT NULL, 
	epoch BIGINT NOT NULL, 
	actual TEXT NOT NULL, 
	source TEXT NOT NULL, 
	labelled_at DATETIME NOT NULL, 
	valid_from DATETIME NOT NULL, 
	valid_to DATETIME NOT NULL, 
	is_current INTEGER NOT NULL, 
	PRIMARY KEY (actual_id)
);
INSERT INTO "actual_points" VALUES(1,'0',0,'no','labels.csv','2026-03-01 15:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(2,'1',0,'yes','labels.csv','2026-03-01 15:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(3,'2',0,'yes','labels.csv','2026-03-01 15:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(4,'3',0,'no','labels.csv','2026-03-01 15:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(5,'4',0,'yes','labels.csv','2026-03-01 15:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(6,'5',0,'yes','labels.csv','2026-03-01 15:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
CREATE TABLE actual_prices (
	actual_id INTEGER NOT NULL, 
	entity_key VARCHAR(1200) NOT NULL, 
	epoch BIGINT NOT NULL, 
	actual FLOAT NOT NULL, 
	source TEXT NOT NULL, 
	labelled_at DATETIME NOT NULL, 
	valid_from DATETIME NOT NULL, 
	valid_to DATETIME NOT NULL, 
	is_current INTEGER NOT NULL, 
	PRIMARY KEY (actual_id)
);
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
INSERT INTO "alert_delivery" VALUES('a1','ops','{"id": "a1", "kind": "Mlops.DriftDetected", "severity": "warning", "title": "Drift in points", "text": "x moved.", "facts": [["table", "points"]], "look": "mlops why points", "subject": "points", "time": "2026-03-01T15:00:00+00:00"}',0,'2026-03-01 15:00:00.000000','pending','');
CREATE TABLE approval (
    id VARCHAR(64) NOT NULL,
    scenario VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    certificate VARCHAR(64) NOT NULL,
    nonce VARCHAR(200) NOT NULL,
    expires DATETIME NOT NULL,
    requested_by VARCHAR(200) NOT NULL,
    requested_at DATETIME NOT NULL,
    why TEXT NOT NULL,
    override INTEGER NOT NULL,
    state VARCHAR(200) NOT NULL,
    decided_by VARCHAR(200) NOT NULL,
    decided_at DATETIME,
    reason TEXT NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "approval" VALUES('3cf26f47f778d2062cdfcb44a31d5982','points',2,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','prod','c2df157f800e425b5dbaed97f5859d3327f044a4f6434eab5e07a3ca66fa80e4','nonce','2099-01-01 00:00:00.000000','gate','2026-03-01 15:00:00.000000','It passed its gate.',0,'open','',NULL,'');
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
    first_seen DATETIME NOT NULL,
    last_seen DATETIME NOT NULL,
    PRIMARY KEY (scenario, id)
);
INSERT INTO "breach" VALUES('points','schema_change-bc17f60c56','schema_change','points','x','open','quarantine','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','bad','bad',1,'2026-03-01 13:00:00.000000','2026-03-01 13:00:00.000000');
INSERT INTO "breach" VALUES('points','b1','population_drift','points','x','open','retrain','x moved.','s2-65075104','s2-65075104',2,'2026-03-01 15:00:00.000000','2026-03-01 15:00:00.000000');
CREATE TABLE correction (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    base VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    inputs JSON NOT NULL,
    deployment JSON NOT NULL,
    "by" VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (scenario, window),
    UNIQUE (scenario, base, revision)
);
INSERT INTO "correction" VALUES('points','s1-17fde87d.r2','s1-17fde87d',2,'[]','{"scenario": "points", "generation": 2, "model": "points", "version": 2, "sha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "at": "2026-03-01T13:00:00+00:00", "by": "gate", "reason": "The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.", "environment": "prod"}','ana','Wrong units.','2026-03-01 15:00:00.000000');
CREATE TABLE dataset_version (
    scenario VARCHAR(200) NOT NULL,
    id VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    tables JSON NOT NULL,
    sources JSON NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (scenario, id),
    UNIQUE (scenario, digest)
);
INSERT INTO "dataset_version" VALUES('points','20261129T201436Z-e4c1e427','e4c1e42739951a7b9d213b4ffdebb205884a17b8ddfe0c86463914a758bbbaca','[{"name": "points", "path": "datasets/points/20261129T201436Z-e4c1e427/points.parquet", "sha256": "4e42f2e86376974bc98c62de1f06d8a0c638586edd55ae51743bd9ebca4d730b", "rows": 60}]','["incoming/points/d1/points.csv@0x18EC9D46397A98324CE23617A"]','2026-03-01 12:00:00.000000');
INSERT INTO "dataset_version" VALUES('prices','20261129T201437Z-aab5df1e','aab5df1e0e3cdaebaba1c64011c6117197d4b7c4835d3b56e31d8d01f0fa113a','[{"name": "prices", "path": "datasets/prices/20261129T201437Z-aab5df1e/prices.parquet", "sha256": "4a4f0d836191efaa25dfa3d881cc5356f634d33946138e69430c144a68862907", "rows": 60}]','["incoming/prices/d1/prices.csv@0x18EC9D46709C816275E2361B2"]','2026-03-01 12:00:00.000000');
INSERT INTO "dataset_version" VALUES('points','20261129T201437Z-d66e0738','d66e0738e3628a3ef2bbf74e70bf08e30e05e562ed5d3fa03fbb0979ce837c33','[{"name": "points", "path": "datasets/points/20261129T201437Z-d66e0738/points.parquet", "sha256": "105064f9ec05c80824f560a1d9824e8a822aff248b768a1d85b61ee69101a05a", "rows": 100}]','["incoming/points/d2/points.csv@0x18EC9D467CD0BBA28002361CB"]','2026-03-01 13:00:00.000000');
CREATE TABLE deployment (
    scenario VARCHAR(200) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    model VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    at DATETIME NOT NULL,
    "by" VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, environment, generation)
);
INSERT INTO "deployment" VALUES('points','preprod',1,'points',1,'4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9','2026-03-01 12:00:00.000000','gate','The gate passed. Approval is not required by setting.');
INSERT INTO "deployment" VALUES('points','prod',1,'points',1,'4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9','2026-03-01 12:00:00.000000','gate','The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO "deployment" VALUES('prices','preprod',1,'prices',1,'008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','2026-03-01 12:00:00.000000','gate','The gate passed. Approval is not required by setting.');
INSERT INTO "deployment" VALUES('prices','prod',1,'prices',1,'008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','2026-03-01 12:00:00.000000','gate','The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO "deployment" VALUES('points','preprod',2,'points',2,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','2026-03-01 13:00:00.000000','gate','The gate passed. Approval is not required by setting.');
INSERT INTO "deployment" VALUES('points','prod',2,'points',2,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','2026-03-01 13:00:00.000000','gate','The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.');
CREATE TABLE drift (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    feature VARCHAR(200) NOT NULL,
    metric VARCHAR(200) NOT NULL,
    reference VARCHAR(20) NOT NULL,
    source VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    reference_id VARCHAR(200) NOT NULL,
    value FLOAT,
    threshold FLOAT,
    noise FLOAT,
    verdict VARCHAR(200) NOT NULL,
    rows BIGINT NOT NULL,
    model VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    measured_at DATETIME NOT NULL,
    monitor_version VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, window, feature, metric, reference)
);
INSERT INTO "drift" VALUES('points','s1-17fde87d','x','psi','training','batch',1,'20261129T201437Z-d66e0738',0.05,0.1,0.05,'stable',6,'points:2','','2026-03-01 15:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s1-17fde87d','color','psi','training','batch',1,'20261129T201437Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 15:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s1-17fde87d','prediction','psi','training','batch',1,'20261129T201437Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 15:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s2-65075104','x','psi','training','batch',2,'20261129T201437Z-d66e0738',0.1,0.1,0.05,'stable',6,'points:2','','2026-03-01 15:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s2-65075104','color','psi','training','batch',2,'20261129T201437Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 15:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s2-65075104','prediction','psi','training','batch',2,'20261129T201437Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 15:00:00.000000','1');
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
INSERT INTO "gate_certificate" VALUES('points',1,'4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9',1,'points:1','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.02, "threshold": 250.0, "reason": "One row takes 0.02 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 3.016, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "4fa680c4791f", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T201436Z-e4c1e427 is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.7163515016685206, "threshold": 0.6, "reason": "The random AUC of 0.716 (a time-ordered split, which does not decide here, gives 0.716) reaches the bar of 0.6."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','97fdfd2b67cca0200b409a6298be41fe51a74b7ad00a76e5ac1442e43ee86170');
INSERT INTO "gate_certificate" VALUES('prices',1,'008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1',1,'prices:1','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 2 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.009, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.851, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "008ab0a1842d", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T201437Z-aab5df1e is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.9976774498236151, "threshold": 0.5, "reason": "The random R2 of 0.998 reaches the bar of 0.5."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','c449e5d397ebd28a3ebcc7587417ebd8206cd2298f4ed8bcd1d5d348d1c83d15');
INSERT INTO "gate_certificate" VALUES('points',2,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4',1,'points:2','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.02, "threshold": 250.0, "reason": "One row takes 0.02 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 3.074, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "a9d4cc4e80b0", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T201437Z-d66e0738 is valid; 0 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 1.0, "threshold": 0.6, "reason": "The random AUC of 1.000 (a time-ordered split, which does not decide here, gives 1.000) reaches the bar of 0.6."}, {"name": "champion", "verdict": "pass", "value": 1.0, "threshold": 0.8099239695878351, "reason": "Better: auc 1.0000 against 0.8099 of the champion points:1 on the same holdout, a difference of +0.1901 (95 %: +0.1145 to +0.2885)."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','c2df157f800e425b5dbaed97f5859d3327f044a4f6434eab5e07a3ca66fa80e4');
CREATE TABLE journal (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    kind VARCHAR(200) NOT NULL,
    "key" VARCHAR(1200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "journal" VALUES(4,'2026-03-01 12:00:00.000000','train','points-20261129T201436Z-e4c1e427-817c4516','requested','Training of dataset 20261129T201436Z-e4c1e427 was requested.',0);
INSERT INTO "journal" VALUES(5,'2026-03-01 12:00:00.000000','retrain','points/data-20261129T201436Z-e4c1e427','done','Retrained: dataset 20261129T201436Z-e4c1e427 is new.',0);
INSERT INTO "journal" VALUES(6,'2026-03-01 12:00:00.000000','dataset','points/e4c1e4273995','done','Registered as dataset 20261129T201436Z-e4c1e427 (60 rows); training run points-20261129T201436Z-e4c1e427-817c4516 was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(7,'2026-03-01 12:00:00.000000','drop','points/d1@b7f29849adc9','done','Registered as dataset 20261129T201436Z-e4c1e427 (60 rows); training run points-20261129T201436Z-e4c1e427-817c4516 was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(8,'2026-03-01 12:00:00.000000','blob','incoming/points/d1/points.csv@0x18EC9D46397A98324CE23617A','done','Registered as dataset 20261129T201436Z-e4c1e427 (60 rows); training run points-20261129T201436Z-e4c1e427-817c4516 was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(10,'2026-03-01 12:00:00.000000','deployment','points/preprod/1','done','points:1 serves in preprod. The gate passed. Approval is not required by setting.',0);
INSERT INTO "journal" VALUES(11,'2026-03-01 12:00:00.000000','smoke','points:1/preprod','done','7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(12,'2026-03-01 12:00:00.000000','release','points:1/preprod','done','7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(13,'2026-03-01 12:00:00.000000','deployment','points/1','done','points:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.',0);
INSERT INTO "journal" VALUES(14,'2026-03-01 12:00:00.000000','release','points:1/prod','done','points:1 passed its gate and serves as generation 1.',0);
INSERT INTO "journal" VALUES(15,'2026-03-01 12:00:00.000000','model','points:1','done','points:1 passed its gate and serves as generation 1.',1);
INSERT INTO "journal" VALUES(19,'2026-03-01 12:00:00.000000','train','prices-20261129T201437Z-aab5df1e-a7df1e94','requested','Training of dataset 20261129T201437Z-aab5df1e was requested.',0);
INSERT INTO "journal" VALUES(20,'2026-03-01 12:00:00.000000','retrain','prices/data-20261129T201437Z-aab5df1e','done','Retrained: dataset 20261129T201437Z-aab5df1e is new.',0);
INSERT INTO "journal" VALUES(21,'2026-03-01 12:00:00.000000','dataset','prices/aab5df1e0e3c','done','Registered as dataset 20261129T201437Z-aab5df1e (60 rows); training run prices-20261129T201437Z-aab5df1e-a7df1e94 was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(22,'2026-03-01 12:00:00.000000','drop','prices/d1@6bcc72d687c4','done','Registered as dataset 20261129T201437Z-aab5df1e (60 rows); training run prices-20261129T201437Z-aab5df1e-a7df1e94 was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(23,'2026-03-01 12:00:00.000000','blob','incoming/prices/d1/prices.csv@0x18EC9D46709C816275E2361B2','done','Registered as dataset 20261129T201437Z-aab5df1e (60 rows); training run prices-20261129T201437Z-aab5df1e-a7df1e94 was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(25,'2026-03-01 12:00:00.000000','deployment','prices/preprod/1','done','prices:1 serves in preprod. The gate passed. Approval is not required by setting.',0);
INSERT INTO "journal" VALUES(26,'2026-03-01 12:00:00.000000','smoke','prices:1/preprod','done','7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(27,'2026-03-01 12:00:00.000000','release','prices:1/preprod','done','7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(28,'2026-03-01 12:00:00.000000','deployment','prices/1','done','prices:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.',0);
INSERT INTO "journal" VALUES(29,'2026-03-01 12:00:00.000000','release','prices:1/prod','done','prices:1 passed its gate and serves as generation 1.',0);
INSERT INTO "journal" VALUES(30,'2026-03-01 12:00:00.000000','model','prices:1','done','prices:1 passed its gate and serves as generation 1.',1);
INSERT INTO "journal" VALUES(32,'2026-03-01 12:00:00.000000','baseline','points/1','done','Baseline 1 of points is dataset 20261129T201436Z-e4c1e427, accepted by ana: Looked at.',1);
INSERT INTO "journal" VALUES(36,'2026-03-01 13:00:00.000000','train','points-20261129T201437Z-d66e0738-d0f4b61e','requested','Training of dataset 20261129T201437Z-d66e0738 was requested.',0);
INSERT INTO "journal" VALUES(37,'2026-03-01 13:00:00.000000','retrain','points/data-20261129T201437Z-d66e0738','done','Retrained: dataset 20261129T201437Z-d66e0738 is new.',0);
INSERT INTO "journal" VALUES(38,'2026-03-01 13:00:00.000000','dataset','points/d66e0738e362','done','Registered as dataset 20261129T201437Z-d66e0738 (100 rows); training run points-20261129T201437Z-d66e0738-d0f4b61e was requested. Validation found nothing unusual.',1);
INSERT INTO "journal" VALUES(39,'2026-03-01 13:00:00.000000','drop','points/d2@a9aa1d66d556','done','Registered as dataset 20261129T201437Z-d66e0738 (100 rows); training run points-20261129T201437Z-d66e0738-d0f4b61e was requested. Validation found nothing unusual.',1);
INSERT INTO "journal" VALUES(40,'2026-03-01 13:00:00.000000','blob','incoming/points/d2/points.csv@0x18EC9D467CD0BBA28002361CB','done','Registered as dataset 20261129T201437Z-d66e0738 (100 rows); training run points-20261129T201437Z-d66e0738-d0f4b61e was requested. Validation found nothing unusual.',1);
INSERT INTO "journal" VALUES(42,'2026-03-01 13:00:00.000000','deployment','points/preprod/2','done','points:2 serves in preprod. The gate passed. Approval is not required by setting.',0);
INSERT INTO "journal" VALUES(43,'2026-03-01 13:00:00.000000','smoke','points:2/preprod','done','7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(44,'2026-03-01 13:00:00.000000','release','points:2/preprod','done','7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(45,'2026-03-01 13:00:00.000000','deployment','points/2','done','points:2 serves in prod. The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.',0);
INSERT INTO "journal" VALUES(46,'2026-03-01 13:00:00.000000','release','points:2/prod','done','points:2 passed its gate and serves as generation 2.',0);
INSERT INTO "journal" VALUES(47,'2026-03-01 13:00:00.000000','model','points:2','done','points:2 passed its gate and serves as generation 2.',1);
INSERT INTO "journal" VALUES(50,'2026-03-01 13:00:00.000000','breach','points/schema_change-bc17f60c56','done','schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.',0);
INSERT INTO "journal" VALUES(51,'2026-03-01 13:00:00.000000','drop','points/bad@add57ea65968','quarantined','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.',1);
INSERT INTO "journal" VALUES(52,'2026-03-01 13:00:00.000000','blob','incoming/points/bad/points.csv@0x18EC9D46893FF57D3C2361E3','quarantined','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.',1);
INSERT INTO "journal" VALUES(54,'2026-03-01 13:00:00.000000','blob','incoming/pairs/half/left.csv@0x18EC9D468A75929D1F2361EC','waiting','Drop half waits for: right.',1);
INSERT INTO "journal" VALUES(56,'2026-03-01 14:00:00.000000','blob','scoring/points/s1/points.csv@0x18EC9D468AB968A4692361F0','done','Landed for scoring; its window is planned.',1);
INSERT INTO "journal" VALUES(58,'2026-03-01 14:00:00.000000','window','points/s1-17fde87d','done','6 rows were predicted with points:2; 0 failed.',1);
INSERT INTO "journal" VALUES(60,'2026-03-01 15:00:00.000000','blob','scoring/points/s2/points.csv@0x18EC9D468E88D96B6B2361F8','done','Landed for scoring; its window is planned.',1);
INSERT INTO "journal" VALUES(62,'2026-03-01 15:00:00.000000','window','points/s2-65075104','done','6 rows were predicted with points:2; 0 failed.',1);
INSERT INTO "journal" VALUES(64,'2026-03-01 15:00:00.000000','blob','scoring/prices/s1/prices.csv@0x18EC9D469006575A59236201','done','Landed for scoring; its window is planned.',1);
INSERT INTO "journal" VALUES(66,'2026-03-01 15:00:00.000000','window','prices/s1-64207d56','done','4 rows were predicted with prices:1; 0 failed.',1);
INSERT INTO "journal" VALUES(67,'2026-03-01 15:00:00.000000','schedule','points/weekly','active','Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.',0);
CREATE TABLE ledger (
    kind VARCHAR(200) NOT NULL,
    "key" VARCHAR(1200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    last_repeat_at DATETIME,
    token VARCHAR(200) NOT NULL,
    expires DATETIME,
    message TEXT NOT NULL,
    detail JSON NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (kind, "key")
);
INSERT INTO "ledger" VALUES('blob','incoming/points/d1/points.csv@0x18EC9D46397A98324CE23617A','done','Registered as dataset 20261129T201436Z-e4c1e427 (60 rows); training run points-20261129T201436Z-e4c1e427-817c4516 was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'8ab08cba53f27e515a9e1961ed7e7580',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/points/d1/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D46397A98324CE23617A\"", "contentlength": 1230, "sequencer": "0000000000000000"}}','{"dataset": "20261129T201436Z-e4c1e427", "run": "points-20261129T201436Z-e4c1e427-817c4516"}',8);
INSERT INTO "ledger" VALUES('drop','points/d1@b7f29849adc9','done','Registered as dataset 20261129T201436Z-e4c1e427 (60 rows); training run points-20261129T201436Z-e4c1e427-817c4516 was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'ec4fede89f6d60b05c25c976161faaef',NULL,'','{"dataset": "20261129T201436Z-e4c1e427", "run": "points-20261129T201436Z-e4c1e427-817c4516"}',7);
INSERT INTO "ledger" VALUES('dataset','points/e4c1e4273995','done','Registered as dataset 20261129T201436Z-e4c1e427 (60 rows); training run points-20261129T201436Z-e4c1e427-817c4516 was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'c64ac06a25d34d350b7dbf5146366c95',NULL,'','{"dataset": "20261129T201436Z-e4c1e427", "run": "points-20261129T201436Z-e4c1e427-817c4516"}',6);
INSERT INTO "ledger" VALUES('train','points-20261129T201436Z-e4c1e427-817c4516','requested','Training of dataset 20261129T201436Z-e4c1e427 was requested.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',4);
INSERT INTO "ledger" VALUES('retrain','points/data-20261129T201436Z-e4c1e427','done','Retrained: dataset 20261129T201436Z-e4c1e427 is new.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',5);
INSERT INTO "ledger" VALUES('model','points:1','done','points:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',1,0,NULL,'e65e884e29796206f20922033dff225a',NULL,'{"specversion": "1.0", "id": "0a4b0ccf98f00c580a690ea56118cda4", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/points:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "points", "modelversion": "1", "modeltags": {"scenario": "points", "run": "points-20261129T201436Z-e4c1e427-817c4516", "dataset": "20261129T201436Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelproperties": {}}}','{"model": "points:1", "dataset": "20261129T201436Z-e4c1e427", "run": "points-20261129T201436Z-e4c1e427-817c4516", "certificate": "97fdfd2b67cca0200b409a6298be41fe51a74b7ad00a76e5ac1442e43ee86170", "generation": 1}',15);
INSERT INTO "ledger" VALUES('deployment','points/preprod/1','done','points:1 serves in preprod. The gate passed. Approval is not required by setting.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',10);
INSERT INTO "ledger" VALUES('smoke','points:1/preprod','done','7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',11);
INSERT INTO "ledger" VALUES('release','points:1/preprod','done','7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',12);
INSERT INTO "ledger" VALUES('deployment','points/1','done','points:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',13);
INSERT INTO "ledger" VALUES('release','points:1/prod','done','points:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',14);
INSERT INTO "ledger" VALUES('blob','incoming/prices/d1/prices.csv@0x18EC9D46709C816275E2361B2','done','Registered as dataset 20261129T201437Z-aab5df1e (60 rows); training run prices-20261129T201437Z-aab5df1e-a7df1e94 was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'0dd951848a3b0fc706eada9818b0a5be',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/prices/d1/prices.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D46709C816275E2361B2\"", "contentlength": 1886, "sequencer": "0000000000000000"}}','{"dataset": "20261129T201437Z-aab5df1e", "run": "prices-20261129T201437Z-aab5df1e-a7df1e94"}',23);
INSERT INTO "ledger" VALUES('drop','prices/d1@6bcc72d687c4','done','Registered as dataset 20261129T201437Z-aab5df1e (60 rows); training run prices-20261129T201437Z-aab5df1e-a7df1e94 was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'c0f21b86bfe9248df51ab4cc02ec249c',NULL,'','{"dataset": "20261129T201437Z-aab5df1e", "run": "prices-20261129T201437Z-aab5df1e-a7df1e94"}',22);
INSERT INTO "ledger" VALUES('dataset','prices/aab5df1e0e3c','done','Registered as dataset 20261129T201437Z-aab5df1e (60 rows); training run prices-20261129T201437Z-aab5df1e-a7df1e94 was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'6b18f5ffd497560efacf2a9d3918b7ca',NULL,'','{"dataset": "20261129T201437Z-aab5df1e", "run": "prices-20261129T201437Z-aab5df1e-a7df1e94"}',21);
INSERT INTO "ledger" VALUES('train','prices-20261129T201437Z-aab5df1e-a7df1e94','requested','Training of dataset 20261129T201437Z-aab5df1e was requested.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',19);
INSERT INTO "ledger" VALUES('retrain','prices/data-20261129T201437Z-aab5df1e','done','Retrained: dataset 20261129T201437Z-aab5df1e is new.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',20);
INSERT INTO "ledger" VALUES('model','prices:1','done','prices:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',1,0,NULL,'2f18e014df9f22783cf6057373625832',NULL,'{"specversion": "1.0", "id": "b40e3cb66a51aeb85375817ec919f2d8", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/prices:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "prices", "modelversion": "1", "modeltags": {"scenario": "prices", "run": "prices-20261129T201437Z-aab5df1e-a7df1e94", "dataset": "20261129T201437Z-aab5df1e", "sha256": "008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1"}, "modelproperties": {}}}','{"model": "prices:1", "dataset": "20261129T201437Z-aab5df1e", "run": "prices-20261129T201437Z-aab5df1e-a7df1e94", "certificate": "c449e5d397ebd28a3ebcc7587417ebd8206cd2298f4ed8bcd1d5d348d1c83d15", "generation": 1}',30);
INSERT INTO "ledger" VALUES('deployment','prices/preprod/1','done','prices:1 serves in preprod. The gate passed. Approval is not required by setting.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',25);
INSERT INTO "ledger" VALUES('smoke','prices:1/preprod','done','7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',26);
INSERT INTO "ledger" VALUES('release','prices:1/preprod','done','7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',27);
INSERT INTO "ledger" VALUES('deployment','prices/1','done','prices:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',28);
INSERT INTO "ledger" VALUES('release','prices:1/prod','done','prices:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',29);
INSERT INTO "ledger" VALUES('baseline','points/1','done','Baseline 1 of points is dataset 20261129T201436Z-e4c1e427, accepted by ana: Looked at.','2026-03-01 12:00:00.000000',1,0,NULL,'93af9f1d1ecb209c6db0347f3f117f9e',NULL,'','{"dataset": "20261129T201436Z-e4c1e427"}',32);
INSERT INTO "ledger" VALUES('blob','incoming/points/d2/points.csv@0x18EC9D467CD0BBA28002361CB','done','Registered as dataset 20261129T201437Z-d66e0738 (100 rows); training run points-20261129T201437Z-d66e0738-d0f4b61e was requested. Validation found nothing unusual.','2026-03-01 13:00:00.000000',1,0,NULL,'252674953a02bbb7d3477dbd55165f21',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/points/d2/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D467CD0BBA28002361CB\"", "contentlength": 2048, "sequencer": "0000000000000000"}}','{"dataset": "20261129T201437Z-d66e0738", "run": "points-20261129T201437Z-d66e0738-d0f4b61e"}',40);
INSERT INTO "ledger" VALUES('drop','points/d2@a9aa1d66d556','done','Registered as dataset 20261129T201437Z-d66e0738 (100 rows); training run points-20261129T201437Z-d66e0738-d0f4b61e was requested. Validation found nothing unusual.','2026-03-01 13:00:00.000000',1,0,NULL,'4aa996aff652e000471e4dac99d792fe',NULL,'','{"dataset": "20261129T201437Z-d66e0738", "run": "points-20261129T201437Z-d66e0738-d0f4b61e"}',39);
INSERT INTO "ledger" VALUES('dataset','points/d66e0738e362','done','Registered as dataset 20261129T201437Z-d66e0738 (100 rows); training run points-20261129T201437Z-d66e0738-d0f4b61e was requested. Validation found nothing unusual.','2026-03-01 13:00:00.000000',1,0,NULL,'6c40e5ff19bbd98293ba4fd5f9e74386',NULL,'','{"dataset": "20261129T201437Z-d66e0738", "run": "points-20261129T201437Z-d66e0738-d0f4b61e"}',38);
INSERT INTO "ledger" VALUES('train','points-20261129T201437Z-d66e0738-d0f4b61e','requested','Training of dataset 20261129T201437Z-d66e0738 was requested.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',36);
INSERT INTO "ledger" VALUES('retrain','points/data-20261129T201437Z-d66e0738','done','Retrained: dataset 20261129T201437Z-d66e0738 is new.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',37);
INSERT INTO "ledger" VALUES('model','points:2','done','points:2 passed its gate and serves as generation 2.','2026-03-01 13:00:00.000000',1,0,NULL,'cfc82f38de9936c90e2381f2e7c901d8',NULL,'{"specversion": "1.0", "id": "a84f33dea98c52d42aa643970d7b3508", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/points:2", "time": "2026-03-01T13:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "points", "modelversion": "2", "modeltags": {"scenario": "points", "run": "points-20261129T201437Z-d66e0738-d0f4b61e", "dataset": "20261129T201437Z-d66e0738", "sha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4"}, "modelproperties": {}}}','{"model": "points:2", "dataset": "20261129T201437Z-d66e0738", "run": "points-20261129T201437Z-d66e0738-d0f4b61e", "certificate": "c2df157f800e425b5dbaed97f5859d3327f044a4f6434eab5e07a3ca66fa80e4", "generation": 2}',47);
INSERT INTO "ledger" VALUES('deployment','points/preprod/2','done','points:2 serves in preprod. The gate passed. Approval is not required by setting.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',42);
INSERT INTO "ledger" VALUES('smoke','points:2/preprod','done','7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',43);
INSERT INTO "ledger" VALUES('release','points:2/preprod','done','7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',44);
INSERT INTO "ledger" VALUES('deployment','points/2','done','points:2 serves in prod. The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',45);
INSERT INTO "ledger" VALUES('release','points:2/prod','done','points:2 passed its gate and serves as generation 2.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',46);
INSERT INTO "ledger" VALUES('blob','incoming/points/bad/points.csv@0x18EC9D46893FF57D3C2361E3','quarantined','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','2026-03-01 13:00:00.000000',1,0,NULL,'2a2976d5037ac07739cb5ff85c34e36e',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/points/bad/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D46893FF57D3C2361E3\"", "contentlength": 60, "sequencer": "0000000000000000"}}','{}',52);
INSERT INTO "ledger" VALUES('drop','points/bad@add57ea65968','quarantined','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','2026-03-01 13:00:00.000000',1,0,NULL,'700089d9cb307462b2ec2bfcca64ec77',NULL,'','{}',51);
INSERT INTO "ledger" VALUES('breach','points/schema_change-bc17f60c56','done','schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','2026-03-01 13:00:00.000000',0,0,NULL,'',NULL,'','{}',50);
INSERT INTO "ledger" VALUES('blob','incoming/pairs/half/left.csv@0x18EC9D468A75929D1F2361EC','waiting','Drop half waits for: right.','2026-03-01 13:00:00.000000',1,0,NULL,'e68bf11ac5c0eae27eba4c771e9554c7',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/pairs/half/left.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D468A75929D1F2361EC\"", "contentlength": 31, "sequencer": "0000000000000000"}}','{}',54);
INSERT INTO "ledger" VALUES('blob','scoring/points/s1/points.csv@0x18EC9D468AB968A4692361F0','done','Landed for scoring; its window is planned.','2026-03-01 14:00:00.000000',1,0,NULL,'6b4d165375b44c730c9e82bcd0038afd',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/scoring/points/s1/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D468AB968A4692361F0\"", "contentlength": 105, "sequencer": "0000000000000000"}}','{}',56);
INSERT INTO "ledger" VALUES('window','points/s1-17fde87d','done','6 rows were predicted with points:2; 0 failed.','2026-03-01 14:00:00.000000',1,0,NULL,'5c6c2e9f04d8700f02ec2acab1024cd2',NULL,'{"scenario": "points", "window": "s1-17fde87d"}','{"rows": 6, "sha256": "b6c7a2609890a1624de87d8f90507dfa2300ad0a7c96b2c7989efbaf762110bf", "path": "windows/points/s1-17fde87d/b6c7a2609890a1624de87d8f90507dfa2300ad0a7c96b2c7989efbaf762110bf.parquet", "model": "points:2", "run": "points-20261129T201437Z-d66e0738-d0f4b61e", "dataset": "20261129T201437Z-d66e0738"}',58);
INSERT INTO "ledger" VALUES('blob','scoring/points/s2/points.csv@0x18EC9D468E88D96B6B2361F8','done','Landed for scoring; its window is planned.','2026-03-01 15:00:00.000000',1,0,NULL,'09af6bcada62c34a079eba0429fdf96a',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/scoring/points/s2/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D468E88D96B6B2361F8\"", "contentlength": 107, "sequencer": "0000000000000000"}}','{}',60);
INSERT INTO "ledger" VALUES('window','points/s2-65075104','done','6 rows were predicted with points:2; 0 failed.','2026-03-01 15:00:00.000000',1,0,NULL,'e39c0dfbf4f2bc587bca1577f8f28799',NULL,'{"scenario": "points", "window": "s2-65075104"}','{"rows": 6, "sha256": "64b45551152ac6d7b5213d4faea32fdeb07143a707a979cbda6203e6de99ecf9", "path": "windows/points/s2-65075104/64b45551152ac6d7b5213d4faea32fdeb07143a707a979cbda6203e6de99ecf9.parquet", "model": "points:2", "run": "points-20261129T201437Z-d66e0738-d0f4b61e", "dataset": "20261129T201437Z-d66e0738"}',62);
INSERT INTO "ledger" VALUES('blob','scoring/prices/s1/prices.csv@0x18EC9D469006575A59236201','done','Landed for scoring; its window is planned.','2026-03-01 15:00:00.000000',1,0,NULL,'03ce4606c30bdce3c48f7d27f8a5f395',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/scoring/prices/s1/prices.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D469006575A59236201\"", "contentlength": 89, "sequencer": "0000000000000000"}}','{}',64);
INSERT INTO "ledger" VALUES('window','prices/s1-64207d56','done','4 rows were predicted with prices:1; 0 failed.','2026-03-01 15:00:00.000000',1,0,NULL,'c5c363b360110d15790e9927fd708d91',NULL,'{"scenario": "prices", "window": "s1-64207d56"}','{"rows": 4, "sha256": "00103a68568fc844e6b9a685bb6a191f97e5d863ac81376ef71e7a8b053f0188", "path": "windows/prices/s1-64207d56/00103a68568fc844e6b9a685bb6a191f97e5d863ac81376ef71e7a8b053f0188.parquet", "model": "prices:1", "run": "prices-20261129T201437Z-aab5df1e-a7df1e94", "dataset": "20261129T201437Z-aab5df1e"}',66);
INSERT INTO "ledger" VALUES('schedule','points/weekly','active','Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.','2026-03-01 15:00:00.000000',0,0,NULL,'',NULL,'','{}',67);
CREATE TABLE model_version (
    name VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    run VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    metrics JSON NOT NULL,
    folder VARCHAR(1200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (name, version),
    UNIQUE (run)
);
INSERT INTO "model_version" VALUES('points',1,'points-20261129T201436Z-e4c1e427-817c4516','20261129T201436Z-e4c1e427','4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9','{"accuracy": 0.7166666666666667, "auc": 0.7163515016685206, "auc_random": 0.7163515016685206, "auc_time": 0.7163515016685206, "average_precision": 0.7970973503703979, "f1": 0.7848101265822784, "log_loss": 0.6880998342508099}','models/points/1/','accepted','2026-03-01 12:00:00.000000');
INSERT INTO "model_version" VALUES('prices',1,'prices-20261129T201437Z-aab5df1e-a7df1e94','20261129T201437Z-aab5df1e','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','{"mae": 0.09801315873318116, "r2": 0.9976774498236151, "rmse": 0.12441691663357783, "rmse_random": 0.12441691663357783, "rmse_time": 0.12441691663357783}','models/prices/1/','accepted','2026-03-01 12:00:00.000000');
INSERT INTO "model_version" VALUES('points',2,'points-20261129T201437Z-d66e0738-d0f4b61e','20261129T201437Z-d66e0738','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','{"accuracy": 1.0, "auc": 1.0, "auc_random": 1.0, "auc_time": 1.0, "average_precision": 1.0, "f1": 1.0, "log_loss": 0.20425112727323003}','models/points/2/','accepted','2026-03-01 13:00:00.000000');
CREATE TABLE monitored_window (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    source VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    repeated_rows BIGINT NOT NULL,
    model VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    measured_at DATETIME NOT NULL,
    monitor_version VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, window)
);
INSERT INTO "monitored_window" VALUES('points','s1-17fde87d','batch',1,6,0,'points:2','20261129T201437Z-d66e0738','','2026-03-01 15:00:00.000000','1');
INSERT INTO "monitored_window" VALUES('points','s2-65075104','batch',2,6,0,'points:2','20261129T201437Z-d66e0738','','2026-03-01 15:00:00.000000','1');
CREATE TABLE outbox (
    seq INTEGER NOT NULL,
    id VARCHAR(200) NOT NULL,
    type VARCHAR(200) NOT NULL,
    source VARCHAR(200) NOT NULL,
    subject VARCHAR(1200) NOT NULL,
    time DATETIME NOT NULL,
    data JSON NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (id)
);
INSERT INTO "outbox" VALUES(1,'0a4b0ccf98f00c580a690ea56118cda4','Microsoft.MachineLearningServices.ModelRegistered','/mlops/registry','models/points:1','2026-03-01 12:00:00.000000','{"modelName": "points", "modelVersion": "1", "modelTags": {"scenario": "points", "run": "points-20261129T201436Z-e4c1e427-817c4516", "dataset": "20261129T201436Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelProperties": {}}',1);
INSERT INTO "outbox" VALUES(2,'DatasetRegistered-datasets-points-20261129T201436Z-e4c1e427','Mlops.DatasetRegistered','/mlops','datasets/points/20261129T201436Z-e4c1e427','2026-03-01 12:00:00.000000','{"scenario": "points", "dataset": "20261129T201436Z-e4c1e427"}',1);
INSERT INTO "outbox" VALUES(3,'ModelDeployed-deployments-points-preprod-1','Mlops.ModelDeployed','/mlops','deployments/points/preprod/1','2026-03-01 12:00:00.000000','{"model": "points:1", "generation": 1, "by": "gate", "environment": "preprod"}',1);
INSERT INTO "outbox" VALUES(13,'DataBreachDetected-breaches-points-schema_change-bc17f60c56','Mlops.DataBreachDetected','/mlops','breaches/points/schema_change-bc17f60c56','2026-03-01 13:00:00.000000','{"scenario": "points", "breach": "schema_change-bc17f60c56", "cause": "schema_change", "table": "points", "column": "x", "window": "bad", "firstSeen": "2026-03-01T13:00:00+00:00", "action": "quarantine", "sentence": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.", "told": "DatasetQuarantined"}',1);
INSERT INTO "outbox" VALUES(14,'DatasetQuarantined-quarantine-points-bad-incoming-points-bad-points.csv@0x18EC9D46893FF57D3C2361E3','Mlops.DatasetQuarantined','/mlops','quarantine/points/bad/incoming/points/bad/points.csv@0x18EC9D46893FF57D3C2361E3','2026-03-01 13:00:00.000000','{"scenario": "points", "drop": "bad", "code": "type", "reason": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4."}',1);
INSERT INTO "outbox" VALUES(15,'7759179767421ef2c1ece38e0c011b6d','Mlops.PredictionsWritten','/mlops','windows/points/s1-17fde87d','2026-03-01 14:00:00.000000','{"scenario": "points", "window": "s1-17fde87d", "table": "predictions_points", "rows": 6, "failedRows": 0, "path": "windows/points/s1-17fde87d/b6c7a2609890a1624de87d8f90507dfa2300ad0a7c96b2c7989efbaf762110bf.parquet", "sha256": "b6c7a2609890a1624de87d8f90507dfa2300ad0a7c96b2c7989efbaf762110bf", "model": "points:2", "modelSha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "dataset": "20261129T201437Z-d66e0738"}',0);
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
INSERT INTO "pipeline_schedule" VALUES('points','weekly','','','','Week',1,'2099-01-05 06:00:00.000000','e03e0cbfb15633695127084a96e96b133429219b0e7b53a69806f6440db5f52a','2026-03-01 15:00:00.000000','2099-01-05 06:00:00.000000','active',NULL,NULL,'','');
CREATE TABLE prediction_commit (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
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
    scored_at DATETIME NOT NULL,
    PRIMARY KEY (scenario, window)
);
INSERT INTO "prediction_commit" VALUES('points','s1-17fde87d',1,'windows/points/s1-17fde87d/b6c7a2609890a1624de87d8f90507dfa2300ad0a7c96b2c7989efbaf762110bf.parquet','b6c7a2609890a1624de87d8f90507dfa2300ad0a7c96b2c7989efbaf762110bf',6,0,'324765d0e4b3b88d6b8e0aecf0ee4f22cf89dbbae1ec334f2df382d6aec5ee43','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','points-20261129T201437Z-d66e0738-d0f4b61e','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "prediction_commit" VALUES('points','s2-65075104',2,'windows/points/s2-65075104/64b45551152ac6d7b5213d4faea32fdeb07143a707a979cbda6203e6de99ecf9.parquet','64b45551152ac6d7b5213d4faea32fdeb07143a707a979cbda6203e6de99ecf9',6,0,'a2822e5ed61911229220cb0d3f4c44397cba881d51a1553ec7b51e599fe59e77','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','points-20261129T201437Z-d66e0738-d0f4b61e','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "prediction_commit" VALUES('prices','s1-64207d56',1,'windows/prices/s1-64207d56/00103a68568fc844e6b9a685bb6a191f97e5d863ac81376ef71e7a8b053f0188.parquet','00103a68568fc844e6b9a685bb6a191f97e5d863ac81376ef71e7a8b053f0188',4,0,'a24d4fea468ad94c46229966cabff9317466b199594ffeec2bbcb89ddd28a566','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','prices-20261129T201437Z-aab5df1e-a7df1e94','20261129T201437Z-aab5df1e','2026-03-01 15:00:00.000000');
CREATE TABLE prediction_revision (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    base VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    committed_at DATETIME NOT NULL,
    superseded_at DATETIME,
    generation INTEGER NOT NULL,
    PRIMARY KEY (scenario, window),
    UNIQUE (scenario, base, revision)
);
INSERT INTO "prediction_revision" VALUES('points','s1-17fde87d','s1-17fde87d',1,'2026-11-29 20:14:37.741559',NULL,2);
INSERT INTO "prediction_revision" VALUES('points','s2-65075104','s2-65075104',1,'2026-11-29 20:14:37.794805',NULL,2);
INSERT INTO "prediction_revision" VALUES('prices','s1-64207d56','s1-64207d56',1,'2026-11-29 20:14:37.817970',NULL,1);
CREATE TABLE prediction_source (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    path VARCHAR(1200) NOT NULL,
    etag VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, window, position)
);
INSERT INTO "prediction_source" VALUES('points','s1-17fde87d',0,'scoring/points/s1/points.csv','0x18EC9D468AB968A4692361F0');
INSERT INTO "prediction_source" VALUES('points','s2-65075104',0,'scoring/points/s2/points.csv','0x18EC9D468E88D96B6B2361F8');
INSERT INTO "prediction_source" VALUES('prices','s1-64207d56',0,'scoring/prices/s1/prices.csv','0x18EC9D469006575A59236201');
CREATE TABLE predictions_points (
	prediction_id INTEGER NOT NULL, 
	window VARCHAR(200), 
	entity_key VARCHAR(1200), 
	prediction TEXT, 
	probability FLOAT, 
	x FLOAT, 
	color TEXT, 
	run_id VARCHAR(200), 
	model VARCHAR(200), 
	model_sha256 VARCHAR(64), 
	dataset VARCHAR(200), 
	scored_at DATETIME, 
	PRIMARY KEY (prediction_id)
);
INSERT INTO "predictions_points" VALUES(4294967296,'s1-17fde87d','0','yes',7.38222837448120117187e-01,0.345584,'blue','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967297,'s1-17fde87d','1','yes',9.28565144538879394531e-01,0.821618,'red','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967298,'s1-17fde87d','2','yes',0.729346752166748,0.330437,'blue','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967299,'s1-17fde87d','3','no',0.0196569561958313,-1.303157,'blue','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967300,'s1-17fde87d','4','yes',9.43537950515747070312e-01,0.905356,'red','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967301,'s1-17fde87d','5','yes',8.0831915140151977539e-01,0.446375,'red','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 14:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934592,'s2-65075104','0','yes',6.6086673736572265625e-01,0.189053,'red','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934593,'s2-65075104','1','no',1.7246684432029724121e-01,-0.522748,'blue','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934594,'s2-65075104','2','no',2.42468774318695068359e-01,-0.413064,'red','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934595,'s2-65075104','3','no',6.58780336380004882812e-04,-2.441467,'blue','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934596,'s2-65075104','4','yes',9.95926320552825927734e-01,1.799707,'red','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934597,'s2-65075104','5','yes',9.68704938888549804687e-01,1.144166,'blue','points-20261129T201437Z-d66e0738-d0f4b61e','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T201437Z-d66e0738','2026-03-01 15:00:00.000000');
CREATE TABLE predictions_prices (
	prediction_id INTEGER NOT NULL, 
	window VARCHAR(200), 
	entity_key VARCHAR(1200), 
	prediction FLOAT, 
	probability FLOAT, 
	x FLOAT, 
	run_id VARCHAR(200), 
	model VARCHAR(200), 
	model_sha256 VARCHAR(64), 
	dataset VARCHAR(200), 
	scored_at DATETIME, 
	PRIMARY KEY (prediction_id)
);
INSERT INTO "predictions_prices" VALUES(4294967296,'s1-64207d56','0',1.12728762626647949218e+00,NULL,0.345584,'prices-20261129T201437Z-aab5df1e-a7df1e94','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T201437Z-aab5df1e','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_prices" VALUES(4294967297,'s1-64207d56','1',2.50949144363403320312e+00,NULL,0.821618,'prices-20261129T201437Z-aab5df1e-a7df1e94','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T201437Z-aab5df1e','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_prices" VALUES(4294967298,'s1-64207d56','2',0.937615692615509,NULL,0.330437,'prices-20261129T201437Z-aab5df1e-a7df1e94','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T201437Z-aab5df1e','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_prices" VALUES(4294967299,'s1-64207d56','3',-3.85135912895202636718e+00,NULL,-1.303157,'prices-20261129T201437Z-aab5df1e-a7df1e94','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T201437Z-aab5df1e','2026-03-01 15:00:00.000000');
CREATE TABLE quality (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    metric VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    source VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    value FLOAT,
    expected FLOAT,
    state VARCHAR(200) NOT NULL,
    verdict VARCHAR(200) NOT NULL,
    rows BIGINT NOT NULL,
    labelled BIGINT NOT NULL,
    coverage FLOAT NOT NULL,
    age_hours FLOAT NOT NULL,
    model VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    measured_at DATETIME NOT NULL,
    monitor_version VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, window, metric, revision)
);
INSERT INTO "quality" VALUES('points','s1-17fde87d','auc',1,'batch',1,0.85,0.9,'provisional','unknown',6,10,1.42857142857142849212e-01,5.0,'points:2','Labels are still coming.','2026-03-01 15:00:00.000000','1');
INSERT INTO "quality" VALUES('points','s2-65075104','auc',1,'batch',2,0.85,0.9,'provisional','unknown',6,50,7.14285714285714301574e-01,5.0,'points:2','Labels are still coming.','2026-03-01 15:00:00.000000','1');
CREATE TABLE reading (
    scenario VARCHAR(200) NOT NULL,
    entity VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    measured JSON NOT NULL,
    PRIMARY KEY (scenario, entity, at)
);
INSERT INTO "reading" VALUES('points','pump ü','2026-03-01 15:00:00.000000','{"x": 0.0}');
INSERT INTO "reading" VALUES('points','pump ü','2026-03-01 15:01:00.000000','{"x": 0.5}');
INSERT INTO "reading" VALUES('points','pump ü','2026-03-01 15:02:00.000000','{"x": 1.0}');
CREATE TABLE retrain_decision (
    seq INTEGER NOT NULL,
    scenario VARCHAR(200) NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    reason VARCHAR(200) NOT NULL,
    asked TEXT NOT NULL,
    decided VARCHAR(200) NOT NULL,
    sentence TEXT NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    run VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (seq)
);
INSERT INTO "retrain_decision" VALUES(1,'points','data-20261129T201436Z-e4c1e427','new_data','dataset 20261129T201436Z-e4c1e427 is new','retrain','Retrained: dataset 20261129T201436Z-e4c1e427 is new.','20261129T201436Z-e4c1e427','points-20261129T201436Z-e4c1e427-817c4516','2026-03-01 12:00:00.000000');
INSERT INTO "retrain_decision" VALUES(2,'prices','data-20261129T201437Z-aab5df1e','new_data','dataset 20261129T201437Z-aab5df1e is new','retrain','Retrained: dataset 20261129T201437Z-aab5df1e is new.','20261129T201437Z-aab5df1e','prices-20261129T201437Z-aab5df1e-a7df1e94','2026-03-01 12:00:00.000000');
INSERT INTO "retrain_decision" VALUES(3,'points','data-20261129T201437Z-d66e0738','new_data','dataset 20261129T201437Z-d66e0738 is new','retrain','Retrained: dataset 20261129T201437Z-d66e0738 is new.','20261129T201437Z-d66e0738','points-20261129T201437Z-d66e0738-d0f4b61e','2026-03-01 13:00:00.000000');
INSERT INTO "retrain_decision" VALUES(4,'points','drift/b1','drift','the monitor','not','Not retrained: the cooldown ends in 3 h.','','','2026-03-01 15:00:00.000000');
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
    at DATETIME NOT NULL,
    "by" VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, environment, number)
);
INSERT INTO "rollout" VALUES('points','prod',1,2,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4',2,'canary',1,10,'2026-03-01 15:00:00.000000','gate','The shadow was well.');
CREATE TABLE run (
    id VARCHAR(200) NOT NULL,
    scenario VARCHAR(200) NOT NULL,
    dataset VARCHAR(200) NOT NULL,
    request VARCHAR(200) NOT NULL,
    state VARCHAR(200) NOT NULL,
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    profile VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (request)
);
INSERT INTO "run" VALUES('points-20261129T201436Z-e4c1e427-817c4516','points','20261129T201436Z-e4c1e427','points/20261129T201436Z-e4c1e427/1','completed',1,'registered','2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000','default');
INSERT INTO "run" VALUES('prices-20261129T201437Z-aab5df1e-a7df1e94','prices','20261129T201437Z-aab5df1e','prices/20261129T201437Z-aab5df1e/1','completed',1,'registered','2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000','default');
INSERT INTO "run" VALUES('points-20261129T201437Z-d66e0738-d0f4b61e','points','20261129T201437Z-d66e0738','points/20261129T201437Z-d66e0738/1','completed',1,'registered','2026-03-01 13:00:00.000000','2026-03-01 13:00:00.000000','default');
CREATE TABLE schema_version (
    version INTEGER NOT NULL,
    PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1);
INSERT INTO "schema_version" VALUES(2);
INSERT INTO "schema_version" VALUES(3);
INSERT INTO "schema_version" VALUES(4);
CREATE TABLE scorecard (
    scenario VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    model VARCHAR(200) NOT NULL,
    metric VARCHAR(200) NOT NULL,
    promoted_at DATETIME NOT NULL,
    predicted_gain FLOAT,
    realised_gain FLOAT,
    windows_before INTEGER NOT NULL,
    windows_after INTEGER NOT NULL,
    data_event_at DATETIME,
    hours_to_production FLOAT,
    seconds JSON NOT NULL,
    cost JSON NOT NULL,
    timers JSON NOT NULL,
    reason TEXT NOT NULL,
    computed_at DATETIME,
    PRIMARY KEY (scenario, generation)
);
INSERT INTO "scorecard" VALUES('points',1,'points:1','auc','2026-03-01 15:00:00.000000',0.02,NULL,0,3,'2026-03-01 15:00:00.000000',0.5,'{"train": 12.0}','{}','{}','',NULL);
CREATE TABLE serving_health (
    scenario VARCHAR(200) NOT NULL,
    environment VARCHAR(200) NOT NULL,
    generation INTEGER NOT NULL,
    version INTEGER NOT NULL,
    role VARCHAR(200) NOT NULL,
    minute DATETIME NOT NULL,
    instance VARCHAR(200) NOT NULL,
    requests INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    latency JSON NOT NULL,
    answers JSON NOT NULL,
    PRIMARY KEY (scenario, environment, generation, version, role, minute, instance)
);
INSERT INTO "serving_health" VALUES('points','prod',2,2,'champion','2026-03-01 15:00:00.000000','a',40,40,0,'[0, 0, 0, 0, 0, 0, 0, 0]','[0, 0, 0, 0, 0, 0, 0, 0]');
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
INSERT INTO "telemetry_window" VALUES('pairs','2026-03-01 14:00:00.000000','2026-03-01 15:00:00.000000','','left | where x > 0','{"start": "1"}',0,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','2026-03-01 15:00:00.000000');
CREATE TABLE timer_beat (
    name VARCHAR(200) NOT NULL,
    fired BIGINT NOT NULL,
    late BIGINT NOT NULL,
    last_at DATETIME NOT NULL,
    last_late_at DATETIME,
    PRIMARY KEY (name)
);
INSERT INTO "timer_beat" VALUES('monitor',1,0,'2026-03-01 15:00:00.000000',NULL);
CREATE TABLE window (
    scenario VARCHAR(200) NOT NULL,
    id VARCHAR(200) NOT NULL,
    ordinal BIGINT NOT NULL,
    state VARCHAR(200) NOT NULL,
    created_at DATETIME NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (scenario, id),
    UNIQUE (scenario, ordinal)
);
INSERT INTO "window" VALUES('points','s1-17fde87d',1,'committed','2026-03-01 14:00:00.000000','');
INSERT INTO "window" VALUES('points','s2-65075104',2,'committed','2026-03-01 15:00:00.000000','');
INSERT INTO "window" VALUES('prices','s1-64207d56',1,'committed','2026-03-01 15:00:00.000000','');
INSERT INTO "window" VALUES('points','s1-17fde87d.r2',3,'planned','2026-03-01 15:00:00.000000','');
CREATE TABLE window_input (
    scenario VARCHAR(200) NOT NULL,
    input VARCHAR(1200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (scenario, input),
    FOREIGN KEY(scenario, window) REFERENCES window (scenario, id)
);
INSERT INTO "window_input" VALUES('points','scoring/points/s1/points.csv@"0x18EC9D468AB968A4692361F0"','s1-17fde87d',0);
INSERT INTO "window_input" VALUES('points','scoring/points/s2/points.csv@"0x18EC9D468E88D96B6B2361F8"','s2-65075104',0);
INSERT INTO "window_input" VALUES('prices','scoring/prices/s1/prices.csv@"0x18EC9D469006575A59236201"','s1-64207d56',0);
CREATE INDEX ix_approval_scenario ON approval (scenario, version);
CREATE INDEX ix_breach_state ON breach (scenario, state);
CREATE INDEX ix_ledger_state ON ledger (state);
CREATE INDEX ix_outbox_sent ON outbox (sent, seq);
CREATE INDEX ix_prediction_commit_model ON prediction_commit (scenario, model);
CREATE INDEX ix_prediction_commit_ordinal ON prediction_commit (scenario, ordinal);
CREATE INDEX ix_prediction_source_path ON prediction_source (path);
CREATE INDEX ix_retrain_decision_key ON retrain_decision (scenario, "key");
CREATE INDEX ix_window_input_window ON window_input (scenario, window);
CREATE INDEX ix_alert_delivery_state ON alert_delivery (state, due);
CREATE INDEX ix_pipeline_schedule_due ON pipeline_schedule (state, due);
CREATE VIEW v_predictions_points AS SELECT predictions_points.prediction_id, predictions_points.window, predictions_points.entity_key, predictions_points.prediction, predictions_points.probability, predictions_points.x, predictions_points.color, predictions_points.run_id, predictions_points.model, predictions_points.model_sha256, predictions_points.dataset, predictions_points.scored_at 
FROM predictions_points JOIN prediction_commit ON prediction_commit.scenario = 'points' AND prediction_commit.window = predictions_points.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL;
CREATE VIEW v_predictions_points_asof AS SELECT predictions_points.prediction_id, predictions_points.window, predictions_points.entity_key, predictions_points.prediction, predictions_points.probability, predictions_points.x, predictions_points.color, predictions_points.run_id, predictions_points.model, predictions_points.model_sha256, predictions_points.dataset, predictions_points.scored_at, coalesce(prediction_revision.base, predictions_points.window) AS base_window, coalesce(prediction_revision.revision, 1) AS revision, coalesce(prediction_revision.committed_at, prediction_commit.scored_at) AS committed_at, prediction_revision.superseded_at 
FROM predictions_points JOIN prediction_commit ON prediction_commit.scenario = 'points' AND prediction_commit.window = predictions_points.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window;
CREATE INDEX ix_actual_points ON actual_points (entity_key, epoch, is_current);
CREATE VIEW v_prediction_vs_actual_points AS SELECT anon_1.prediction_id, anon_1.window, anon_1.entity_key, anon_1.prediction, anon_1.probability, anon_1.x, anon_1.color, anon_1.run_id, anon_1.model, anon_1.model_sha256, anon_1.dataset, anon_1.scored_at, anon_1.epoch, actual_points.actual, actual_points.labelled_at 
FROM (SELECT predictions_points.prediction_id AS prediction_id, predictions_points.window AS window, predictions_points.entity_key AS entity_key, predictions_points.prediction AS prediction, predictions_points.probability AS probability, predictions_points.x AS x, predictions_points.color AS color, predictions_points.run_id AS run_id, predictions_points.model AS model, predictions_points.model_sha256 AS model_sha256, predictions_points.dataset AS dataset, predictions_points.scored_at AS scored_at, 0 AS epoch 
FROM predictions_points JOIN prediction_commit ON prediction_commit.scenario = 'points' AND prediction_commit.window = predictions_points.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL) AS anon_1 LEFT OUTER JOIN actual_points ON actual_points.entity_key = anon_1.entity_key AND actual_points.is_current = 1 AND actual_points.valid_from <= anon_1.scored_at AND actual_points.valid_to >= anon_1.scored_at AND actual_points.epoch = anon_1.epoch;
CREATE VIEW v_predictions_prices AS SELECT predictions_prices.prediction_id, predictions_prices.window, predictions_prices.entity_key, predictions_prices.prediction, predictions_prices.probability, predictions_prices.x, predictions_prices.run_id, predictions_prices.model, predictions_prices.model_sha256, predictions_prices.dataset, predictions_prices.scored_at 
FROM predictions_prices JOIN prediction_commit ON prediction_commit.scenario = 'prices' AND prediction_commit.window = predictions_prices.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL;
CREATE VIEW v_predictions_prices_asof AS SELECT predictions_prices.prediction_id, predictions_prices.window, predictions_prices.entity_key, predictions_prices.prediction, predictions_prices.probability, predictions_prices.x, predictions_prices.run_id, predictions_prices.model, predictions_prices.model_sha256, predictions_prices.dataset, predictions_prices.scored_at, coalesce(prediction_revision.base, predictions_prices.window) AS base_window, coalesce(prediction_revision.revision, 1) AS revision, coalesce(prediction_revision.committed_at, prediction_commit.scored_at) AS committed_at, prediction_revision.superseded_at 
FROM predictions_prices JOIN prediction_commit ON prediction_commit.scenario = 'prices' AND prediction_commit.window = predictions_prices.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window;
CREATE VIEW v_models AS SELECT model_version.name || ':' || CAST(model_version.version AS VARCHAR(12)) AS model, model_version.name AS scenario, model_version.version, model_version.state, model_version.dataset, model_version.run, model_version.sha256, model_version.created_at 
FROM model_version 
WHERE model_version.state != 'reserved';
CREATE INDEX ix_actual_prices ON actual_prices (entity_key, epoch, is_current);
CREATE VIEW v_prediction_vs_actual_prices AS SELECT anon_1.prediction_id, anon_1.window, anon_1.entity_key, anon_1.prediction, anon_1.probability, anon_1.x, anon_1.run_id, anon_1.model, anon_1.model_sha256, anon_1.dataset, anon_1.scored_at, anon_1.epoch, actual_prices.actual, actual_prices.labelled_at 
FROM (SELECT predictions_prices.prediction_id AS prediction_id, predictions_prices.window AS window, predictions_prices.entity_key AS entity_key, predictions_prices.prediction AS prediction, predictions_prices.probability AS probability, predictions_prices.x AS x, predictions_prices.run_id AS run_id, predictions_prices.model AS model, predictions_prices.model_sha256 AS model_sha256, predictions_prices.dataset AS dataset, predictions_prices.scored_at AS scored_at, 0 AS epoch 
FROM predictions_prices JOIN prediction_commit ON prediction_commit.scenario = 'prices' AND prediction_commit.window = predictions_prices.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL) AS anon_1 LEFT OUTER JOIN actual_prices ON actual_prices.entity_key = anon_1.entity_key AND actual_prices.is_current = 1 AND actual_prices.valid_from <= anon_1.scored_at AND actual_prices.valid_to >= anon_1.scored_at AND actual_prices.epoch = anon_1.epoch;
COMMIT;
