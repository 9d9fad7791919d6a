SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.actual_points (
    actual_id bigint NOT NULL,
    entity_key character varying(1200) NOT NULL,
    epoch bigint NOT NULL,
    actual text NOT NULL,
    source text NOT NULL,
    labelled_at timestamp without time zone NOT NULL,
    valid_from timestamp without time zone NOT NULL,
    valid_to timestamp without time zone NOT NULL,
    is_current integer NOT NULL
);
CREATE SEQUENCE public.actual_points_actual_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.actual_points_actual_id_seq OWNED BY public.actual_points.actual_id;
CREATE TABLE public.actual_prices (
    actual_id bigint NOT NULL,
    entity_key character varying(1200) NOT NULL,
    epoch bigint NOT NULL,
    actual double precision NOT NULL,
    source text NOT NULL,
    labelled_at timestamp without time zone NOT NULL,
    valid_from timestamp without time zone NOT NULL,
    valid_to timestamp without time zone NOT NULL,
    is_current integer NOT NULL
);
CREATE SEQUENCE public.actual_prices_actual_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.actual_prices_actual_id_seq OWNED BY public.actual_prices.actual_id;
CREATE TABLE public.alert_delivery (
    alert_id character varying(200) NOT NULL,
    target character varying(200) NOT NULL,
    alert json NOT NULL,
    attempts integer NOT NULL,
    due timestamp without time zone NOT NULL,
    state character varying(200) NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.approval (
    id character varying(64) NOT NULL,
    scenario character varying(200) NOT NULL,
    version integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    environment character varying(200) NOT NULL,
    certificate character varying(64) NOT NULL,
    nonce character varying(200) NOT NULL,
    expires timestamp without time zone NOT NULL,
    requested_by character varying(200) NOT NULL,
    requested_at timestamp without time zone NOT NULL,
    why text NOT NULL,
    override integer NOT NULL,
    state character varying(200) NOT NULL,
    decided_by character varying(200) NOT NULL,
    decided_at timestamp without time zone,
    reason text NOT NULL
);
CREATE TABLE public.breach (
    scenario character varying(200) NOT NULL,
    id character varying(200) NOT NULL,
    cause character varying(200) NOT NULL,
    "table" character varying(200) NOT NULL,
    "column" character varying(200) NOT NULL,
    state character varying(200) NOT NULL,
    action character varying(200) NOT NULL,
    sentence text NOT NULL,
    first_window character varying(200) NOT NULL,
    last_window character varying(200) NOT NULL,
    windows integer NOT NULL,
    first_seen timestamp without time zone NOT NULL,
    last_seen timestamp without time zone NOT NULL
);
CREATE TABLE public.correction (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    base character varying(200) NOT NULL,
    revision integer NOT NULL,
    inputs json NOT NULL,
    deployment json NOT NULL,
    by character varying(200) NOT NULL,
    reason text NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE public.dataset_version (
    scenario character varying(200) NOT NULL,
    id character varying(200) NOT NULL,
    digest character varying(64) NOT NULL,
    tables json NOT NULL,
    sources json NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE public.deployment (
    scenario character varying(200) NOT NULL,
    environment character varying(200) NOT NULL,
    generation integer NOT NULL,
    model character varying(200) NOT NULL,
    version integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    at timestamp without time zone NOT NULL,
    by character varying(200) NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.drift (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    feature character varying(200) NOT NULL,
    metric character varying(200) NOT NULL,
    reference character varying(20) NOT NULL,
    source character varying(200) NOT NULL,
    ordinal bigint NOT NULL,
    reference_id character varying(200) NOT NULL,
    value double precision,
    threshold double precision,
    noise double precision,
    verdict character varying(200) NOT NULL,
    rows bigint NOT NULL,
    model character varying(200) NOT NULL,
    reason text NOT NULL,
    measured_at timestamp without time zone NOT NULL,
    monitor_version character varying(200) NOT NULL
);
CREATE TABLE public.gate_certificate (
    name character varying(200) NOT NULL,
    version integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    passed integer NOT NULL,
    model character varying(200) NOT NULL,
    checks json NOT NULL,
    digest character varying(64) NOT NULL
);
CREATE TABLE public.journal (
    id bigint NOT NULL,
    at timestamp without time zone NOT NULL,
    kind character varying(200) NOT NULL,
    key character varying(1200) NOT NULL,
    state character varying(200) NOT NULL,
    reason text NOT NULL,
    attempt integer NOT NULL
);
CREATE SEQUENCE public.journal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.journal_id_seq OWNED BY public.journal.id;
CREATE TABLE public.ledger (
    kind character varying(200) NOT NULL,
    key character varying(1200) NOT NULL,
    state character varying(200) NOT NULL,
    reason text NOT NULL,
    at timestamp without time zone NOT NULL,
    attempts integer NOT NULL,
    repeats integer NOT NULL,
    last_repeat_at timestamp without time zone,
    token character varying(200) NOT NULL,
    expires timestamp without time zone,
    message text NOT NULL,
    detail json NOT NULL,
    last bigint NOT NULL
);
CREATE TABLE public.model_version (
    name character varying(200) NOT NULL,
    version integer NOT NULL,
    run character varying(200) NOT NULL,
    dataset character varying(200) NOT NULL,
    sha256 character varying(64) NOT NULL,
    metrics json NOT NULL,
    folder character varying(1200) NOT NULL,
    state character varying(200) NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE public.monitored_window (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    source character varying(200) NOT NULL,
    ordinal bigint NOT NULL,
    rows bigint NOT NULL,
    repeated_rows bigint NOT NULL,
    model character varying(200) NOT NULL,
    dataset character varying(200) NOT NULL,
    reason text NOT NULL,
    measured_at timestamp without time zone NOT NULL,
    monitor_version character varying(200) NOT NULL
);
CREATE TABLE public.outbox (
    seq bigint NOT NULL,
    id character varying(200) NOT NULL,
    type character varying(200) NOT NULL,
    source character varying(200) NOT NULL,
    subject character varying(1200) NOT NULL,
    "time" timestamp without time zone NOT NULL,
    data json NOT NULL,
    sent integer NOT NULL
);
CREATE SEQUENCE public.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_seq_seq OWNED BY public.outbox.seq;
CREATE TABLE public.pipeline_schedule (
    scenario character varying(200) NOT NULL,
    name character varying(200) NOT NULL,
    experiment text NOT NULL,
    dataset text NOT NULL,
    profile character varying(200) NOT NULL,
    frequency character varying(200) NOT NULL,
    every integer NOT NULL,
    start timestamp without time zone NOT NULL,
    digest character varying(64) NOT NULL,
    created_at timestamp without time zone NOT NULL,
    due timestamp without time zone NOT NULL,
    state character varying(200) NOT NULL,
    stopped_at timestamp without time zone,
    last_due timestamp without time zone,
    last_run character varying(200) NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.prediction_commit (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    ordinal bigint NOT NULL,
    path character varying(1200) NOT NULL,
    sha256 character varying(64) NOT NULL,
    rows bigint NOT NULL,
    failed_rows bigint NOT NULL,
    plan_sha256 character varying(64) NOT NULL,
    model character varying(200) NOT NULL,
    model_sha256 character varying(64) NOT NULL,
    run character varying(200) NOT NULL,
    dataset character varying(200) NOT NULL,
    scored_at timestamp without time zone NOT NULL
);
CREATE TABLE public.prediction_revision (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    base character varying(200) NOT NULL,
    revision integer NOT NULL,
    committed_at timestamp without time zone NOT NULL,
    superseded_at timestamp without time zone,
    generation integer NOT NULL
);
CREATE TABLE public.prediction_source (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    "position" integer NOT NULL,
    path character varying(1200) NOT NULL,
    etag character varying(200) NOT NULL
);
CREATE TABLE public.predictions_points (
    prediction_id bigint NOT NULL,
    "window" character varying(200),
    entity_key character varying(1200),
    prediction text,
    probability double precision,
    x double precision,
    color text,
    run_id character varying(200),
    model character varying(200),
    model_sha256 character varying(64),
    dataset character varying(200),
    scored_at timestamp without time zone
);
CREATE TABLE public.predictions_prices (
    prediction_id bigint NOT NULL,
    "window" character varying(200),
    entity_key character varying(1200),
    prediction double precision,
    probability double precision,
    x double precision,
    run_id character varying(200),
    model character varying(200),
    model_sha256 character varying(64),
    dataset character varying(200),
    scored_at timestamp without time zone
);
CREATE TABLE public.quality (
    scenario character varying(200) NOT NULL,
    "window" character varying(200) NOT NULL,
    metric character varying(200) NOT NULL,
    revision integer NOT NULL,
    source character varying(200) NOT NULL,
    ordinal bigint NOT NULL,
    value double precision,
    expected double precision,
    state character varying(200) NOT NULL,
    verdict character varying(200) NOT NULL,
    rows bigint NOT NULL,
    labelled bigint NOT NULL,
    coverage double precision NOT NULL,
    age_hours double precision NOT NULL,
    model character varying(200) NOT NULL,
    reason text NOT NULL,
    measured_at timestamp without time zone NOT NULL,
    monitor_version character varying(200) NOT NULL
);
CREATE TABLE public.reading (
    scenario character varying(200) NOT NULL,
    entity character varying(200) NOT NULL,
    at timestamp without time zone NOT NULL,
    measured json NOT NULL
);
CREATE TABLE public.retrain_decision (
    seq bigint NOT NULL,
    scenario character varying(200) NOT NULL,
    key character varying(200) NOT NULL,
    reason character varying(200) NOT NULL,
    asked text NOT NULL,
    decided character varying(200) NOT NULL,
    sentence text NOT NULL,
    dataset character varying(200) NOT NULL,
    run character varying(200) NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE SEQUENCE public.retrain_decision_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.retrain_decision_seq_seq OWNED BY public.retrain_decision.seq;
CREATE TABLE public.rollout (
    scenario character varying(200) NOT NULL,
    environment character varying(200) NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    base integer NOT NULL,
    state character varying(200) NOT NULL,
    step integer NOT NULL,
    share integer NOT NULL,
    at timestamp without time zone NOT NULL,
    by character varying(200) NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.run (
    id character varying(200) NOT NULL,
    scenario character varying(200) NOT NULL,
    dataset character varying(200) NOT NULL,
    request character varying(200) NOT NULL,
    state character varying(200) NOT NULL,
    attempts integer NOT NULL,
    reason text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    profile character varying(200) NOT NULL
);
CREATE TABLE public.schema_version (
    version integer NOT NULL
);
CREATE TABLE public.scorecard (
    scenario character varying(200) NOT NULL,
    generation integer NOT NULL,
    model character varying(200) NOT NULL,
    metric character varying(200) NOT NULL,
    promoted_at timestamp without time zone NOT NULL,
    predicted_gain double precision,
    realised_gain double precision,
    windows_before integer NOT NULL,
    windows_after integer NOT NULL,
    data_event_at timestamp without time zone,
    hours_to_production double precision,
    seconds json NOT NULL,
    cost json NOT NULL,
    timers json NOT NULL,
    reason text NOT NULL,
    computed_at timestamp without time zone
);
CREATE TABLE public.serving_health (
    scenario character varying(200) NOT NULL,
    environment character varying(200) NOT NULL,
    generation integer NOT NULL,
    version integer NOT NULL,
    role character varying(200) NOT NULL,
    minute timestamp without time zone NOT NULL,
    instance character varying(200) NOT NULL,
    requests integer NOT NULL,
    rows integer NOT NULL,
    errors integer NOT NULL,
    latency json NOT NULL,
    answers json NOT NULL
);
CREATE TABLE public.telemetry_window (
    scenario character varying(200) NOT NULL,
    start timestamp without time zone NOT NULL,
    "end" timestamp without time zone NOT NULL,
    "window" character varying(200) NOT NULL,
    query text NOT NULL,
    parameters json NOT NULL,
    rows bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE public.timer_beat (
    name character varying(200) NOT NULL,
    fired bigint NOT NULL,
    late bigint NOT NULL,
    last_at timestamp without time zone NOT NULL,
    last_late_at timestamp without time zone
);
CREATE VIEW public.v_models AS
 SELECT (((name)::text || ':'::text) || ((version)::character varying(12))::text) AS model,
    name AS scenario,
    version,
    state,
    dataset,
    run,
    sha256,
    created_at
   FROM public.model_version
  WHERE ((state)::text <> 'reserved'::text);
CREATE VIEW public.v_prediction_vs_actual_points AS
 SELECT anon_1.prediction_id,
    anon_1."window",
    anon_1.entity_key,
    anon_1.prediction,
    anon_1.probability,
    anon_1.x,
    anon_1.color,
    anon_1.run_id,
    anon_1.model,
    anon_1.model_sha256,
    anon_1.dataset,
    anon_1.scored_at,
    anon_1.epoch,
    actual_points.actual,
    actual_points.labelled_at
   FROM (( SELECT predictions_points.prediction_id,
            predictions_points."window",
            predictions_points.entity_key,
            predictions_points.prediction,
            predictions_points.probability,
            predictions_points.x,
            predictions_points.color,
            predictions_points.run_id,
            predictions_points.model,
            predictions_points.model_sha256,
            predictions_points.dataset,
            predictions_points.scored_at,
            0 AS epoch
           FROM ((public.predictions_points
             JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'points'::text) AND ((prediction_commit."window")::text = (predictions_points."window")::text))))
             LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))))
          WHERE (prediction_revision.superseded_at IS NULL)) anon_1
     LEFT JOIN public.actual_points ON ((((actual_points.entity_key)::text = (anon_1.entity_key)::text) AND (actual_points.is_current = 1) AND (actual_points.valid_from <= anon_1.scored_at) AND (actual_points.valid_to >= anon_1.scored_at) AND (actual_points.epoch = anon_1.epoch))));
CREATE VIEW public.v_prediction_vs_actual_prices AS
 SELECT anon_1.prediction_id,
    anon_1."window",
    anon_1.entity_key,
    anon_1.prediction,
    anon_1.probability,
    anon_1.x,
    anon_1.run_id,
    anon_1.model,
    anon_1.model_sha256,
    anon_1.dataset,
    anon_1.scored_at,
    anon_1.epoch,
    actual_prices.actual,
    actual_prices.labelled_at
   FROM (( SELECT predictions_prices.prediction_id,
            predictions_prices."window",
            predictions_prices.entity_key,
            predictions_prices.prediction,
            predictions_prices.probability,
            predictions_prices.x,
            predictions_prices.run_id,
            predictions_prices.model,
            predictions_prices.model_sha256,
            predictions_prices.dataset,
            predictions_prices.scored_at,
            0 AS epoch
           FROM ((public.predictions_prices
             JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'prices'::text) AND ((prediction_commit."window")::text = (predictions_prices."window")::text))))
             LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))))
          WHERE (prediction_revision.superseded_at IS NULL)) anon_1
     LEFT JOIN public.actual_prices ON ((((actual_prices.entity_key)::text = (anon_1.entity_key)::text) AND (actual_prices.is_current = 1) AND (actual_prices.valid_from <= anon_1.scored_at) AND (actual_prices.valid_to >= anon_1.scored_at) AND (actual_prices.epoch = anon_1.epoch))));
