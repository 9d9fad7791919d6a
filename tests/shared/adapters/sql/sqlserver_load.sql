BEGIN
SELECT 1
SELECT CURRENT_TRANSACTION_ID()
SELECT prediction_commit.scenario, prediction_commit.[window], prediction_commit.ordinal, prediction_commit.path, prediction_commit.sha256, prediction_commit.rows, prediction_commit.failed_rows, prediction_commit.plan_sha256, prediction_commit.model, prediction_commit.model_sha256, prediction_commit.run, prediction_commit.dataset, prediction_commit.scored_at, prediction_commit.unknown_values, prediction_commit.far_values, prediction_commit.rejected_rows, prediction_commit.ignored_columns FROM prediction_commit WHERE prediction_commit.scenario = CAST(@P1 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000)) AND prediction_commit.[window] = CAST(@P2 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000))
INSERT INTO prediction_commit (scenario, [window], ordinal, path, sha256, rows, failed_rows, plan_sha256, model, model_sha256, run, dataset, scored_at, unknown_values, far_values, rejected_rows, ignored_columns) VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9, @P10, @P11, @P12, @P13, @P14, @P15, @P16, @P17)
SET NOCOUNT ON; DECLARE @granted int; EXEC @granted = sp_getapplock @Resource = @P1, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 30000; SET NOCOUNT OFF; SELECT @granted AS granted
DELETE FROM prediction_revision WHERE prediction_revision.scenario = CAST(@P1 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000)) AND prediction_revision.[window] = CAST(@P2 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000))
DELETE FROM prediction_source WHERE prediction_source.scenario = CAST(@P1 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000)) AND prediction_source.[window] = CAST(@P2 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000))
set fmtonly on select scenario,[window],base,revision,committed_at,superseded_at,generation from prediction_revision where 1=2 set fmtonly off
INSERT INTO prediction_revision (scenario, [window], base, revision, committed_at, superseded_at, generation) VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7)
SELECT prediction_revision.scenario, prediction_revision.[window], prediction_revision.base, prediction_revision.revision, prediction_revision.committed_at, prediction_revision.superseded_at, prediction_revision.generation FROM prediction_revision WHERE prediction_revision.scenario = CAST(@P1 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000)) AND prediction_revision.base = CAST(@P2 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000)) ORDER BY prediction_revision.revision
DROP TABLE IF EXISTS #mlops_rows; CREATE TABLE #mlops_rows (prediction_id BIGINT NULL, entity_key VARCHAR(1200) COLLATE Latin1_General_100_BIN2_UTF8 NULL, probability FLOAT(53) NULL, job NVARCHAR(max) NULL)
set fmtonly on select prediction_id,entity_key,probability,job from #mlops_rows where 1=2 set fmtonly off
set fmtonly on select prediction_id,entity_key,probability,job from #mlops_rows where 1=2 set fmtonly off
set fmtonly on select prediction_id,entity_key,probability,job from #mlops_rows where 1=2 set fmtonly off
set fmtonly on select prediction_id,entity_key,probability,job from #mlops_rows where 1=2 set fmtonly off
INSERT INTO #mlops_rows (prediction_id, entity_key, probability, job) VALUES (@P1, @P2, @P3, @P4)
sp_execute
sp_execute
sp_execute
INSERT INTO predictions_bank_s_own (prediction_id, entity_key, prediction, probability, emp_var_rate, age, job, seen) SELECT prediction_id, entity_key, @P1, probability, @P2, @P3, job, @P4 FROM #mlops_rows
TRUNCATE TABLE #mlops_rows
DROP TABLE #mlops_rows
UPDATE [window] SET state=@P1, reason=@P2 WHERE [window].scenario = CAST(@P3 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000)) AND [window].id = CAST(@P4 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000))
SELECT outbox.seq FROM outbox WHERE outbox.id = CAST(@P1 COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(8000))
INSERT INTO outbox (id, type, source, subject, time, data, sent) OUTPUT inserted.seq VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7)
SELECT CURRENT_TRANSACTION_ID()
COMMIT
