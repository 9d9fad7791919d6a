BEGIN TRANSACTION;
CREATE TABLE actual_marks (
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
INSERT INTO "actual_points" VALUES(1,'0',0,'no','labels.csv','2026-03-01 16:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(2,'1',0,'yes','labels.csv','2026-03-01 16:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(3,'2',0,'yes','labels.csv','2026-03-01 16:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(4,'3',0,'no','labels.csv','2026-03-01 16:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(5,'4',0,'yes','labels.csv','2026-03-01 16:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
INSERT INTO "actual_points" VALUES(6,'5',0,'yes','labels.csv','2026-03-01 16:00:00.000000','1900-01-01 00:00:00.000000','9999-01-01 00:00:00.000000',1);
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
INSERT INTO "alert_delivery" VALUES('a1','ops','{"id": "a1", "kind": "Mlops.DriftDetected", "severity": "warning", "title": "Drift in points", "text": "x moved.", "facts": [["table", "points"]], "look": "mlops why points", "subject": "points", "time": "2026-03-01T16:00:00+00:00"}',0,'2026-03-01 16:00:00.000000','pending','');
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
INSERT INTO "approval" VALUES('36b63dd6458f166fb3df3a098e669f10','points',3,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','prod','3133060d2edeabd0bc7b99590c6546dea4d8b93563d59347db93627b7fb86cf1','nonce','2099-01-01 00:00:00.000000','gate','2026-03-01 16:00:00.000000','It passed its gate.',0,'open','',NULL,'');
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
INSERT INTO "breach" VALUES('points','schema_change-bc17f60c56','schema_change','points','x','open','quarantine','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','bad','bad',1,'2026-03-01 14:00:00.000000','2026-03-01 14:00:00.000000');
INSERT INTO "breach" VALUES('points','b1','population_drift','points','x','open','retrain','x moved.','s2-65075104','s2-65075104',2,'2026-03-01 16:00:00.000000','2026-03-01 16:00:00.000000');
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
INSERT INTO "correction" VALUES('points','s1-17fde87d.r2','s1-17fde87d',2,'[]','{"scenario": "points", "generation": 2, "model": "points", "version": 2, "sha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "at": "2026-03-01T13:00:00+00:00", "by": "gate", "reason": "The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.", "environment": "prod"}','ana','Wrong units.','2026-03-01 16:00:00.000000');
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
INSERT INTO "dataset_version" VALUES('points','20261129T200756Z-e4c1e427','e4c1e42739951a7b9d213b4ffdebb205884a17b8ddfe0c86463914a758bbbaca','[{"name": "points", "path": "datasets/points/20261129T200756Z-e4c1e427/points.parquet", "sha256": "4e42f2e86376974bc98c62de1f06d8a0c638586edd55ae51743bd9ebca4d730b", "rows": 60}]','["incoming/points/d1/points.csv@0x18EC9CE927D08EE34CE236062"]','2026-03-01 12:00:00.000000');
INSERT INTO "dataset_version" VALUES('prices','20261129T200757Z-aab5df1e','aab5df1e0e3cdaebaba1c64011c6117197d4b7c4835d3b56e31d8d01f0fa113a','[{"name": "prices", "path": "datasets/prices/20261129T200757Z-aab5df1e/prices.parquet", "sha256": "4a4f0d836191efaa25dfa3d881cc5356f634d33946138e69430c144a68862907", "rows": 60}]','["incoming/prices/d1/prices.csv@0x18EC9CE9584E490875E236097"]','2026-03-01 12:00:00.000000');
INSERT INTO "dataset_version" VALUES('marks','20261129T200757Z-e4a0bb07','e4a0bb07d48735403775e16138ea4a1aa77a39ed835393f1e784949cbe56496c','[{"name": "marks", "path": "datasets/marks/20261129T200757Z-e4a0bb07/marks.parquet", "sha256": "0f632a3dd777159f04438bf5c319e92ae30cba287a4dc088b448057919b42a85", "rows": 60}, {"name": "places", "path": "datasets/marks/20261129T200757Z-e4a0bb07/places.parquet", "sha256": "64d569e82a3254a1d85967ea76746296bd989cde123bc1d092ef635ba7909fa4", "rows": 2}]','["incoming/marks/d1/marks.csv@0x18EC9CE96CE4F20745E2360A7", "incoming/marks/d1/places.csv@0x18EC9CE96D1074D6152360A8"]','2026-03-01 12:00:00.000000');
INSERT INTO "dataset_version" VALUES('points','20261129T200758Z-d66e0738','d66e0738e3628a3ef2bbf74e70bf08e30e05e562ed5d3fa03fbb0979ce837c33','[{"name": "points", "path": "datasets/points/20261129T200758Z-d66e0738/points.parquet", "sha256": "105064f9ec05c80824f560a1d9824e8a822aff248b768a1d85b61ee69101a05a", "rows": 100}]','["incoming/points/d2/points.csv@0x18EC9CE982B98F098002360D8"]','2026-03-01 13:00:00.000000');
INSERT INTO "dataset_version" VALUES('points','20261129T200758Z-d4fdaa52','d4fdaa525f708cc1a7f8903cb2204c36b84f20ec43f2f42417ca3cbc56fa0980','[{"name": "points", "path": "datasets/points/20261129T200758Z-d4fdaa52/points.parquet", "sha256": "743cc178ef5b2e61db4cd769ee8ff98509e4c23b66665858433c342887f2eb2f", "rows": 120}]','["incoming/points/d3/points.csv@0x18EC9CE99B341B329B7236110"]','2026-03-01 14:00:00.000000');
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
INSERT INTO "deployment" VALUES('marks','preprod',1,'marks',1,'d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','2026-03-01 12:00:00.000000','gate','The gate passed. Approval is not required by setting.');
INSERT INTO "deployment" VALUES('marks','prod',1,'marks',1,'d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','2026-03-01 12:00:00.000000','gate','The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
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
INSERT INTO "drift" VALUES('points','s1-17fde87d','x','psi','training','batch',1,'20261129T200758Z-d66e0738',0.05,0.1,0.05,'stable',6,'points:2','','2026-03-01 16:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s1-17fde87d','color','psi','training','batch',1,'20261129T200758Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 16:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s1-17fde87d','prediction','psi','training','batch',1,'20261129T200758Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 16:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s2-65075104','x','psi','training','batch',2,'20261129T200758Z-d66e0738',0.1,0.1,0.05,'stable',6,'points:2','','2026-03-01 16:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s2-65075104','color','psi','training','batch',2,'20261129T200758Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 16:00:00.000000','1');
INSERT INTO "drift" VALUES('points','s2-65075104','prediction','psi','training','batch',2,'20261129T200758Z-d66e0738',0.01,0.1,0.05,'stable',6,'points:2','','2026-03-01 16:00:00.000000','1');
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
INSERT INTO "gate_certificate" VALUES('points',1,'4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9',1,'points:1','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.012, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.581, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "4fa680c4791f", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200756Z-e4c1e427 is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.7163515016685206, "threshold": 0.6, "reason": "The random AUC of 0.716 (a time-ordered split, which does not decide here, gives 0.716) reaches the bar of 0.6."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','7660870dac6ce0c9143f650235e19df0f774dbc5c40ca97a47e2e3d6a5cc2d6e');
INSERT INTO "gate_certificate" VALUES('prices',1,'008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1',1,'prices:1','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 2 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.009, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.307, "threshold": 20000.0, "reason": "Loading takes 2 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "008ab0a1842d", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200757Z-aab5df1e is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.9976774498236151, "threshold": 0.5, "reason": "The random R2 of 0.998 reaches the bar of 0.5."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','80b45ed7b6f3631c57ed4b03e97cac91f44da337f57c22e767c72194f291c4b4');
INSERT INTO "gate_certificate" VALUES('marks',1,'d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33',1,'marks:1','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.011, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.45, "threshold": 20000.0, "reason": "Loading takes 2 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "d5a73205e679", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200757Z-e4a0bb07 is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.9993894993894994, "threshold": 0.6, "reason": "The random AUC of 0.999 (a time-ordered split, which does not decide here, gives 0.999) reaches the bar of 0.6."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','6ab88b8638d736454783a8ce045d97c4761ab5f97208561061a956f78e285d83');
INSERT INTO "gate_certificate" VALUES('points',2,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4',1,'points:2','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.013, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.482, "threshold": 20000.0, "reason": "Loading takes 2 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "a9d4cc4e80b0", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200758Z-d66e0738 is valid; 0 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 1.0, "threshold": 0.6, "reason": "The random AUC of 1.000 (a time-ordered split, which does not decide here, gives 1.000) reaches the bar of 0.6."}, {"name": "champion", "verdict": "pass", "value": 1.0, "threshold": 0.8099239695878351, "reason": "Better: auc 1.0000 against 0.8099 of the champion points:1 on the same holdout, a difference of +0.1901 (95 %: +0.1145 to +0.2885)."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','5636322e608bedb56ce08f803b4cf3ba1f1cd9846a01ad892ebe88758d9c4262');
INSERT INTO "gate_certificate" VALUES('points',3,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4',0,'points:3','[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.012, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.528, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "a9d4cc4e80b0", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200758Z-d4fdaa52 is valid; 0 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 1.0, "threshold": 0.6, "reason": "The random AUC of 1.000 (a time-ordered split, which does not decide here, gives 1.000) reaches the bar of 0.6."}, {"name": "champion", "verdict": "fail", "value": 1.0, "threshold": 1.0, "reason": "Not better than the champion: auc 1.0000 against 1.0000 of the champion points:2 on the same holdout, a difference of +0.0000 (95 %: +0.0000 to +0.0000)."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]','3133060d2edeabd0bc7b99590c6546dea4d8b93563d59347db93627b7fb86cf1');
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
INSERT INTO "journal" VALUES(4,'2026-03-01 12:00:00.000000','train','points-20261129T200756Z-e4c1e427-f3b4e1ce','requested','Training of dataset 20261129T200756Z-e4c1e427 was requested.',0);
INSERT INTO "journal" VALUES(5,'2026-03-01 12:00:00.000000','retrain','points/data-20261129T200756Z-e4c1e427','done','Retrained: dataset 20261129T200756Z-e4c1e427 is new.',0);
INSERT INTO "journal" VALUES(9,'2026-03-01 12:00:00.000000','model','points:1','in_progress','claimed',1);
INSERT INTO "journal" VALUES(11,'2026-03-01 12:00:00.000000','smoke','points:1/preprod','done','7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(15,'2026-03-01 12:00:00.000000','model','points:1','done','points:1 passed its gate and serves as generation 1.',1);
INSERT INTO "journal" VALUES(31,'2026-03-01 12:00:00.000000','blob','incoming/marks/d1/marks.csv@0x18EC9CE96CE4F20745E2360A7','in_progress','claimed',1);
INSERT INTO "journal" VALUES(32,'2026-03-01 12:00:00.000000','blob','incoming/marks/d1/marks.csv@0x18EC9CE96CE4F20745E2360A7','waiting','Drop d1 waits for: places.',1);
INSERT INTO "journal" VALUES(33,'2026-03-01 12:00:00.000000','blob','incoming/marks/d1/places.csv@0x18EC9CE96D1074D6152360A8','in_progress','claimed',1);
INSERT INTO "journal" VALUES(34,'2026-03-01 12:00:00.000000','drop','marks/d1@63356f21e3c2','in_progress','claimed',1);
INSERT INTO "journal" VALUES(35,'2026-03-01 12:00:00.000000','dataset','marks/e4a0bb07d487','in_progress','claimed',1);
INSERT INTO "journal" VALUES(36,'2026-03-01 12:00:00.000000','train','marks-20261129T200757Z-e4a0bb07-f91592ec','requested','Training of dataset 20261129T200757Z-e4a0bb07 was requested.',0);
INSERT INTO "journal" VALUES(37,'2026-03-01 12:00:00.000000','retrain','marks/data-20261129T200757Z-e4a0bb07','done','Retrained: dataset 20261129T200757Z-e4a0bb07 is new.',0);
INSERT INTO "journal" VALUES(38,'2026-03-01 12:00:00.000000','dataset','marks/e4a0bb07d487','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(39,'2026-03-01 12:00:00.000000','drop','marks/d1@63356f21e3c2','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(40,'2026-03-01 12:00:00.000000','blob','incoming/marks/d1/marks.csv@0x18EC9CE96CE4F20745E2360A7','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(41,'2026-03-01 12:00:00.000000','blob','incoming/marks/d1/places.csv@0x18EC9CE96D1074D6152360A8','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.',1);
INSERT INTO "journal" VALUES(42,'2026-03-01 12:00:00.000000','model','marks:1','in_progress','claimed',1);
INSERT INTO "journal" VALUES(43,'2026-03-01 12:00:00.000000','deployment','marks/preprod/1','done','marks:1 serves in preprod. The gate passed. Approval is not required by setting.',0);
INSERT INTO "journal" VALUES(44,'2026-03-01 12:00:00.000000','smoke','marks:1/preprod','done','7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(45,'2026-03-01 12:00:00.000000','release','marks:1/preprod','done','7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.',0);
INSERT INTO "journal" VALUES(46,'2026-03-01 12:00:00.000000','deployment','marks/1','done','marks:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.',0);
INSERT INTO "journal" VALUES(47,'2026-03-01 12:00:00.000000','release','marks:1/prod','done','marks:1 passed its gate and serves as generation 1.',0);
INSERT INTO "journal" VALUES(48,'2026-03-01 12:00:00.000000','model','marks:1','done','marks:1 passed its gate and serves as generation 1.',1);
INSERT INTO "journal" VALUES(49,'2026-03-01 12:00:00.000000','baseline','points/1','in_progress','claimed',1);
INSERT INTO "journal" VALUES(50,'2026-03-01 12:00:00.000000','baseline','points/1','done','Baseline 1 of points is dataset 20261129T200756Z-e4c1e427, accepted by ana: Looked at.',1);
INSERT INTO "journal" VALUES(68,'2026-03-01 14:00:00.000000','dataset','points/d4fdaa525f70','in_progress','claimed',1);
INSERT INTO "journal" VALUES(71,'2026-03-01 14:00:00.000000','dataset','points/d4fdaa525f70','done','Registered as dataset 20261129T200758Z-d4fdaa52 (120 rows); training run points-20261129T200758Z-d4fdaa52-38aee0a4 was requested. Validation found nothing unusual.',1);
INSERT INTO "journal" VALUES(77,'2026-03-01 14:00:00.000000','drop','points/bad@d209d89c512a','in_progress','claimed',1);
INSERT INTO "journal" VALUES(78,'2026-03-01 14:00:00.000000','breach','points/schema_change-bc17f60c56','done','schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.',0);
INSERT INTO "journal" VALUES(79,'2026-03-01 14:00:00.000000','drop','points/bad@d209d89c512a','quarantined','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.',1);
INSERT INTO "journal" VALUES(85,'2026-03-01 15:00:00.000000','window','points/s1-17fde87d','in_progress','claimed',1);
INSERT INTO "journal" VALUES(86,'2026-03-01 15:00:00.000000','window','points/s1-17fde87d','done','6 rows were predicted with points:2; 0 failed.',1);
INSERT INTO "journal" VALUES(100,'2026-03-01 16:00:00.000000','window','marks/s1-06a15a91','in_progress','claimed',1);
INSERT INTO "journal" VALUES(101,'2026-03-01 16:00:00.000000','window','marks/s1-06a15a91','done','4 rows were predicted with marks:1; 0 failed.',1);
INSERT INTO "journal" VALUES(102,'2026-03-01 16:00:00.000000','schedule','points/weekly','active','Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.',0);
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
INSERT INTO "ledger" VALUES('train','points-20261129T200756Z-e4c1e427-f3b4e1ce','requested','Training of dataset 20261129T200756Z-e4c1e427 was requested.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',4);
INSERT INTO "ledger" VALUES('retrain','points/data-20261129T200756Z-e4c1e427','done','Retrained: dataset 20261129T200756Z-e4c1e427 is new.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',5);
INSERT INTO "ledger" VALUES('model','points:1','done','points:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',1,0,NULL,'cf0b07deaa2b6207a4f7f7fb3d5964c9',NULL,'{"specversion": "1.0", "id": "0a4b0ccf98f00c580a690ea56118cda4", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/points:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "points", "modelversion": "1", "modeltags": {"scenario": "points", "run": "points-20261129T200756Z-e4c1e427-f3b4e1ce", "dataset": "20261129T200756Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelproperties": {}}}','{"model": "points:1", "dataset": "20261129T200756Z-e4c1e427", "run": "points-20261129T200756Z-e4c1e427-f3b4e1ce", "certificate": "7660870dac6ce0c9143f650235e19df0f774dbc5c40ca97a47e2e3d6a5cc2d6e", "generation": 1}',15);
INSERT INTO "ledger" VALUES('smoke','points:1/preprod','done','7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',11);
INSERT INTO "ledger" VALUES('blob','incoming/marks/d1/marks.csv@0x18EC9CE96CE4F20745E2360A7','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'612cbfa0b97c104b647e939b0939e1d3',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/marks/d1/marks.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9CE96CE4F20745E2360A7\"", "contentlength": 1118, "sequencer": "0000000000000000"}}','{}',40);
INSERT INTO "ledger" VALUES('blob','incoming/marks/d1/places.csv@0x18EC9CE96D1074D6152360A8','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'b713757d57ec3c025fc34123104d752a',NULL,'{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/marks/d1/places.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9CE96D1074D6152360A8\"", "contentlength": 21, "sequencer": "0000000000000000"}}','{"dataset": "20261129T200757Z-e4a0bb07", "run": "marks-20261129T200757Z-e4a0bb07-f91592ec"}',41);
INSERT INTO "ledger" VALUES('drop','marks/d1@63356f21e3c2','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'fa86c0f765efd31b6c7b9530c1b3d6a4',NULL,'','{"dataset": "20261129T200757Z-e4a0bb07", "run": "marks-20261129T200757Z-e4a0bb07-f91592ec"}',39);
INSERT INTO "ledger" VALUES('dataset','marks/e4a0bb07d487','done','Registered as dataset 20261129T200757Z-e4a0bb07 (60 rows); training run marks-20261129T200757Z-e4a0bb07-f91592ec was requested. Validation has 1 warning(s): 1 no_baseline.','2026-03-01 12:00:00.000000',1,0,NULL,'77e54b5db3f392d5cda814abebd9fff7',NULL,'','{"dataset": "20261129T200757Z-e4a0bb07", "run": "marks-20261129T200757Z-e4a0bb07-f91592ec"}',38);
INSERT INTO "ledger" VALUES('train','marks-20261129T200757Z-e4a0bb07-f91592ec','requested','Training of dataset 20261129T200757Z-e4a0bb07 was requested.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',36);
INSERT INTO "ledger" VALUES('retrain','marks/data-20261129T200757Z-e4a0bb07','done','Retrained: dataset 20261129T200757Z-e4a0bb07 is new.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',37);
INSERT INTO "ledger" VALUES('model','marks:1','done','marks:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',1,0,NULL,'df8fcc2b51843c578886158a47d1659d',NULL,'{"specversion": "1.0", "id": "52dc4eec21db8178333b33a35daa2f97", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/marks:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "marks", "modelversion": "1", "modeltags": {"scenario": "marks", "run": "marks-20261129T200757Z-e4a0bb07-f91592ec", "dataset": "20261129T200757Z-e4a0bb07", "sha256": "d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33"}, "modelproperties": {}}}','{"model": "marks:1", "dataset": "20261129T200757Z-e4a0bb07", "run": "marks-20261129T200757Z-e4a0bb07-f91592ec", "certificate": "6ab88b8638d736454783a8ce045d97c4761ab5f97208561061a956f78e285d83", "generation": 1}',48);
INSERT INTO "ledger" VALUES('deployment','marks/preprod/1','done','marks:1 serves in preprod. The gate passed. Approval is not required by setting.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',43);
INSERT INTO "ledger" VALUES('smoke','marks:1/preprod','done','7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',44);
INSERT INTO "ledger" VALUES('release','marks:1/preprod','done','7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',45);
INSERT INTO "ledger" VALUES('deployment','marks/1','done','marks:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',46);
INSERT INTO "ledger" VALUES('release','marks:1/prod','done','marks:1 passed its gate and serves as generation 1.','2026-03-01 12:00:00.000000',0,0,NULL,'',NULL,'','{}',47);
INSERT INTO "ledger" VALUES('baseline','points/1','done','Baseline 1 of points is dataset 20261129T200756Z-e4c1e427, accepted by ana: Looked at.','2026-03-01 12:00:00.000000',1,0,NULL,'4686c7b6fde6788418c279b0b3d260ee',NULL,'','{"dataset": "20261129T200756Z-e4c1e427"}',50);
INSERT INTO "ledger" VALUES('dataset','points/d4fdaa525f70','done','Registered as dataset 20261129T200758Z-d4fdaa52 (120 rows); training run points-20261129T200758Z-d4fdaa52-38aee0a4 was requested. Validation found nothing unusual.','2026-03-01 14:00:00.000000',1,0,NULL,'03605bff3eeed4144a276c31513f96a2',NULL,'','{"dataset": "20261129T200758Z-d4fdaa52", "run": "points-20261129T200758Z-d4fdaa52-38aee0a4"}',71);
INSERT INTO "ledger" VALUES('drop','points/bad@d209d89c512a','quarantined','File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','2026-03-01 14:00:00.000000',1,0,NULL,'59299b6eb2af709906f1fb30ecbda27a',NULL,'','{}',79);
INSERT INTO "ledger" VALUES('breach','points/schema_change-bc17f60c56','done','schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.','2026-03-01 14:00:00.000000',0,0,NULL,'',NULL,'','{}',78);
INSERT INTO "ledger" VALUES('window','points/s1-17fde87d','done','6 rows were predicted with points:2; 0 failed.','2026-03-01 15:00:00.000000',1,0,NULL,'24e7a735db68c5dbc369b5196a87c7a8',NULL,'{"scenario": "points", "window": "s1-17fde87d"}','{"rows": 6, "sha256": "dd6654e46de10405d288e498b26531ae978e16b7846611893c4c9fa090f695fb", "path": "windows/points/s1-17fde87d/dd6654e46de10405d288e498b26531ae978e16b7846611893c4c9fa090f695fb.parquet", "model": "points:2", "run": "points-20261129T200758Z-d66e0738-93122509", "dataset": "20261129T200758Z-d66e0738"}',86);
INSERT INTO "ledger" VALUES('window','marks/s1-06a15a91','done','4 rows were predicted with marks:1; 0 failed.','2026-03-01 16:00:00.000000',1,0,NULL,'f38b4b977fc5816c48654722529a3604',NULL,'{"scenario": "marks", "window": "s1-06a15a91"}','{"rows": 4, "sha256": "2af56906f73d6f47059f9854e491424331404f4293aa05cdf94bc7064dd90c59", "path": "windows/marks/s1-06a15a91/2af56906f73d6f47059f9854e491424331404f4293aa05cdf94bc7064dd90c59.parquet", "model": "marks:1", "run": "marks-20261129T200757Z-e4a0bb07-f91592ec", "dataset": "20261129T200757Z-e4a0bb07"}',101);
INSERT INTO "ledger" VALUES('schedule','points/weekly','active','Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.','2026-03-01 16:00:00.000000',0,0,NULL,'',NULL,'','{}',102);
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
INSERT INTO "model_version" VALUES('points',1,'points-20261129T200756Z-e4c1e427-f3b4e1ce','20261129T200756Z-e4c1e427','4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9','{"accuracy": 0.7166666666666667, "auc": 0.7163515016685206, "auc_random": 0.7163515016685206, "auc_time": 0.7163515016685206, "average_precision": 0.7970973503703979, "f1": 0.7848101265822784, "log_loss": 0.6880998342508099}','models/points/1/','accepted','2026-03-01 12:00:00.000000');
INSERT INTO "model_version" VALUES('prices',1,'prices-20261129T200757Z-aab5df1e-94be2ba5','20261129T200757Z-aab5df1e','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','{"mae": 0.09801315873318116, "r2": 0.9976774498236151, "rmse": 0.12441691663357783, "rmse_random": 0.12441691663357783, "rmse_time": 0.12441691663357783}','models/prices/1/','accepted','2026-03-01 12:00:00.000000');
INSERT INTO "model_version" VALUES('marks',1,'marks-20261129T200757Z-e4a0bb07-f91592ec','20261129T200757Z-e4a0bb07','d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','{"accuracy": 0.8666666666666667, "accuracy_down": 0.85, "accuracy_up": 0.8833333333333333, "auc": 0.9993894993894994, "auc_down": 0.9987789987789988, "auc_random": 0.9993894993894994, "auc_time": 0.9993894993894994, "auc_up": 1.0, "average_precision": 0.9996794871794872, "average_precision_down": 0.9993589743589744, "average_precision_up": 1.0, "f1": 0.8711462450592885, "f1_down": 0.8695652173913043, "f1_up": 0.8727272727272727, "log_loss": 0.2856884557249071, "log_loss_down": 0.30386582311595217, "log_loss_up": 0.26751108833386206}','models/marks/1/','accepted','2026-03-01 12:00:00.000000');
INSERT INTO "model_version" VALUES('points',2,'points-20261129T200758Z-d66e0738-93122509','20261129T200758Z-d66e0738','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','{"accuracy": 1.0, "auc": 1.0, "auc_random": 1.0, "auc_time": 1.0, "average_precision": 1.0, "f1": 1.0, "log_loss": 0.20425112727323003}','models/points/2/','accepted','2026-03-01 13:00:00.000000');
INSERT INTO "model_version" VALUES('points',3,'points-20261129T200758Z-d4fdaa52-38aee0a4','20261129T200758Z-d4fdaa52','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','{"accuracy": 0.9916666666666667, "auc": 1.0, "auc_random": 1.0, "auc_time": 1.0, "average_precision": 1.0, "f1": 0.9915966386554622, "log_loss": 0.18940833714720048}','models/points/3/','refused','2026-03-01 14:00:00.000000');
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
INSERT INTO "monitored_window" VALUES('points','s1-17fde87d','batch',1,6,0,'points:2','20261129T200758Z-d66e0738','','2026-03-01 16:00:00.000000','1');
INSERT INTO "monitored_window" VALUES('points','s2-65075104','batch',2,6,0,'points:2','20261129T200758Z-d66e0738','','2026-03-01 16:00:00.000000','1');
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
INSERT INTO "outbox" VALUES(1,'0a4b0ccf98f00c580a690ea56118cda4','Microsoft.MachineLearningServices.ModelRegistered','/mlops/registry','models/points:1','2026-03-01 12:00:00.000000','{"modelName": "points", "modelVersion": "1", "modelTags": {"scenario": "points", "run": "points-20261129T200756Z-e4c1e427-f3b4e1ce", "dataset": "20261129T200756Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelProperties": {}}',1);
INSERT INTO "outbox" VALUES(2,'DatasetRegistered-datasets-points-20261129T200756Z-e4c1e427','Mlops.DatasetRegistered','/mlops','datasets/points/20261129T200756Z-e4c1e427','2026-03-01 12:00:00.000000','{"scenario": "points", "dataset": "20261129T200756Z-e4c1e427"}',1);
INSERT INTO "outbox" VALUES(3,'ModelDeployed-deployments-points-preprod-1','Mlops.ModelDeployed','/mlops','deployments/points/preprod/1','2026-03-01 12:00:00.000000','{"model": "points:1", "generation": 1, "by": "gate", "environment": "preprod"}',1);
INSERT INTO "outbox" VALUES(19,'ModelRefused-models-points:3','Mlops.ModelRefused','/mlops','models/points:3','2026-03-01 14:00:00.000000','{"scenario": "points", "model": "points:3", "reason": "points:3 is refused: Not better than the champion: auc 1.0000 against 1.0000 of the champion points:2 on the same holdout, a difference of +0.0000 (95 %: +0.0000 to +0.0000)."}',1);
INSERT INTO "outbox" VALUES(20,'DataBreachDetected-breaches-points-schema_change-bc17f60c56','Mlops.DataBreachDetected','/mlops','breaches/points/schema_change-bc17f60c56','2026-03-01 14:00:00.000000','{"scenario": "points", "breach": "schema_change-bc17f60c56", "cause": "schema_change", "table": "points", "column": "x", "window": "bad", "firstSeen": "2026-03-01T14:00:00+00:00", "action": "quarantine", "sentence": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.", "told": "DatasetQuarantined"}',1);
INSERT INTO "outbox" VALUES(21,'DatasetQuarantined-quarantine-points-bad-incoming-points-bad-points.csv@0x18EC9CE9B531C31D3C236136','Mlops.DatasetQuarantined','/mlops','quarantine/points/bad/incoming/points/bad/points.csv@0x18EC9CE9B531C31D3C236136','2026-03-01 14:00:00.000000','{"scenario": "points", "drop": "bad", "code": "type", "reason": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4."}',1);
INSERT INTO "outbox" VALUES(22,'d43e1336d412fd5c1369aebf99fccea9','Mlops.PredictionsWritten','/mlops','windows/points/s1-17fde87d','2026-03-01 15:00:00.000000','{"scenario": "points", "window": "s1-17fde87d", "table": "predictions_points", "rows": 6, "failedRows": 0, "path": "windows/points/s1-17fde87d/dd6654e46de10405d288e498b26531ae978e16b7846611893c4c9fa090f695fb.parquet", "sha256": "dd6654e46de10405d288e498b26531ae978e16b7846611893c4c9fa090f695fb", "model": "points:2", "modelSha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "dataset": "20261129T200758Z-d66e0738"}',0);
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
INSERT INTO "pipeline_schedule" VALUES('points','weekly','','','','Week',1,'2099-01-05 06:00:00.000000','e03e0cbfb15633695127084a96e96b133429219b0e7b53a69806f6440db5f52a','2026-03-01 16:00:00.000000','2099-01-05 06:00:00.000000','active',NULL,NULL,'','');
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
INSERT INTO "prediction_commit" VALUES('points','s1-17fde87d',1,'windows/points/s1-17fde87d/dd6654e46de10405d288e498b26531ae978e16b7846611893c4c9fa090f695fb.parquet','dd6654e46de10405d288e498b26531ae978e16b7846611893c4c9fa090f695fb',6,0,'198b4e964c80d9ede529642525ef2770c596d8c5a50e1bf9173a0e01f5d7d3b4','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','points-20261129T200758Z-d66e0738-93122509','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "prediction_commit" VALUES('points','s2-65075104',2,'windows/points/s2-65075104/4fc30962128deaad3152810196b5eecb94548a9376b0b907ec0d4f453372d40a.parquet','4fc30962128deaad3152810196b5eecb94548a9376b0b907ec0d4f453372d40a',6,0,'b18e2ff07d4e2aa2b34a8c983b76fcc0018aa133cb353f05251d0beb10cf65c5','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','points-20261129T200758Z-d66e0738-93122509','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
INSERT INTO "prediction_commit" VALUES('prices','s1-64207d56',1,'windows/prices/s1-64207d56/cc2e3a7f0fc0758ad09016172ad13bbe4d31d1931b51cb2717ca862919ae5578.parquet','cc2e3a7f0fc0758ad09016172ad13bbe4d31d1931b51cb2717ca862919ae5578',4,0,'fbc2d760028fb55414fdf93d4219c9153565259479f3ca3c71b6d49e2895f4e0','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','prices-20261129T200757Z-aab5df1e-94be2ba5','20261129T200757Z-aab5df1e','2026-03-01 16:00:00.000000');
INSERT INTO "prediction_commit" VALUES('marks','s1-06a15a91',1,'windows/marks/s1-06a15a91/2af56906f73d6f47059f9854e491424331404f4293aa05cdf94bc7064dd90c59.parquet','2af56906f73d6f47059f9854e491424331404f4293aa05cdf94bc7064dd90c59',4,0,'f8e3c15cdbf5759e492b7541c488a97b0e6e58092d74dd06a719681909871000','marks:1','d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','marks-20261129T200757Z-e4a0bb07-f91592ec','20261129T200757Z-e4a0bb07','2026-03-01 16:00:00.000000');
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
INSERT INTO "prediction_revision" VALUES('points','s1-17fde87d','s1-17fde87d',1,'2026-11-29 20:07:59.111324',NULL,2);
INSERT INTO "prediction_revision" VALUES('points','s2-65075104','s2-65075104',1,'2026-11-29 20:07:59.214380',NULL,2);
INSERT INTO "prediction_revision" VALUES('prices','s1-64207d56','s1-64207d56',1,'2026-11-29 20:07:59.307534',NULL,1);
INSERT INTO "prediction_revision" VALUES('marks','s1-06a15a91','s1-06a15a91',1,'2026-11-29 20:07:59.435715',NULL,1);
CREATE TABLE prediction_source (
    scenario VARCHAR(200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    path VARCHAR(1200) NOT NULL,
    etag VARCHAR(200) NOT NULL,
    PRIMARY KEY (scenario, window, position)
);
INSERT INTO "prediction_source" VALUES('points','s1-17fde87d',0,'scoring/points/s1/points.csv','0x18EC9CE9B9DD0FAA69236149');
INSERT INTO "prediction_source" VALUES('points','s2-65075104',0,'scoring/points/s2/points.csv','0x18EC9CE9BF9F158F6B23615C');
INSERT INTO "prediction_source" VALUES('prices','s1-64207d56',0,'scoring/prices/s1/prices.csv','0x18EC9CE9C4B10D7B59236163');
INSERT INTO "prediction_source" VALUES('marks','s1-06a15a91',0,'scoring/marks/s1/marks.csv','0x18EC9CE9CA697F2E4023616C');
INSERT INTO "prediction_source" VALUES('marks','s1-06a15a91',1,'scoring/marks/s1/places.csv','0x18EC9CE9CBC706601523616B');
CREATE TABLE predictions_marks (
	prediction_id INTEGER NOT NULL, 
	window VARCHAR(200), 
	entity_key VARCHAR(1200), 
	prediction TEXT, 
	probability FLOAT, 
	probability_up FLOAT, 
	probability_down FLOAT, 
	x FLOAT, 
	z FLOAT, 
	run_id VARCHAR(200), 
	model VARCHAR(200), 
	model_sha256 VARCHAR(64), 
	dataset VARCHAR(200), 
	scored_at DATETIME, 
	PRIMARY KEY (prediction_id)
);
INSERT INTO "predictions_marks" VALUES(4294967296,'s1-06a15a91','0','up',7.47769594192504882812e-01,7.47769594192504882812e-01,2.71554112434387207031e-01,0.345584,0.5,'marks-20261129T200757Z-e4a0bb07-f91592ec','marks:1','d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','20261129T200757Z-e4a0bb07','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_marks" VALUES(4294967297,'s1-06a15a91','1','up',9.17953014373779296875e-01,9.17953014373779296875e-01,7.48233795166015625e-02,0.821618,-0.5,'marks-20261129T200757Z-e4a0bb07-f91592ec','marks:1','d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','20261129T200757Z-e4a0bb07','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_marks" VALUES(4294967298,'s1-06a15a91','2','up',0.739102840423584,0.739102840423584,2.80635595321655273437e-01,0.330437,0.5,'marks-20261129T200757Z-e4a0bb07-f91592ec','marks:1','d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','20261129T200757Z-e4a0bb07','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_marks" VALUES(4294967299,'s1-06a15a91','3','down',9.79355990886688232421e-01,1.8716245889663696289e-02,9.79355990886688232421e-01,-1.303157,-0.5,'marks-20261129T200757Z-e4a0bb07-f91592ec','marks:1','d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33','20261129T200757Z-e4a0bb07','2026-03-01 16:00:00.000000');
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
INSERT INTO "predictions_points" VALUES(4294967296,'s1-17fde87d','0','yes',7.38222837448120117187e-01,0.345584,'blue','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967297,'s1-17fde87d','1','yes',9.28565144538879394531e-01,0.821618,'red','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967298,'s1-17fde87d','2','yes',0.729346752166748,0.330437,'blue','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967299,'s1-17fde87d','3','no',0.0196569561958313,-1.303157,'blue','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967300,'s1-17fde87d','4','yes',9.43537950515747070312e-01,0.905356,'red','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(4294967301,'s1-17fde87d','5','yes',8.0831915140151977539e-01,0.446375,'red','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 15:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934592,'s2-65075104','0','yes',6.6086673736572265625e-01,0.189053,'red','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934593,'s2-65075104','1','no',1.7246684432029724121e-01,-0.522748,'blue','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934594,'s2-65075104','2','no',2.42468774318695068359e-01,-0.413064,'red','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934595,'s2-65075104','3','no',6.58780336380004882812e-04,-2.441467,'blue','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934596,'s2-65075104','4','yes',9.95926320552825927734e-01,1.799707,'red','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_points" VALUES(8589934597,'s2-65075104','5','yes',9.68704938888549804687e-01,1.144166,'blue','points-20261129T200758Z-d66e0738-93122509','points:2','a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4','20261129T200758Z-d66e0738','2026-03-01 16:00:00.000000');
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
INSERT INTO "predictions_prices" VALUES(4294967296,'s1-64207d56','0',1.12728762626647949218e+00,NULL,0.345584,'prices-20261129T200757Z-aab5df1e-94be2ba5','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T200757Z-aab5df1e','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_prices" VALUES(4294967297,'s1-64207d56','1',2.50949144363403320312e+00,NULL,0.821618,'prices-20261129T200757Z-aab5df1e-94be2ba5','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T200757Z-aab5df1e','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_prices" VALUES(4294967298,'s1-64207d56','2',0.937615692615509,NULL,0.330437,'prices-20261129T200757Z-aab5df1e-94be2ba5','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T200757Z-aab5df1e','2026-03-01 16:00:00.000000');
INSERT INTO "predictions_prices" VALUES(4294967299,'s1-64207d56','3',-3.85135912895202636718e+00,NULL,-1.303157,'prices-20261129T200757Z-aab5df1e-94be2ba5','prices:1','008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1','20261129T200757Z-aab5df1e','2026-03-01 16:00:00.000000');
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
INSERT INTO "quality" VALUES('points','s1-17fde87d','auc',1,'batch',1,0.85,0.9,'provisional','unknown',6,10,1.42857142857142849212e-01,5.0,'points:2','Labels are still coming.','2026-03-01 16:00:00.000000','1');
INSERT INTO "quality" VALUES('points','s2-65075104','auc',1,'batch',2,0.85,0.9,'provisional','unknown',6,50,7.14285714285714301574e-01,5.0,'points:2','Labels are still coming.','2026-03-01 16:00:00.000000','1');
CREATE TABLE reading (
    scenario VARCHAR(200) NOT NULL,
    entity VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    measured JSON NOT NULL,
    PRIMARY KEY (scenario, entity, at)
);
INSERT INTO "reading" VALUES('points','pump ü','2026-03-01 16:00:00.000000','{"x": 0.0}');
INSERT INTO "reading" VALUES('points','pump ü','2026-03-01 16:01:00.000000','{"x": 0.5}');
INSERT INTO "reading" VALUES('points','pump ü','2026-03-01 16:02:00.000000','{"x": 1.0}');
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
INSERT INTO "retrain_decision" VALUES(1,'points','data-20261129T200756Z-e4c1e427','new_data','dataset 20261129T200756Z-e4c1e427 is new','retrain','Retrained: dataset 20261129T200756Z-e4c1e427 is new.','20261129T200756Z-e4c1e427','points-20261129T200756Z-e4c1e427-f3b4e1ce','2026-03-01 12:00:00.000000');
INSERT INTO "retrain_decision" VALUES(2,'prices','data-20261129T200757Z-aab5df1e','new_data','dataset 20261129T200757Z-aab5df1e is new','retrain','Retrained: dataset 20261129T200757Z-aab5df1e is new.','20261129T200757Z-aab5df1e','prices-20261129T200757Z-aab5df1e-94be2ba5','2026-03-01 12:00:00.000000');
INSERT INTO "retrain_decision" VALUES(3,'marks','data-20261129T200757Z-e4a0bb07','new_data','dataset 20261129T200757Z-e4a0bb07 is new','retrain','Retrained: dataset 20261129T200757Z-e4a0bb07 is new.','20261129T200757Z-e4a0bb07','marks-20261129T200757Z-e4a0bb07-f91592ec','2026-03-01 12:00:00.000000');
INSERT INTO "retrain_decision" VALUES(4,'points','data-20261129T200758Z-d66e0738','new_data','dataset 20261129T200758Z-d66e0738 is new','retrain','Retrained: dataset 20261129T200758Z-d66e0738 is new.','20261129T200758Z-d66e0738','points-20261129T200758Z-d66e0738-93122509','2026-03-01 13:00:00.000000');
INSERT INTO "retrain_decision" VALUES(5,'points','data-20261129T200758Z-d4fdaa52','new_data','dataset 20261129T200758Z-d4fdaa52 is new','retrain','Retrained: dataset 20261129T200758Z-d4fdaa52 is new.','20261129T200758Z-d4fdaa52','points-20261129T200758Z-d4fdaa52-38aee0a4','2026-03-01 14:00:00.000000');
INSERT INTO "retrain_decision" VALUES(6,'points','drift/b1','drift','the monitor','not','Not retrained: the cooldown ends in 3 h.','','','2026-03-01 16:00:00.000000');
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
INSERT INTO "rollout" VALUES('points','prod',1,3,'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4',2,'canary',1,10,'2026-03-01 16:00:00.000000','gate','The shadow was well.');
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
INSERT INTO "run" VALUES('points-20261129T200756Z-e4c1e427-f3b4e1ce','points','20261129T200756Z-e4c1e427','points/20261129T200756Z-e4c1e427/1','completed',1,'registered','2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000','default');
INSERT INTO "run" VALUES('prices-20261129T200757Z-aab5df1e-94be2ba5','prices','20261129T200757Z-aab5df1e','prices/20261129T200757Z-aab5df1e/1','completed',1,'registered','2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000','default');
INSERT INTO "run" VALUES('marks-20261129T200757Z-e4a0bb07-f91592ec','marks','20261129T200757Z-e4a0bb07','marks/20261129T200757Z-e4a0bb07/1','completed',1,'registered','2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000','default');
INSERT INTO "run" VALUES('points-20261129T200758Z-d66e0738-93122509','points','20261129T200758Z-d66e0738','points/20261129T200758Z-d66e0738/1','completed',1,'registered','2026-03-01 13:00:00.000000','2026-03-01 13:00:00.000000','default');
INSERT INTO "run" VALUES('points-20261129T200758Z-d4fdaa52-38aee0a4','points','20261129T200758Z-d4fdaa52','points/20261129T200758Z-d4fdaa52/1','completed',1,'registered','2026-03-01 14:00:00.000000','2026-03-01 14:00:00.000000','default');
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
INSERT INTO "scorecard" VALUES('points',1,'points:1','auc','2026-03-01 16:00:00.000000',0.02,NULL,0,3,'2026-03-01 16:00:00.000000',0.5,'{"train": 12.0}','{}','{}','',NULL);
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
INSERT INTO "serving_health" VALUES('points','prod',2,2,'champion','2026-03-01 16:00:00.000000','a',40,40,0,'[0, 0, 0, 0, 0, 0, 0, 0]','[0, 0, 0, 0, 0, 0, 0, 0]');
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
INSERT INTO "telemetry_window" VALUES('pairs','2026-03-01 15:00:00.000000','2026-03-01 16:00:00.000000','','left | where x > 0','{"start": "1"}',0,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','2026-03-01 16:00:00.000000');
CREATE TABLE timer_beat (
    name VARCHAR(200) NOT NULL,
    fired BIGINT NOT NULL,
    late BIGINT NOT NULL,
    last_at DATETIME NOT NULL,
    last_late_at DATETIME,
    PRIMARY KEY (name)
);
INSERT INTO "timer_beat" VALUES('monitor',1,0,'2026-03-01 16:00:00.000000',NULL);
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
INSERT INTO "window" VALUES('points','s1-17fde87d',1,'committed','2026-03-01 15:00:00.000000','');
INSERT INTO "window" VALUES('points','s2-65075104',2,'committed','2026-03-01 16:00:00.000000','');
INSERT INTO "window" VALUES('prices','s1-64207d56',1,'committed','2026-03-01 16:00:00.000000','');
INSERT INTO "window" VALUES('marks','s1-06a15a91',1,'committed','2026-03-01 16:00:00.000000','');
INSERT INTO "window" VALUES('points','s1-17fde87d.r2',3,'planned','2026-03-01 16:00:00.000000','');
CREATE TABLE window_input (
    scenario VARCHAR(200) NOT NULL,
    input VARCHAR(1200) NOT NULL,
    window VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (scenario, input),
    FOREIGN KEY(scenario, window) REFERENCES window (scenario, id)
);
INSERT INTO "window_input" VALUES('points','scoring/points/s1/points.csv@"0x18EC9CE9B9DD0FAA69236149"','s1-17fde87d',0);
INSERT INTO "window_input" VALUES('points','scoring/points/s2/points.csv@"0x18EC9CE9BF9F158F6B23615C"','s2-65075104',0);
INSERT INTO "window_input" VALUES('prices','scoring/prices/s1/prices.csv@"0x18EC9CE9C4B10D7B59236163"','s1-64207d56',0);
INSERT INTO "window_input" VALUES('marks','scoring/marks/s1/marks.csv@"0x18EC9CE9CA697F2E4023616C"','s1-06a15a91',0);
INSERT INTO "window_input" VALUES('marks','scoring/marks/s1/places.csv@"0x18EC9CE9CBC706601523616B"','s1-06a15a91',1);
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
CREATE INDEX ix_actual_prices ON actual_prices (entity_key, epoch, is_current);
CREATE VIEW v_prediction_vs_actual_prices AS SELECT anon_1.prediction_id, anon_1.window, anon_1.entity_key, anon_1.prediction, anon_1.probability, anon_1.x, anon_1.run_id, anon_1.model, anon_1.model_sha256, anon_1.dataset, anon_1.scored_at, anon_1.epoch, actual_prices.actual, actual_prices.labelled_at 
FROM (SELECT predictions_prices.prediction_id AS prediction_id, predictions_prices.window AS window, predictions_prices.entity_key AS entity_key, predictions_prices.prediction AS prediction, predictions_prices.probability AS probability, predictions_prices.x AS x, predictions_prices.run_id AS run_id, predictions_prices.model AS model, predictions_prices.model_sha256 AS model_sha256, predictions_prices.dataset AS dataset, predictions_prices.scored_at AS scored_at, 0 AS epoch 
FROM predictions_prices JOIN prediction_commit ON prediction_commit.scenario = 'prices' AND prediction_commit.window = predictions_prices.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL) AS anon_1 LEFT OUTER JOIN actual_prices ON actual_prices.entity_key = anon_1.entity_key AND actual_prices.is_current = 1 AND actual_prices.valid_from <= anon_1.scored_at AND actual_prices.valid_to >= anon_1.scored_at AND actual_prices.epoch = anon_1.epoch;
CREATE VIEW v_predictions_marks AS SELECT predictions_marks.prediction_id, predictions_marks.window, predictions_marks.entity_key, predictions_marks.prediction, predictions_marks.probability, predictions_marks.probability_up, predictions_marks.probability_down, predictions_marks.x, predictions_marks.z, predictions_marks.run_id, predictions_marks.model, predictions_marks.model_sha256, predictions_marks.dataset, predictions_marks.scored_at 
FROM predictions_marks JOIN prediction_commit ON prediction_commit.scenario = 'marks' AND prediction_commit.window = predictions_marks.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL;
CREATE VIEW v_predictions_marks_asof AS SELECT predictions_marks.prediction_id, predictions_marks.window, predictions_marks.entity_key, predictions_marks.prediction, predictions_marks.probability, predictions_marks.probability_up, predictions_marks.probability_down, predictions_marks.x, predictions_marks.z, predictions_marks.run_id, predictions_marks.model, predictions_marks.model_sha256, predictions_marks.dataset, predictions_marks.scored_at, coalesce(prediction_revision.base, predictions_marks.window) AS base_window, coalesce(prediction_revision.revision, 1) AS revision, coalesce(prediction_revision.committed_at, prediction_commit.scored_at) AS committed_at, prediction_revision.superseded_at 
FROM predictions_marks JOIN prediction_commit ON prediction_commit.scenario = 'marks' AND prediction_commit.window = predictions_marks.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window;
CREATE VIEW v_models AS SELECT model_version.name || ':' || CAST(model_version.version AS VARCHAR(12)) AS model, model_version.name AS scenario, model_version.version, model_version.state, model_version.dataset, model_version.run, model_version.sha256, model_version.created_at 
FROM model_version 
WHERE model_version.state != 'reserved';
CREATE INDEX ix_actual_marks ON actual_marks (entity_key, epoch, is_current);
CREATE VIEW v_prediction_vs_actual_marks AS SELECT anon_1.prediction_id, anon_1.window, anon_1.entity_key, anon_1.prediction, anon_1.probability, anon_1.probability_up, anon_1.probability_down, anon_1.x, anon_1.z, anon_1.run_id, anon_1.model, anon_1.model_sha256, anon_1.dataset, anon_1.scored_at, anon_1.epoch, actual_marks.actual, actual_marks.labelled_at 
FROM (SELECT predictions_marks.prediction_id AS prediction_id, predictions_marks.window AS window, predictions_marks.entity_key AS entity_key, predictions_marks.prediction AS prediction, predictions_marks.probability AS probability, predictions_marks.probability_up AS probability_up, predictions_marks.probability_down AS probability_down, predictions_marks.x AS x, predictions_marks.z AS z, predictions_marks.run_id AS run_id, predictions_marks.model AS model, predictions_marks.model_sha256 AS model_sha256, predictions_marks.dataset AS dataset, predictions_marks.scored_at AS scored_at, 0 AS epoch 
FROM predictions_marks JOIN prediction_commit ON prediction_commit.scenario = 'marks' AND prediction_commit.window = predictions_marks.window LEFT OUTER JOIN prediction_revision ON prediction_revision.scenario = prediction_commit.scenario AND prediction_revision.window = prediction_commit.window 
WHERE prediction_revision.superseded_at IS NULL) AS anon_1 LEFT OUTER JOIN actual_marks ON actual_marks.entity_key = anon_1.entity_key AND actual_marks.is_current = 1 AND actual_marks.valid_from <= anon_1.scored_at AND actual_marks.valid_to >= anon_1.scored_at AND actual_marks.epoch = anon_1.epoch;
COMMIT;