CREATE VIEW public.v_predictions_points AS
 SELECT predictions_points.prediction_id,
    predictions_points."window",
    predictions_points.entity_key,
    predictions_points.prediction,
    predictions_points.probability,
    predictions_points.x,
    predictions_points.color,
    predictions_points.run_id,
    predictions_points.model,
    predictions_points.model_sha256,
    predictions_points.dataset,
    predictions_points.scored_at
   FROM ((public.predictions_points
     JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'points'::text) AND ((prediction_commit."window")::text = (predictions_points."window")::text))))
     LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))))
  WHERE (prediction_revision.superseded_at IS NULL);
CREATE VIEW public.v_predictions_points_asof AS
 SELECT predictions_points.prediction_id,
    predictions_points."window",
    predictions_points.entity_key,
    predictions_points.prediction,
    predictions_points.probability,
    predictions_points.x,
    predictions_points.color,
    predictions_points.run_id,
    predictions_points.model,
    predictions_points.model_sha256,
    predictions_points.dataset,
    predictions_points.scored_at,
    COALESCE(prediction_revision.base, predictions_points."window") AS base_window,
    COALESCE(prediction_revision.revision, 1) AS revision,
    COALESCE(prediction_revision.committed_at, prediction_commit.scored_at) AS committed_at,
    prediction_revision.superseded_at
   FROM ((public.predictions_points
     JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'points'::text) AND ((prediction_commit."window")::text = (predictions_points."window")::text))))
     LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))));
CREATE VIEW public.v_predictions_prices AS
 SELECT predictions_prices.prediction_id,
    predictions_prices."window",
    predictions_prices.entity_key,
    predictions_prices.prediction,
    predictions_prices.probability,
    predictions_prices.x,
    predictions_prices.run_id,
    predictions_prices.model,
    predictions_prices.model_sha256,
    predictions_prices.dataset,
    predictions_prices.scored_at
   FROM ((public.predictions_prices
     JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'prices'::text) AND ((prediction_commit."window")::text = (predictions_prices."window")::text))))
     LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))))
  WHERE (prediction_revision.superseded_at IS NULL);
CREATE VIEW public.v_predictions_prices_asof AS
 SELECT predictions_prices.prediction_id,
    predictions_prices."window",
    predictions_prices.entity_key,
    predictions_prices.prediction,
    predictions_prices.probability,
    predictions_prices.x,
    predictions_prices.run_id,
    predictions_prices.model,
    predictions_prices.model_sha256,
    predictions_prices.dataset,
    predictions_prices.scored_at,
    COALESCE(prediction_revision.base, predictions_prices."window") AS base_window,
    COALESCE(prediction_revision.revision, 1) AS revision,
    COALESCE(prediction_revision.committed_at, prediction_commit.scored_at) AS committed_at,
    prediction_revision.superseded_at
   FROM ((public.predictions_prices
     JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'prices'::text) AND ((prediction_commit."window")::text = (predictions_prices."window")::text))))
     LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))));
CREATE TABLE public."window" (
    scenario character varying(200) NOT NULL,
    id character varying(200) NOT NULL,
    ordinal bigint NOT NULL,
    state character varying(200) NOT NULL,
    created_at timestamp without time zone NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.window_input (
    scenario character varying(200) NOT NULL,
    input character varying(1200) NOT NULL,
    "window" character varying(200) NOT NULL,
    "position" integer NOT NULL
);
ALTER TABLE ONLY public.actual_points ALTER COLUMN actual_id SET DEFAULT nextval('public.actual_points_actual_id_seq'::regclass);
ALTER TABLE ONLY public.actual_prices ALTER COLUMN actual_id SET DEFAULT nextval('public.actual_prices_actual_id_seq'::regclass);
ALTER TABLE ONLY public.journal ALTER COLUMN id SET DEFAULT nextval('public.journal_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN seq SET DEFAULT nextval('public.outbox_seq_seq'::regclass);
ALTER TABLE ONLY public.retrain_decision ALTER COLUMN seq SET DEFAULT nextval('public.retrain_decision_seq_seq'::regclass);
INSERT INTO public.actual_points VALUES (1, '0', 0, 'no', 'labels.csv', '2026-03-01 15:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (2, '1', 0, 'yes', 'labels.csv', '2026-03-01 15:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (3, '2', 0, 'yes', 'labels.csv', '2026-03-01 15:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (4, '3', 0, 'no', 'labels.csv', '2026-03-01 15:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (5, '4', 0, 'yes', 'labels.csv', '2026-03-01 15:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (6, '5', 0, 'yes', 'labels.csv', '2026-03-01 15:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.alert_delivery VALUES ('a1', 'ops', '{"id": "a1", "kind": "Mlops.DriftDetected", "severity": "warning", "title": "Drift in points", "text": "x moved.", "facts": [["table", "points"]], "look": "mlops why points", "subject": "points", "time": "2026-03-01T15:00:00+00:00"}', 0, '2026-03-01 15:00:00', 'pending', '');
INSERT INTO public.approval VALUES ('e3540e2270ad4ef2c6d9c7325485d1ad', 'points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 'prod', 'f470170247b5fd0925f3e4b43556c6835fe770d10859e5bcfa0af932383ae8a3', 'nonce', '2099-01-01 00:00:00', 'gate', '2026-03-01 15:00:00', 'It passed its gate.', 0, 'open', '', NULL, '');
INSERT INTO public.breach VALUES ('points', 'schema_change-bc17f60c56', 'schema_change', 'points', 'x', 'open', 'quarantine', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 'bad', 'bad', 1, '2026-03-01 13:00:00', '2026-03-01 13:00:00');
INSERT INTO public.breach VALUES ('points', 'b1', 'population_drift', 'points', 'x', 'open', 'retrain', 'x moved.', 's2-65075104', 's2-65075104', 2, '2026-03-01 15:00:00', '2026-03-01 15:00:00');
INSERT INTO public.correction VALUES ('points', 's1-17fde87d.r2', 's1-17fde87d', 2, '[]', '{"scenario": "points", "generation": 2, "model": "points", "version": 2, "sha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "at": "2026-03-01T13:00:00+00:00", "by": "gate", "reason": "The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.", "environment": "prod"}', 'ana', 'Wrong units.', '2026-03-01 15:00:00');
INSERT INTO public.dataset_version VALUES ('points', '20261129T201444Z-e4c1e427', 'e4c1e42739951a7b9d213b4ffdebb205884a17b8ddfe0c86463914a758bbbaca', '[{"name": "points", "path": "datasets/points/20261129T201444Z-e4c1e427/points.parquet", "sha256": "4e42f2e86376974bc98c62de1f06d8a0c638586edd55ae51743bd9ebca4d730b", "rows": 60}]', '["incoming/points/d1/points.csv@0x18EC9D48380C9B5E4CE236213"]', '2026-03-01 12:00:00');
INSERT INTO public.dataset_version VALUES ('prices', '20261129T201445Z-aab5df1e', 'aab5df1e0e3cdaebaba1c64011c6117197d4b7c4835d3b56e31d8d01f0fa113a', '[{"name": "prices", "path": "datasets/prices/20261129T201445Z-aab5df1e/prices.parquet", "sha256": "4a4f0d836191efaa25dfa3d881cc5356f634d33946138e69430c144a68862907", "rows": 60}]', '["incoming/prices/d1/prices.csv@0x18EC9D485B66F4BF75E236235"]', '2026-03-01 12:00:00');
INSERT INTO public.dataset_version VALUES ('points', '20261129T201445Z-d66e0738', 'd66e0738e3628a3ef2bbf74e70bf08e30e05e562ed5d3fa03fbb0979ce837c33', '[{"name": "points", "path": "datasets/points/20261129T201445Z-d66e0738/points.parquet", "sha256": "105064f9ec05c80824f560a1d9824e8a822aff248b768a1d85b61ee69101a05a", "rows": 100}]', '["incoming/points/d2/points.csv@0x18EC9D4869C5EEB380023624B"]', '2026-03-01 13:00:00');
INSERT INTO public.deployment VALUES ('points', 'preprod', 1, 'points', 1, '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('points', 'prod', 1, 'points', 1, '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO public.deployment VALUES ('prices', 'preprod', 1, 'prices', 1, '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('prices', 'prod', 1, 'prices', 1, '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO public.deployment VALUES ('points', 'preprod', 2, 'points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '2026-03-01 13:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('points', 'prod', 2, 'points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '2026-03-01 13:00:00', 'gate', 'The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.');
INSERT INTO public.drift VALUES ('points', 's1-17fde87d', 'x', 'psi', 'training', 'batch', 1, '20261129T201445Z-d66e0738', 0.05, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's1-17fde87d', 'color', 'psi', 'training', 'batch', 1, '20261129T201445Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's1-17fde87d', 'prediction', 'psi', 'training', 'batch', 1, '20261129T201445Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's2-65075104', 'x', 'psi', 'training', 'batch', 2, '20261129T201445Z-d66e0738', 0.1, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's2-65075104', 'color', 'psi', 'training', 'batch', 2, '20261129T201445Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's2-65075104', 'prediction', 'psi', 'training', 'batch', 2, '20261129T201445Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.gate_certificate VALUES ('points', 1, '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', 1, 'points:1', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.018, "threshold": 250.0, "reason": "One row takes 0.02 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 3.228, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "4fa680c4791f", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T201444Z-e4c1e427 is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.7163515016685206, "threshold": 0.6, "reason": "The random AUC of 0.716 (a time-ordered split, which does not decide here, gives 0.716) reaches the bar of 0.6."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', 'ef3841e9934c283f6f79e52d80b67b28c551073f8bbcc3d4934dbfdf3b736eb7');
INSERT INTO public.gate_certificate VALUES ('prices', 1, '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', 1, 'prices:1', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 2 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.021, "threshold": 250.0, "reason": "One row takes 0.02 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.875, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "008ab0a1842d", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T201445Z-aab5df1e is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.9976774498236151, "threshold": 0.5, "reason": "The random R2 of 0.998 reaches the bar of 0.5."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', 'dc8dac6fd6115c81e8a149b6e3bcd45de4cc83763c95cd24a346b007b66ce10a');
INSERT INTO public.gate_certificate VALUES ('points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 1, 'points:2', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.02, "threshold": 250.0, "reason": "One row takes 0.02 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.953, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "a9d4cc4e80b0", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T201445Z-d66e0738 is valid; 0 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 1.0, "threshold": 0.6, "reason": "The random AUC of 1.000 (a time-ordered split, which does not decide here, gives 1.000) reaches the bar of 0.6."}, {"name": "champion", "verdict": "pass", "value": 1.0, "threshold": 0.8099239695878351, "reason": "Better: auc 1.0000 against 0.8099 of the champion points:1 on the same holdout, a difference of +0.1901 (95 %: +0.1145 to +0.2885)."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', 'f470170247b5fd0925f3e4b43556c6835fe770d10859e5bcfa0af932383ae8a3');
INSERT INTO public.journal VALUES (4, '2026-03-01 12:00:00', 'train', 'points-20261129T201444Z-e4c1e427-358c47f1', 'requested', 'Training of dataset 20261129T201444Z-e4c1e427 was requested.', 0);
INSERT INTO public.journal VALUES (5, '2026-03-01 12:00:00', 'retrain', 'points/data-20261129T201444Z-e4c1e427', 'done', 'Retrained: dataset 20261129T201444Z-e4c1e427 is new.', 0);
INSERT INTO public.journal VALUES (6, '2026-03-01 12:00:00', 'dataset', 'points/e4c1e4273995', 'done', 'Registered as dataset 20261129T201444Z-e4c1e427 (60 rows); training run points-20261129T201444Z-e4c1e427-358c47f1 was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (7, '2026-03-01 12:00:00', 'drop', 'points/d1@08a6a21fa588', 'done', 'Registered as dataset 20261129T201444Z-e4c1e427 (60 rows); training run points-20261129T201444Z-e4c1e427-358c47f1 was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (8, '2026-03-01 12:00:00', 'blob', 'incoming/points/d1/points.csv@0x18EC9D48380C9B5E4CE236213', 'done', 'Registered as dataset 20261129T201444Z-e4c1e427 (60 rows); training run points-20261129T201444Z-e4c1e427-358c47f1 was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (10, '2026-03-01 12:00:00', 'deployment', 'points/preprod/1', 'done', 'points:1 serves in preprod. The gate passed. Approval is not required by setting.', 0);
INSERT INTO public.journal VALUES (11, '2026-03-01 12:00:00', 'smoke', 'points:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (12, '2026-03-01 12:00:00', 'release', 'points:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (13, '2026-03-01 12:00:00', 'deployment', 'points/1', 'done', 'points:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.', 0);
INSERT INTO public.journal VALUES (14, '2026-03-01 12:00:00', 'release', 'points:1/prod', 'done', 'points:1 passed its gate and serves as generation 1.', 0);
INSERT INTO public.journal VALUES (15, '2026-03-01 12:00:00', 'model', 'points:1', 'done', 'points:1 passed its gate and serves as generation 1.', 1);
INSERT INTO public.journal VALUES (19, '2026-03-01 12:00:00', 'train', 'prices-20261129T201445Z-aab5df1e-d3393af5', 'requested', 'Training of dataset 20261129T201445Z-aab5df1e was requested.', 0);
INSERT INTO public.journal VALUES (20, '2026-03-01 12:00:00', 'retrain', 'prices/data-20261129T201445Z-aab5df1e', 'done', 'Retrained: dataset 20261129T201445Z-aab5df1e is new.', 0);
INSERT INTO public.journal VALUES (21, '2026-03-01 12:00:00', 'dataset', 'prices/aab5df1e0e3c', 'done', 'Registered as dataset 20261129T201445Z-aab5df1e (60 rows); training run prices-20261129T201445Z-aab5df1e-d3393af5 was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (22, '2026-03-01 12:00:00', 'drop', 'prices/d1@bb029d7e818d', 'done', 'Registered as dataset 20261129T201445Z-aab5df1e (60 rows); training run prices-20261129T201445Z-aab5df1e-d3393af5 was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (23, '2026-03-01 12:00:00', 'blob', 'incoming/prices/d1/prices.csv@0x18EC9D485B66F4BF75E236235', 'done', 'Registered as dataset 20261129T201445Z-aab5df1e (60 rows); training run prices-20261129T201445Z-aab5df1e-d3393af5 was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (25, '2026-03-01 12:00:00', 'deployment', 'prices/preprod/1', 'done', 'prices:1 serves in preprod. The gate passed. Approval is not required by setting.', 0);
INSERT INTO public.journal VALUES (26, '2026-03-01 12:00:00', 'smoke', 'prices:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (27, '2026-03-01 12:00:00', 'release', 'prices:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (28, '2026-03-01 12:00:00', 'deployment', 'prices/1', 'done', 'prices:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.', 0);
INSERT INTO public.journal VALUES (29, '2026-03-01 12:00:00', 'release', 'prices:1/prod', 'done', 'prices:1 passed its gate and serves as generation 1.', 0);
INSERT INTO public.journal VALUES (30, '2026-03-01 12:00:00', 'model', 'prices:1', 'done', 'prices:1 passed its gate and serves as generation 1.', 1);
INSERT INTO public.journal VALUES (32, '2026-03-01 12:00:00', 'baseline', 'points/1', 'done', 'Baseline 1 of points is dataset 20261129T201444Z-e4c1e427, accepted by ana: Looked at.', 1);
INSERT INTO public.journal VALUES (36, '2026-03-01 13:00:00', 'train', 'points-20261129T201445Z-d66e0738-b9a05093', 'requested', 'Training of dataset 20261129T201445Z-d66e0738 was requested.', 0);
INSERT INTO public.journal VALUES (37, '2026-03-01 13:00:00', 'retrain', 'points/data-20261129T201445Z-d66e0738', 'done', 'Retrained: dataset 20261129T201445Z-d66e0738 is new.', 0);
INSERT INTO public.journal VALUES (38, '2026-03-01 13:00:00', 'dataset', 'points/d66e0738e362', 'done', 'Registered as dataset 20261129T201445Z-d66e0738 (100 rows); training run points-20261129T201445Z-d66e0738-b9a05093 was requested. Validation found nothing unusual.', 1);
INSERT INTO public.journal VALUES (39, '2026-03-01 13:00:00', 'drop', 'points/d2@b951ed7e34ad', 'done', 'Registered as dataset 20261129T201445Z-d66e0738 (100 rows); training run points-20261129T201445Z-d66e0738-b9a05093 was requested. Validation found nothing unusual.', 1);
INSERT INTO public.journal VALUES (40, '2026-03-01 13:00:00', 'blob', 'incoming/points/d2/points.csv@0x18EC9D4869C5EEB380023624B', 'done', 'Registered as dataset 20261129T201445Z-d66e0738 (100 rows); training run points-20261129T201445Z-d66e0738-b9a05093 was requested. Validation found nothing unusual.', 1);
INSERT INTO public.journal VALUES (42, '2026-03-01 13:00:00', 'deployment', 'points/preprod/2', 'done', 'points:2 serves in preprod. The gate passed. Approval is not required by setting.', 0);
INSERT INTO public.journal VALUES (43, '2026-03-01 13:00:00', 'smoke', 'points:2/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (44, '2026-03-01 13:00:00', 'release', 'points:2/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (45, '2026-03-01 13:00:00', 'deployment', 'points/2', 'done', 'points:2 serves in prod. The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.', 0);
INSERT INTO public.journal VALUES (46, '2026-03-01 13:00:00', 'release', 'points:2/prod', 'done', 'points:2 passed its gate and serves as generation 2.', 0);
INSERT INTO public.journal VALUES (47, '2026-03-01 13:00:00', 'model', 'points:2', 'done', 'points:2 passed its gate and serves as generation 2.', 1);
INSERT INTO public.journal VALUES (50, '2026-03-01 13:00:00', 'breach', 'points/schema_change-bc17f60c56', 'done', 'schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 0);
INSERT INTO public.journal VALUES (51, '2026-03-01 13:00:00', 'drop', 'points/bad@52ef6e387178', 'quarantined', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 1);
INSERT INTO public.journal VALUES (52, '2026-03-01 13:00:00', 'blob', 'incoming/points/bad/points.csv@0x18EC9D48783518583C23625D', 'quarantined', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 1);
INSERT INTO public.journal VALUES (54, '2026-03-01 13:00:00', 'blob', 'incoming/pairs/half/left.csv@0x18EC9D48795D63CC1F236266', 'waiting', 'Drop half waits for: right.', 1);
INSERT INTO public.journal VALUES (56, '2026-03-01 14:00:00', 'blob', 'scoring/points/s1/points.csv@0x18EC9D4879A6C9B26923626A', 'done', 'Landed for scoring; its window is planned.', 1);
INSERT INTO public.journal VALUES (58, '2026-03-01 14:00:00', 'window', 'points/s1-17fde87d', 'done', '6 rows were predicted with points:2; 0 failed.', 1);
INSERT INTO public.journal VALUES (60, '2026-03-01 15:00:00', 'blob', 'scoring/points/s2/points.csv@0x18EC9D487F33C1DB6B236272', 'done', 'Landed for scoring; its window is planned.', 1);
INSERT INTO public.journal VALUES (62, '2026-03-01 15:00:00', 'window', 'points/s2-65075104', 'done', '6 rows were predicted with points:2; 0 failed.', 1);
INSERT INTO public.journal VALUES (64, '2026-03-01 15:00:00', 'blob', 'scoring/prices/s1/prices.csv@0x18EC9D488138B53259236279', 'done', 'Landed for scoring; its window is planned.', 1);
INSERT INTO public.journal VALUES (66, '2026-03-01 15:00:00', 'window', 'prices/s1-64207d56', 'done', '4 rows were predicted with prices:1; 0 failed.', 1);
INSERT INTO public.journal VALUES (67, '2026-03-01 15:00:00', 'schedule', 'points/weekly', 'active', 'Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.', 0);
INSERT INTO public.ledger VALUES ('train', 'points-20261129T201444Z-e4c1e427-358c47f1', 'requested', 'Training of dataset 20261129T201444Z-e4c1e427 was requested.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 4);
INSERT INTO public.ledger VALUES ('retrain', 'points/data-20261129T201444Z-e4c1e427', 'done', 'Retrained: dataset 20261129T201444Z-e4c1e427 is new.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 5);
INSERT INTO public.ledger VALUES ('dataset', 'points/e4c1e4273995', 'done', 'Registered as dataset 20261129T201444Z-e4c1e427 (60 rows); training run points-20261129T201444Z-e4c1e427-358c47f1 was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, '6c27054e7a09bb5e10ef019b7050962f', NULL, '', '{"dataset": "20261129T201444Z-e4c1e427", "run": "points-20261129T201444Z-e4c1e427-358c47f1"}', 6);
INSERT INTO public.ledger VALUES ('drop', 'points/d1@08a6a21fa588', 'done', 'Registered as dataset 20261129T201444Z-e4c1e427 (60 rows); training run points-20261129T201444Z-e4c1e427-358c47f1 was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, 'b3d63b56d9d2019baf1d84559d15e8da', NULL, '', '{"dataset": "20261129T201444Z-e4c1e427", "run": "points-20261129T201444Z-e4c1e427-358c47f1"}', 7);
INSERT INTO public.ledger VALUES ('blob', 'incoming/points/d1/points.csv@0x18EC9D48380C9B5E4CE236213', 'done', 'Registered as dataset 20261129T201444Z-e4c1e427 (60 rows); training run points-20261129T201444Z-e4c1e427-358c47f1 was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, 'c316b73b716687829d92a2ec1643c4be', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/points/d1/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D48380C9B5E4CE236213\"", "contentlength": 1230, "sequencer": "0000000000000000"}}', '{"dataset": "20261129T201444Z-e4c1e427", "run": "points-20261129T201444Z-e4c1e427-358c47f1"}', 8);
INSERT INTO public.ledger VALUES ('deployment', 'points/preprod/1', 'done', 'points:1 serves in preprod. The gate passed. Approval is not required by setting.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 10);
INSERT INTO public.ledger VALUES ('smoke', 'points:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 11);
INSERT INTO public.ledger VALUES ('release', 'points:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 12);
INSERT INTO public.ledger VALUES ('deployment', 'points/1', 'done', 'points:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 13);
INSERT INTO public.ledger VALUES ('release', 'points:1/prod', 'done', 'points:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 14);
INSERT INTO public.ledger VALUES ('model', 'points:1', 'done', 'points:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 1, 0, NULL, '767b73784125400bf11c50e4419aa23a', NULL, '{"specversion": "1.0", "id": "0a4b0ccf98f00c580a690ea56118cda4", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/points:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "points", "modelversion": "1", "modeltags": {"scenario": "points", "run": "points-20261129T201444Z-e4c1e427-358c47f1", "dataset": "20261129T201444Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelproperties": {}}}', '{"model": "points:1", "dataset": "20261129T201444Z-e4c1e427", "run": "points-20261129T201444Z-e4c1e427-358c47f1", "certificate": "ef3841e9934c283f6f79e52d80b67b28c551073f8bbcc3d4934dbfdf3b736eb7", "generation": 1}', 15);
INSERT INTO public.ledger VALUES ('train', 'prices-20261129T201445Z-aab5df1e-d3393af5', 'requested', 'Training of dataset 20261129T201445Z-aab5df1e was requested.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 19);
INSERT INTO public.ledger VALUES ('retrain', 'prices/data-20261129T201445Z-aab5df1e', 'done', 'Retrained: dataset 20261129T201445Z-aab5df1e is new.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 20);
INSERT INTO public.ledger VALUES ('dataset', 'prices/aab5df1e0e3c', 'done', 'Registered as dataset 20261129T201445Z-aab5df1e (60 rows); training run prices-20261129T201445Z-aab5df1e-d3393af5 was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, 'c1d3e3478d1d3693a4a9233782e4f650', NULL, '', '{"dataset": "20261129T201445Z-aab5df1e", "run": "prices-20261129T201445Z-aab5df1e-d3393af5"}', 21);
INSERT INTO public.ledger VALUES ('drop', 'prices/d1@bb029d7e818d', 'done', 'Registered as dataset 20261129T201445Z-aab5df1e (60 rows); training run prices-20261129T201445Z-aab5df1e-d3393af5 was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, 'a363088ced597c6bad7d1fedf55e022b', NULL, '', '{"dataset": "20261129T201445Z-aab5df1e", "run": "prices-20261129T201445Z-aab5df1e-d3393af5"}', 22);
INSERT INTO public.ledger VALUES ('blob', 'incoming/prices/d1/prices.csv@0x18EC9D485B66F4BF75E236235', 'done', 'Registered as dataset 20261129T201445Z-aab5df1e (60 rows); training run prices-20261129T201445Z-aab5df1e-d3393af5 was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, '10672e07290cb645261b9744569dc4ff', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/prices/d1/prices.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D485B66F4BF75E236235\"", "contentlength": 1886, "sequencer": "0000000000000000"}}', '{"dataset": "20261129T201445Z-aab5df1e", "run": "prices-20261129T201445Z-aab5df1e-d3393af5"}', 23);
INSERT INTO public.ledger VALUES ('deployment', 'prices/preprod/1', 'done', 'prices:1 serves in preprod. The gate passed. Approval is not required by setting.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 25);
INSERT INTO public.ledger VALUES ('smoke', 'prices:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 26);
INSERT INTO public.ledger VALUES ('release', 'prices:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/prices/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 27);
INSERT INTO public.ledger VALUES ('deployment', 'prices/1', 'done', 'prices:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 28);
INSERT INTO public.ledger VALUES ('release', 'prices:1/prod', 'done', 'prices:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 29);
INSERT INTO public.ledger VALUES ('window', 'points/s1-17fde87d', 'done', '6 rows were predicted with points:2; 0 failed.', '2026-03-01 14:00:00', 1, 0, NULL, 'e24a04f50028d2d5c980fc30e4fb8740', NULL, '{"scenario": "points", "window": "s1-17fde87d"}', '{"rows": 6, "sha256": "3a21a46e8046fb0d18414552adf2a3e61efc2d2a10656b0160f10b2fda45509c", "path": "windows/points/s1-17fde87d/3a21a46e8046fb0d18414552adf2a3e61efc2d2a10656b0160f10b2fda45509c.parquet", "model": "points:2", "run": "points-20261129T201445Z-d66e0738-b9a05093", "dataset": "20261129T201445Z-d66e0738"}', 58);
INSERT INTO public.ledger VALUES ('model', 'prices:1', 'done', 'prices:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 1, 0, NULL, 'b5ff1e5328c012b473e2697ee12b9ea1', NULL, '{"specversion": "1.0", "id": "b40e3cb66a51aeb85375817ec919f2d8", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/prices:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "prices", "modelversion": "1", "modeltags": {"scenario": "prices", "run": "prices-20261129T201445Z-aab5df1e-d3393af5", "dataset": "20261129T201445Z-aab5df1e", "sha256": "008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1"}, "modelproperties": {}}}', '{"model": "prices:1", "dataset": "20261129T201445Z-aab5df1e", "run": "prices-20261129T201445Z-aab5df1e-d3393af5", "certificate": "dc8dac6fd6115c81e8a149b6e3bcd45de4cc83763c95cd24a346b007b66ce10a", "generation": 1}', 30);
INSERT INTO public.ledger VALUES ('baseline', 'points/1', 'done', 'Baseline 1 of points is dataset 20261129T201444Z-e4c1e427, accepted by ana: Looked at.', '2026-03-01 12:00:00', 1, 0, NULL, 'af51064fbe703b31f2b2036e2e6b91f0', NULL, '', '{"dataset": "20261129T201444Z-e4c1e427"}', 32);
INSERT INTO public.ledger VALUES ('train', 'points-20261129T201445Z-d66e0738-b9a05093', 'requested', 'Training of dataset 20261129T201445Z-d66e0738 was requested.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 36);
INSERT INTO public.ledger VALUES ('retrain', 'points/data-20261129T201445Z-d66e0738', 'done', 'Retrained: dataset 20261129T201445Z-d66e0738 is new.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 37);
INSERT INTO public.ledger VALUES ('dataset', 'points/d66e0738e362', 'done', 'Registered as dataset 20261129T201445Z-d66e0738 (100 rows); training run points-20261129T201445Z-d66e0738-b9a05093 was requested. Validation found nothing unusual.', '2026-03-01 13:00:00', 1, 0, NULL, '31b4cd78ee970621a33c38fe6d6c28c1', NULL, '', '{"dataset": "20261129T201445Z-d66e0738", "run": "points-20261129T201445Z-d66e0738-b9a05093"}', 38);
INSERT INTO public.ledger VALUES ('drop', 'points/d2@b951ed7e34ad', 'done', 'Registered as dataset 20261129T201445Z-d66e0738 (100 rows); training run points-20261129T201445Z-d66e0738-b9a05093 was requested. Validation found nothing unusual.', '2026-03-01 13:00:00', 1, 0, NULL, '03b268d58a6d4c09709ac7d2af5e3bea', NULL, '', '{"dataset": "20261129T201445Z-d66e0738", "run": "points-20261129T201445Z-d66e0738-b9a05093"}', 39);
INSERT INTO public.ledger VALUES ('blob', 'incoming/points/d2/points.csv@0x18EC9D4869C5EEB380023624B', 'done', 'Registered as dataset 20261129T201445Z-d66e0738 (100 rows); training run points-20261129T201445Z-d66e0738-b9a05093 was requested. Validation found nothing unusual.', '2026-03-01 13:00:00', 1, 0, NULL, 'b38a46028497d367d3893aaf6277433c', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/points/d2/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D4869C5EEB380023624B\"", "contentlength": 2048, "sequencer": "0000000000000000"}}', '{"dataset": "20261129T201445Z-d66e0738", "run": "points-20261129T201445Z-d66e0738-b9a05093"}', 40);
INSERT INTO public.ledger VALUES ('deployment', 'points/preprod/2', 'done', 'points:2 serves in preprod. The gate passed. Approval is not required by setting.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 42);
INSERT INTO public.ledger VALUES ('smoke', 'points:2/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 43);
INSERT INTO public.ledger VALUES ('release', 'points:2/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/2/tests-preprod.xml.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 44);
INSERT INTO public.ledger VALUES ('deployment', 'points/2', 'done', 'points:2 serves in prod. The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 45);
INSERT INTO public.ledger VALUES ('release', 'points:2/prod', 'done', 'points:2 passed its gate and serves as generation 2.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 46);
INSERT INTO public.ledger VALUES ('model', 'points:2', 'done', 'points:2 passed its gate and serves as generation 2.', '2026-03-01 13:00:00', 1, 0, NULL, '5f0541cb63879a160617304c1840c4f8', NULL, '{"specversion": "1.0", "id": "a84f33dea98c52d42aa643970d7b3508", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/points:2", "time": "2026-03-01T13:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "points", "modelversion": "2", "modeltags": {"scenario": "points", "run": "points-20261129T201445Z-d66e0738-b9a05093", "dataset": "20261129T201445Z-d66e0738", "sha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4"}, "modelproperties": {}}}', '{"model": "points:2", "dataset": "20261129T201445Z-d66e0738", "run": "points-20261129T201445Z-d66e0738-b9a05093", "certificate": "f470170247b5fd0925f3e4b43556c6835fe770d10859e5bcfa0af932383ae8a3", "generation": 2}', 47);
INSERT INTO public.ledger VALUES ('breach', 'points/schema_change-bc17f60c56', 'done', 'schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', '2026-03-01 13:00:00', 0, 0, NULL, '', NULL, '', '{}', 50);
INSERT INTO public.ledger VALUES ('drop', 'points/bad@52ef6e387178', 'quarantined', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', '2026-03-01 13:00:00', 1, 0, NULL, 'a99dd37fc66fc8bdbb5f311b80bc4852', NULL, '', '{}', 51);
INSERT INTO public.ledger VALUES ('blob', 'incoming/points/bad/points.csv@0x18EC9D48783518583C23625D', 'quarantined', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', '2026-03-01 13:00:00', 1, 0, NULL, 'a77d6c61de890c4d74fd4197e32bdbce', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/points/bad/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D48783518583C23625D\"", "contentlength": 60, "sequencer": "0000000000000000"}}', '{}', 52);
INSERT INTO public.ledger VALUES ('blob', 'incoming/pairs/half/left.csv@0x18EC9D48795D63CC1F236266', 'waiting', 'Drop half waits for: right.', '2026-03-01 13:00:00', 1, 0, NULL, '93cdd2ca3cb2620ab6d37a5ce43cb223', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/pairs/half/left.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D48795D63CC1F236266\"", "contentlength": 31, "sequencer": "0000000000000000"}}', '{}', 54);
INSERT INTO public.ledger VALUES ('blob', 'scoring/points/s1/points.csv@0x18EC9D4879A6C9B26923626A', 'done', 'Landed for scoring; its window is planned.', '2026-03-01 14:00:00', 1, 0, NULL, '9cd78de5bf747d54b54f0c05ff8d7365', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/scoring/points/s1/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D4879A6C9B26923626A\"", "contentlength": 105, "sequencer": "0000000000000000"}}', '{}', 56);
INSERT INTO public.ledger VALUES ('blob', 'scoring/points/s2/points.csv@0x18EC9D487F33C1DB6B236272', 'done', 'Landed for scoring; its window is planned.', '2026-03-01 15:00:00', 1, 0, NULL, '5c02d55b7f23d42ef88b7efe3454a696', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/scoring/points/s2/points.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D487F33C1DB6B236272\"", "contentlength": 107, "sequencer": "0000000000000000"}}', '{}', 60);
INSERT INTO public.ledger VALUES ('window', 'points/s2-65075104', 'done', '6 rows were predicted with points:2; 0 failed.', '2026-03-01 15:00:00', 1, 0, NULL, '497078acbaf41ec08cb8f0aa8266e164', NULL, '{"scenario": "points", "window": "s2-65075104"}', '{"rows": 6, "sha256": "ae21ec99123f2501284a8046bc3c7ced738d01eb9c90f7cfeae4594cfd7031d7", "path": "windows/points/s2-65075104/ae21ec99123f2501284a8046bc3c7ced738d01eb9c90f7cfeae4594cfd7031d7.parquet", "model": "points:2", "run": "points-20261129T201445Z-d66e0738-b9a05093", "dataset": "20261129T201445Z-d66e0738"}', 62);
INSERT INTO public.ledger VALUES ('blob', 'scoring/prices/s1/prices.csv@0x18EC9D488138B53259236279', 'done', 'Landed for scoring; its window is planned.', '2026-03-01 15:00:00', 1, 0, NULL, '7681e7c06cdf59e6da48c32820de6ac3', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/scoring/prices/s1/prices.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9D488138B53259236279\"", "contentlength": 89, "sequencer": "0000000000000000"}}', '{}', 64);
INSERT INTO public.ledger VALUES ('window', 'prices/s1-64207d56', 'done', '4 rows were predicted with prices:1; 0 failed.', '2026-03-01 15:00:00', 1, 0, NULL, '138010f93a8ce54909563b3c8e69d5a4', NULL, '{"scenario": "prices", "window": "s1-64207d56"}', '{"rows": 4, "sha256": "0dd65c9899e7061c549e498303d58dc073da287d553007ba9f95923125b3c9b1", "path": "windows/prices/s1-64207d56/0dd65c9899e7061c549e498303d58dc073da287d553007ba9f95923125b3c9b1.parquet", "model": "prices:1", "run": "prices-20261129T201445Z-aab5df1e-d3393af5", "dataset": "20261129T201445Z-aab5df1e"}', 66);
INSERT INTO public.ledger VALUES ('schedule', 'points/weekly', 'active', 'Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.', '2026-03-01 15:00:00', 0, 0, NULL, '', NULL, '', '{}', 67);
INSERT INTO public.model_version VALUES ('points', 1, 'points-20261129T201444Z-e4c1e427-358c47f1', '20261129T201444Z-e4c1e427', '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', '{"accuracy": 0.7166666666666667, "auc": 0.7163515016685206, "auc_random": 0.7163515016685206, "auc_time": 0.7163515016685206, "average_precision": 0.7970973503703979, "f1": 0.7848101265822784, "log_loss": 0.6880998342508099}', 'models/points/1/', 'accepted', '2026-03-01 12:00:00');
INSERT INTO public.model_version VALUES ('prices', 1, 'prices-20261129T201445Z-aab5df1e-d3393af5', '20261129T201445Z-aab5df1e', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '{"mae": 0.09801315873318116, "r2": 0.9976774498236151, "rmse": 0.12441691663357783, "rmse_random": 0.12441691663357783, "rmse_time": 0.12441691663357783}', 'models/prices/1/', 'accepted', '2026-03-01 12:00:00');
INSERT INTO public.model_version VALUES ('points', 2, 'points-20261129T201445Z-d66e0738-b9a05093', '20261129T201445Z-d66e0738', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '{"accuracy": 1.0, "auc": 1.0, "auc_random": 1.0, "auc_time": 1.0, "average_precision": 1.0, "f1": 1.0, "log_loss": 0.20425112727323003}', 'models/points/2/', 'accepted', '2026-03-01 13:00:00');
INSERT INTO public.monitored_window VALUES ('points', 's1-17fde87d', 'batch', 1, 6, 0, 'points:2', '20261129T201445Z-d66e0738', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.monitored_window VALUES ('points', 's2-65075104', 'batch', 2, 6, 0, 'points:2', '20261129T201445Z-d66e0738', '', '2026-03-01 15:00:00', '1');
INSERT INTO public.outbox VALUES (1, '0a4b0ccf98f00c580a690ea56118cda4', 'Microsoft.MachineLearningServices.ModelRegistered', '/mlops/registry', 'models/points:1', '2026-03-01 12:00:00', '{"modelName": "points", "modelVersion": "1", "modelTags": {"scenario": "points", "run": "points-20261129T201444Z-e4c1e427-358c47f1", "dataset": "20261129T201444Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelProperties": {}}', 1);
INSERT INTO public.outbox VALUES (2, 'DatasetRegistered-datasets-points-20261129T201444Z-e4c1e427', 'Mlops.DatasetRegistered', '/mlops', 'datasets/points/20261129T201444Z-e4c1e427', '2026-03-01 12:00:00', '{"scenario": "points", "dataset": "20261129T201444Z-e4c1e427"}', 1);
INSERT INTO public.outbox VALUES (3, 'ModelDeployed-deployments-points-preprod-1', 'Mlops.ModelDeployed', '/mlops', 'deployments/points/preprod/1', '2026-03-01 12:00:00', '{"model": "points:1", "generation": 1, "by": "gate", "environment": "preprod"}', 1);
INSERT INTO public.outbox VALUES (13, 'DataBreachDetected-breaches-points-schema_change-bc17f60c56', 'Mlops.DataBreachDetected', '/mlops', 'breaches/points/schema_change-bc17f60c56', '2026-03-01 13:00:00', '{"scenario": "points", "breach": "schema_change-bc17f60c56", "cause": "schema_change", "table": "points", "column": "x", "window": "bad", "firstSeen": "2026-03-01T13:00:00+00:00", "action": "quarantine", "sentence": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.", "told": "DatasetQuarantined"}', 1);
INSERT INTO public.outbox VALUES (14, 'DatasetQuarantined-quarantine-points-bad-incoming-points-bad-points.csv@0x18EC9D48783518583C23625D', 'Mlops.DatasetQuarantined', '/mlops', 'quarantine/points/bad/incoming/points/bad/points.csv@0x18EC9D48783518583C23625D', '2026-03-01 13:00:00', '{"scenario": "points", "drop": "bad", "code": "type", "reason": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4."}', 1);
INSERT INTO public.outbox VALUES (15, '0046d6d3397c1243b599b74a3f482a77', 'Mlops.PredictionsWritten', '/mlops', 'windows/points/s1-17fde87d', '2026-03-01 14:00:00', '{"scenario": "points", "window": "s1-17fde87d", "table": "predictions_points", "rows": 6, "failedRows": 0, "path": "windows/points/s1-17fde87d/3a21a46e8046fb0d18414552adf2a3e61efc2d2a10656b0160f10b2fda45509c.parquet", "sha256": "3a21a46e8046fb0d18414552adf2a3e61efc2d2a10656b0160f10b2fda45509c", "model": "points:2", "modelSha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "dataset": "20261129T201445Z-d66e0738"}', 0);
INSERT INTO public.pipeline_schedule VALUES ('points', 'weekly', '', '', '', 'Week', 1, '2099-01-05 06:00:00', 'e03e0cbfb15633695127084a96e96b133429219b0e7b53a69806f6440db5f52a', '2026-03-01 15:00:00', '2099-01-05 06:00:00', 'active', NULL, NULL, '', '');
INSERT INTO public.prediction_commit VALUES ('points', 's1-17fde87d', 1, 'windows/points/s1-17fde87d/3a21a46e8046fb0d18414552adf2a3e61efc2d2a10656b0160f10b2fda45509c.parquet', '3a21a46e8046fb0d18414552adf2a3e61efc2d2a10656b0160f10b2fda45509c', 6, 0, '9bf129478f5b20ec744998367014317f0e8a530e54414d7c3b73d4b504559ba1', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 'points-20261129T201445Z-d66e0738-b9a05093', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.prediction_commit VALUES ('points', 's2-65075104', 2, 'windows/points/s2-65075104/ae21ec99123f2501284a8046bc3c7ced738d01eb9c90f7cfeae4594cfd7031d7.parquet', 'ae21ec99123f2501284a8046bc3c7ced738d01eb9c90f7cfeae4594cfd7031d7', 6, 0, '7785655d81d0c44e950912be30c6cc301840ab1c4427bb0e9b5ac6cacaffc6a9', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 'points-20261129T201445Z-d66e0738-b9a05093', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.prediction_commit VALUES ('prices', 's1-64207d56', 1, 'windows/prices/s1-64207d56/0dd65c9899e7061c549e498303d58dc073da287d553007ba9f95923125b3c9b1.parquet', '0dd65c9899e7061c549e498303d58dc073da287d553007ba9f95923125b3c9b1', 4, 0, '825afda8520a111c9f248f416102e5a358dde19da95892efa99521a79a954e3b', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', 'prices-20261129T201445Z-aab5df1e-d3393af5', '20261129T201445Z-aab5df1e', '2026-03-01 15:00:00');
INSERT INTO public.prediction_revision VALUES ('points', 's1-17fde87d', 's1-17fde87d', 1, '2026-11-29 20:14:46.053698', NULL, 2);
INSERT INTO public.prediction_revision VALUES ('points', 's2-65075104', 's2-65075104', 1, '2026-11-29 20:14:46.133664', NULL, 2);
INSERT INTO public.prediction_revision VALUES ('prices', 's1-64207d56', 's1-64207d56', 1, '2026-11-29 20:14:46.165373', NULL, 1);
INSERT INTO public.prediction_source VALUES ('points', 's1-17fde87d', 0, 'scoring/points/s1/points.csv', '0x18EC9D4879A6C9B26923626A');
INSERT INTO public.prediction_source VALUES ('points', 's2-65075104', 0, 'scoring/points/s2/points.csv', '0x18EC9D487F33C1DB6B236272');
INSERT INTO public.prediction_source VALUES ('prices', 's1-64207d56', 0, 'scoring/prices/s1/prices.csv', '0x18EC9D488138B53259236279');
INSERT INTO public.predictions_points VALUES (4294967296, 's1-17fde87d', '0', 'yes', 0.7382228374481201, 0.345584, 'blue', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.predictions_points VALUES (4294967297, 's1-17fde87d', '1', 'yes', 0.9285651445388794, 0.821618, 'red', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.predictions_points VALUES (4294967298, 's1-17fde87d', '2', 'yes', 0.729346752166748, 0.330437, 'blue', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.predictions_points VALUES (4294967299, 's1-17fde87d', '3', 'no', 0.0196569561958313, -1.303157, 'blue', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.predictions_points VALUES (4294967300, 's1-17fde87d', '4', 'yes', 0.9435379505157471, 0.905356, 'red', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.predictions_points VALUES (4294967301, 's1-17fde87d', '5', 'yes', 0.8083191514015198, 0.446375, 'red', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 14:00:00');
INSERT INTO public.predictions_points VALUES (8589934592, 's2-65075104', '0', 'yes', 0.6608667373657227, 0.189053, 'red', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (8589934593, 's2-65075104', '1', 'no', 0.17246684432029724, -0.522748, 'blue', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (8589934594, 's2-65075104', '2', 'no', 0.24246877431869507, -0.413064, 'red', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (8589934595, 's2-65075104', '3', 'no', 0.0006587803363800049, -2.441467, 'blue', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (8589934596, 's2-65075104', '4', 'yes', 0.9959263205528259, 1.799707, 'red', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (8589934597, 's2-65075104', '5', 'yes', 0.9687049388885498, 1.144166, 'blue', 'points-20261129T201445Z-d66e0738-b9a05093', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T201445Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_prices VALUES (4294967296, 's1-64207d56', '0', 1.1272876262664795, NULL, 0.345584, 'prices-20261129T201445Z-aab5df1e-d3393af5', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T201445Z-aab5df1e', '2026-03-01 15:00:00');
INSERT INTO public.predictions_prices VALUES (4294967297, 's1-64207d56', '1', 2.509491443634033, NULL, 0.821618, 'prices-20261129T201445Z-aab5df1e-d3393af5', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T201445Z-aab5df1e', '2026-03-01 15:00:00');
INSERT INTO public.predictions_prices VALUES (4294967298, 's1-64207d56', '2', 0.937615692615509, NULL, 0.330437, 'prices-20261129T201445Z-aab5df1e-d3393af5', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T201445Z-aab5df1e', '2026-03-01 15:00:00');
INSERT INTO public.predictions_prices VALUES (4294967299, 's1-64207d56', '3', -3.8513591289520264, NULL, -1.303157, 'prices-20261129T201445Z-aab5df1e-d3393af5', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T201445Z-aab5df1e', '2026-03-01 15:00:00');
INSERT INTO public.quality VALUES ('points', 's1-17fde87d', 'auc', 1, 'batch', 1, 0.85, 0.9, 'provisional', 'unknown', 6, 10, 0.14285714285714285, 5, 'points:2', 'Labels are still coming.', '2026-03-01 15:00:00', '1');
INSERT INTO public.quality VALUES ('points', 's2-65075104', 'auc', 1, 'batch', 2, 0.85, 0.9, 'provisional', 'unknown', 6, 50, 0.7142857142857143, 5, 'points:2', 'Labels are still coming.', '2026-03-01 15:00:00', '1');
INSERT INTO public.reading VALUES ('points', 'pump ü', '2026-03-01 15:00:00', '{"x": 0.0}');
INSERT INTO public.reading VALUES ('points', 'pump ü', '2026-03-01 15:01:00', '{"x": 0.5}');
INSERT INTO public.reading VALUES ('points', 'pump ü', '2026-03-01 15:02:00', '{"x": 1.0}');
INSERT INTO public.retrain_decision VALUES (1, 'points', 'data-20261129T201444Z-e4c1e427', 'new_data', 'dataset 20261129T201444Z-e4c1e427 is new', 'retrain', 'Retrained: dataset 20261129T201444Z-e4c1e427 is new.', '20261129T201444Z-e4c1e427', 'points-20261129T201444Z-e4c1e427-358c47f1', '2026-03-01 12:00:00');
INSERT INTO public.retrain_decision VALUES (2, 'prices', 'data-20261129T201445Z-aab5df1e', 'new_data', 'dataset 20261129T201445Z-aab5df1e is new', 'retrain', 'Retrained: dataset 20261129T201445Z-aab5df1e is new.', '20261129T201445Z-aab5df1e', 'prices-20261129T201445Z-aab5df1e-d3393af5', '2026-03-01 12:00:00');
INSERT INTO public.retrain_decision VALUES (3, 'points', 'data-20261129T201445Z-d66e0738', 'new_data', 'dataset 20261129T201445Z-d66e0738 is new', 'retrain', 'Retrained: dataset 20261129T201445Z-d66e0738 is new.', '20261129T201445Z-d66e0738', 'points-20261129T201445Z-d66e0738-b9a05093', '2026-03-01 13:00:00');
INSERT INTO public.retrain_decision VALUES (4, 'points', 'drift/b1', 'drift', 'the monitor', 'not', 'Not retrained: the cooldown ends in 3 h.', '', '', '2026-03-01 15:00:00');
INSERT INTO public.rollout VALUES ('points', 'prod', 1, 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 2, 'canary', 1, 10, '2026-03-01 15:00:00', 'gate', 'The shadow was well.');
INSERT INTO public.run VALUES ('points-20261129T201444Z-e4c1e427-358c47f1', 'points', '20261129T201444Z-e4c1e427', 'points/20261129T201444Z-e4c1e427/1', 'completed', 1, 'registered', '2026-03-01 12:00:00', '2026-03-01 12:00:00', 'default');
INSERT INTO public.run VALUES ('prices-20261129T201445Z-aab5df1e-d3393af5', 'prices', '20261129T201445Z-aab5df1e', 'prices/20261129T201445Z-aab5df1e/1', 'completed', 1, 'registered', '2026-03-01 12:00:00', '2026-03-01 12:00:00', 'default');
INSERT INTO public.run VALUES ('points-20261129T201445Z-d66e0738-b9a05093', 'points', '20261129T201445Z-d66e0738', 'points/20261129T201445Z-d66e0738/1', 'completed', 1, 'registered', '2026-03-01 13:00:00', '2026-03-01 13:00:00', 'default');
INSERT INTO public.schema_version VALUES (1);
INSERT INTO public.schema_version VALUES (2);
INSERT INTO public.schema_version VALUES (3);
INSERT INTO public.schema_version VALUES (4);
INSERT INTO public.scorecard VALUES ('points', 1, 'points:1', 'auc', '2026-03-01 15:00:00', 0.02, NULL, 0, 3, '2026-03-01 15:00:00', 0.5, '{"train": 12.0}', '{}', '{}', '', NULL);
INSERT INTO public.serving_health VALUES ('points', 'prod', 2, 2, 'champion', '2026-03-01 15:00:00', 'a', 40, 40, 0, '[0, 0, 0, 0, 0, 0, 0, 0]', '[0, 0, 0, 0, 0, 0, 0, 0]');
INSERT INTO public.telemetry_window VALUES ('pairs', '2026-03-01 14:00:00', '2026-03-01 15:00:00', '', 'left | where x > 0', '{"start": "1"}', 0, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '2026-03-01 15:00:00');
INSERT INTO public.timer_beat VALUES ('monitor', 1, 0, '2026-03-01 15:00:00', NULL);
INSERT INTO public."window" VALUES ('points', 's1-17fde87d', 1, 'committed', '2026-03-01 14:00:00', '');
INSERT INTO public."window" VALUES ('points', 's2-65075104', 2, 'committed', '2026-03-01 15:00:00', '');
INSERT INTO public."window" VALUES ('prices', 's1-64207d56', 1, 'committed', '2026-03-01 15:00:00', '');
INSERT INTO public."window" VALUES ('points', 's1-17fde87d.r2', 3, 'planned', '2026-03-01 15:00:00', '');
INSERT INTO public.window_input VALUES ('points', 'scoring/points/s1/points.csv@"0x18EC9D4879A6C9B26923626A"', 's1-17fde87d', 0);
INSERT INTO public.window_input VALUES ('points', 'scoring/points/s2/points.csv@"0x18EC9D487F33C1DB6B236272"', 's2-65075104', 0);
INSERT INTO public.window_input VALUES ('prices', 'scoring/prices/s1/prices.csv@"0x18EC9D488138B53259236279"', 's1-64207d56', 0);
SELECT pg_catalog.setval('public.actual_points_actual_id_seq', 6, true);
SELECT pg_catalog.setval('public.actual_prices_actual_id_seq', 1, false);
SELECT pg_catalog.setval('public.journal_id_seq', 67, true);
SELECT pg_catalog.setval('public.outbox_seq_seq', 17, true);
SELECT pg_catalog.setval('public.retrain_decision_seq_seq', 4, true);
ALTER TABLE ONLY public.actual_points
    ADD CONSTRAINT actual_points_pkey PRIMARY KEY (actual_id);
ALTER TABLE ONLY public.actual_prices
    ADD CONSTRAINT actual_prices_pkey PRIMARY KEY (actual_id);
ALTER TABLE ONLY public.alert_delivery
    ADD CONSTRAINT alert_delivery_pkey PRIMARY KEY (alert_id, target);
ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.breach
    ADD CONSTRAINT breach_pkey PRIMARY KEY (scenario, id);
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT correction_pkey PRIMARY KEY (scenario, "window");
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT correction_scenario_base_revision_key UNIQUE (scenario, base, revision);
ALTER TABLE ONLY public.dataset_version
    ADD CONSTRAINT dataset_version_pkey PRIMARY KEY (scenario, id);
ALTER TABLE ONLY public.dataset_version
    ADD CONSTRAINT dataset_version_scenario_digest_key UNIQUE (scenario, digest);
ALTER TABLE ONLY public.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (scenario, environment, generation);
ALTER TABLE ONLY public.drift
    ADD CONSTRAINT drift_pkey PRIMARY KEY (scenario, "window", feature, metric, reference);
ALTER TABLE ONLY public.gate_certificate
    ADD CONSTRAINT gate_certificate_pkey PRIMARY KEY (name, version, sha256);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (kind, key);
ALTER TABLE ONLY public.model_version
    ADD CONSTRAINT model_version_pkey PRIMARY KEY (name, version);
ALTER TABLE ONLY public.model_version
    ADD CONSTRAINT model_version_run_key UNIQUE (run);
ALTER TABLE ONLY public.monitored_window
    ADD CONSTRAINT monitored_window_pkey PRIMARY KEY (scenario, "window");
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_id_key UNIQUE (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.pipeline_schedule
    ADD CONSTRAINT pipeline_schedule_pkey PRIMARY KEY (scenario, name);
ALTER TABLE ONLY public.prediction_commit
    ADD CONSTRAINT prediction_commit_pkey PRIMARY KEY (scenario, "window");
ALTER TABLE ONLY public.prediction_revision
    ADD CONSTRAINT prediction_revision_pkey PRIMARY KEY (scenario, "window");
ALTER TABLE ONLY public.prediction_revision
    ADD CONSTRAINT prediction_revision_scenario_base_revision_key UNIQUE (scenario, base, revision);
ALTER TABLE ONLY public.prediction_source
    ADD CONSTRAINT prediction_source_pkey PRIMARY KEY (scenario, "window", "position");
ALTER TABLE ONLY public.predictions_points
    ADD CONSTRAINT predictions_points_pkey PRIMARY KEY (prediction_id);
ALTER TABLE ONLY public.predictions_prices
    ADD CONSTRAINT predictions_prices_pkey PRIMARY KEY (prediction_id);
ALTER TABLE ONLY public.quality
    ADD CONSTRAINT quality_pkey PRIMARY KEY (scenario, "window", metric, revision);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (scenario, entity, at);
ALTER TABLE ONLY public.retrain_decision
    ADD CONSTRAINT retrain_decision_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.rollout
    ADD CONSTRAINT rollout_pkey PRIMARY KEY (scenario, environment, number);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_request_key UNIQUE (request);
ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.scorecard
    ADD CONSTRAINT scorecard_pkey PRIMARY KEY (scenario, generation);
ALTER TABLE ONLY public.serving_health
    ADD CONSTRAINT serving_health_pkey PRIMARY KEY (scenario, environment, generation, version, role, minute, instance);
ALTER TABLE ONLY public.telemetry_window
    ADD CONSTRAINT telemetry_window_pkey PRIMARY KEY (scenario, start);
ALTER TABLE ONLY public.timer_beat
    ADD CONSTRAINT timer_beat_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.window_input
    ADD CONSTRAINT window_input_pkey PRIMARY KEY (scenario, input);
ALTER TABLE ONLY public."window"
    ADD CONSTRAINT window_pkey PRIMARY KEY (scenario, id);
ALTER TABLE ONLY public."window"
    ADD CONSTRAINT window_scenario_ordinal_key UNIQUE (scenario, ordinal);
CREATE INDEX ix_actual_points ON public.actual_points USING btree (entity_key, epoch, is_current);
CREATE INDEX ix_actual_prices ON public.actual_prices USING btree (entity_key, epoch, is_current);
CREATE INDEX ix_alert_delivery_state ON public.alert_delivery USING btree (state, due);
CREATE INDEX ix_approval_scenario ON public.approval USING btree (scenario, version);
CREATE INDEX ix_breach_state ON public.breach USING btree (scenario, state);
CREATE INDEX ix_ledger_state ON public.ledger USING btree (state);
CREATE INDEX ix_outbox_sent ON public.outbox USING btree (sent, seq);
CREATE INDEX ix_pipeline_schedule_due ON public.pipeline_schedule USING btree (state, due);
CREATE INDEX ix_prediction_commit_model ON public.prediction_commit USING btree (scenario, model);
CREATE INDEX ix_prediction_commit_ordinal ON public.prediction_commit USING btree (scenario, ordinal);
CREATE INDEX ix_prediction_source_path ON public.prediction_source USING btree (path);
CREATE INDEX ix_retrain_decision_key ON public.retrain_decision USING btree (scenario, key);
CREATE INDEX ix_window_input_window ON public.window_input USING btree (scenario, "window");
ALTER TABLE ONLY public.window_input
    ADD CONSTRAINT window_input_scenario_window_fkey FOREIGN KEY (scenario, "window") REFERENCES public."window"(scenario, id);
