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
CREATE TABLE public.actual_marks (
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
CREATE SEQUENCE public.actual_marks_actual_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.actual_marks_actual_id_seq OWNED BY public.actual_marks.actual_id;
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
CREATE TABLE public.predictions_marks (
    prediction_id bigint NOT NULL,
    "window" character varying(200),
    entity_key character varying(1200),
    prediction text,
    probability double precision,
    probability_up double precision,
    probability_down double precision,
    x double precision,
    z double precision,
    run_id character varying(200),
    model character varying(200),
    model_sha256 character varying(64),
    dataset character varying(200),
    scored_at timestamp without time zone
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
CREATE VIEW public.v_prediction_vs_actual_marks AS
 SELECT anon_1.prediction_id,
    anon_1."window",
    anon_1.entity_key,
    anon_1.prediction,
    anon_1.probability,
    anon_1.probability_up,
    anon_1.probability_down,
    anon_1.x,
    anon_1.z,
    anon_1.run_id,
    anon_1.model,
    anon_1.model_sha256,
    anon_1.dataset,
    anon_1.scored_at,
    anon_1.epoch,
    actual_marks.actual,
    actual_marks.labelled_at
   FROM (( SELECT predictions_marks.prediction_id,
            predictions_marks."window",
            predictions_marks.entity_key,
            predictions_marks.prediction,
            predictions_marks.probability,
            predictions_marks.probability_up,
            predictions_marks.probability_down,
            predictions_marks.x,
            predictions_marks.z,
            predictions_marks.run_id,
            predictions_marks.model,
            predictions_marks.model_sha256,
            predictions_marks.dataset,
            predictions_marks.scored_at,
            0 AS epoch
           FROM ((public.predictions_marks
             JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'marks'::text) AND ((prediction_commit."window")::text = (predictions_marks."window")::text))))
             LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))))
          WHERE (prediction_revision.superseded_at IS NULL)) anon_1
     LEFT JOIN public.actual_marks ON ((((actual_marks.entity_key)::text = (anon_1.entity_key)::text) AND (actual_marks.is_current = 1) AND (actual_marks.valid_from <= anon_1.scored_at) AND (actual_marks.valid_to >= anon_1.scored_at) AND (actual_marks.epoch = anon_1.epoch))));
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
CREATE VIEW public.v_predictions_marks AS
 SELECT predictions_marks.prediction_id,
    predictions_marks."window",
    predictions_marks.entity_key,
    predictions_marks.prediction,
    predictions_marks.probability,
    predictions_marks.probability_up,
    predictions_marks.probability_down,
    predictions_marks.x,
    predictions_marks.z,
    predictions_marks.run_id,
    predictions_marks.model,
    predictions_marks.model_sha256,
    predictions_marks.dataset,
    predictions_marks.scored_at
   FROM ((public.predictions_marks
     JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'marks'::text) AND ((prediction_commit."window")::text = (predictions_marks."window")::text))))
     LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))))
  WHERE (prediction_revision.superseded_at IS NULL);
CREATE VIEW public.v_predictions_marks_asof AS
 SELECT predictions_marks.prediction_id,
    predictions_marks."window",
    predictions_marks.entity_key,
    predictions_marks.prediction,
    predictions_marks.probability,
    predictions_marks.probability_up,
    predictions_marks.probability_down,
    predictions_marks.x,
    predictions_marks.z,
    predictions_marks.run_id,
    predictions_marks.model,
    predictions_marks.model_sha256,
    predictions_marks.dataset,
    predictions_marks.scored_at,
    COALESCE(prediction_revision.base, predictions_marks."window") AS base_window,
    COALESCE(prediction_revision.revision, 1) AS revision,
    COALESCE(prediction_revision.committed_at, prediction_commit.scored_at) AS committed_at,
    prediction_revision.superseded_at
   FROM ((public.predictions_marks
     JOIN public.prediction_commit ON ((((prediction_commit.scenario)::text = 'marks'::text) AND ((prediction_commit."window")::text = (predictions_marks."window")::text))))
     LEFT JOIN public.prediction_revision ON ((((prediction_revision.scenario)::text = (prediction_commit.scenario)::text) AND ((prediction_revision."window")::text = (prediction_commit."window")::text))));
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
ALTER TABLE ONLY public.actual_marks ALTER COLUMN actual_id SET DEFAULT nextval('public.actual_marks_actual_id_seq'::regclass);
ALTER TABLE ONLY public.actual_points ALTER COLUMN actual_id SET DEFAULT nextval('public.actual_points_actual_id_seq'::regclass);
ALTER TABLE ONLY public.actual_prices ALTER COLUMN actual_id SET DEFAULT nextval('public.actual_prices_actual_id_seq'::regclass);
ALTER TABLE ONLY public.journal ALTER COLUMN id SET DEFAULT nextval('public.journal_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN seq SET DEFAULT nextval('public.outbox_seq_seq'::regclass);
ALTER TABLE ONLY public.retrain_decision ALTER COLUMN seq SET DEFAULT nextval('public.retrain_decision_seq_seq'::regclass);
INSERT INTO public.actual_points VALUES (1, '0', 0, 'no', 'labels.csv', '2026-03-01 16:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (2, '1', 0, 'yes', 'labels.csv', '2026-03-01 16:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (3, '2', 0, 'yes', 'labels.csv', '2026-03-01 16:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (4, '3', 0, 'no', 'labels.csv', '2026-03-01 16:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (5, '4', 0, 'yes', 'labels.csv', '2026-03-01 16:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.actual_points VALUES (6, '5', 0, 'yes', 'labels.csv', '2026-03-01 16:00:00', '1900-01-01 00:00:00', '9999-01-01 00:00:00', 1);
INSERT INTO public.alert_delivery VALUES ('a1', 'ops', '{"id": "a1", "kind": "Mlops.DriftDetected", "severity": "warning", "title": "Drift in points", "text": "x moved.", "facts": [["table", "points"]], "look": "mlops why points", "subject": "points", "time": "2026-03-01T16:00:00+00:00"}', 0, '2026-03-01 16:00:00', 'pending', '');
INSERT INTO public.approval VALUES ('0ba357a306566a0799e047425a27c39f', 'points', 3, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 'prod', '2836de5923a19ac78b69da2a8aededaa10474587dbf55598ad6a4decfbdaafc7', 'nonce', '2099-01-01 00:00:00', 'gate', '2026-03-01 16:00:00', 'It passed its gate.', 0, 'open', '', NULL, '');
INSERT INTO public.breach VALUES ('points', 'schema_change-bc17f60c56', 'schema_change', 'points', 'x', 'open', 'quarantine', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 'bad', 'bad', 1, '2026-03-01 14:00:00', '2026-03-01 14:00:00');
INSERT INTO public.breach VALUES ('points', 'b1', 'population_drift', 'points', 'x', 'open', 'retrain', 'x moved.', 's2-65075104', 's2-65075104', 2, '2026-03-01 16:00:00', '2026-03-01 16:00:00');
INSERT INTO public.correction VALUES ('points', 's1-17fde87d.r2', 's1-17fde87d', 2, '[]', '{"scenario": "points", "generation": 2, "model": "points", "version": 2, "sha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "at": "2026-03-01T13:00:00+00:00", "by": "gate", "reason": "The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.", "environment": "prod"}', 'ana', 'Wrong units.', '2026-03-01 16:00:00');
INSERT INTO public.dataset_version VALUES ('points', '20261129T200813Z-e4c1e427', 'e4c1e42739951a7b9d213b4ffdebb205884a17b8ddfe0c86463914a758bbbaca', '[{"name": "points", "path": "datasets/points/20261129T200813Z-e4c1e427/points.parquet", "sha256": "4e42f2e86376974bc98c62de1f06d8a0c638586edd55ae51743bd9ebca4d730b", "rows": 60}]', '["incoming/points/d1/points.csv@0x18EC9CED04413E874CE2367BA"]', '2026-03-01 12:00:00');
INSERT INTO public.dataset_version VALUES ('prices', '20261129T200813Z-aab5df1e', 'aab5df1e0e3cdaebaba1c64011c6117197d4b7c4835d3b56e31d8d01f0fa113a', '[{"name": "prices", "path": "datasets/prices/20261129T200813Z-aab5df1e/prices.parquet", "sha256": "4a4f0d836191efaa25dfa3d881cc5356f634d33946138e69430c144a68862907", "rows": 60}]', '["incoming/prices/d1/prices.csv@0x18EC9CED327AED1575E2367D6"]', '2026-03-01 12:00:00');
INSERT INTO public.dataset_version VALUES ('marks', '20261129T200814Z-e4a0bb07', 'e4a0bb07d48735403775e16138ea4a1aa77a39ed835393f1e784949cbe56496c', '[{"name": "marks", "path": "datasets/marks/20261129T200814Z-e4a0bb07/marks.parquet", "sha256": "0f632a3dd777159f04438bf5c319e92ae30cba287a4dc088b448057919b42a85", "rows": 60}, {"name": "places", "path": "datasets/marks/20261129T200814Z-e4a0bb07/places.parquet", "sha256": "64d569e82a3254a1d85967ea76746296bd989cde123bc1d092ef635ba7909fa4", "rows": 2}]', '["incoming/marks/d1/marks.csv@0x18EC9CED457E81DA45E2367EC", "incoming/marks/d1/places.csv@0x18EC9CED45C70A72152367ED"]', '2026-03-01 12:00:00');
INSERT INTO public.dataset_version VALUES ('points', '20261129T200814Z-d66e0738', 'd66e0738e3628a3ef2bbf74e70bf08e30e05e562ed5d3fa03fbb0979ce837c33', '[{"name": "points", "path": "datasets/points/20261129T200814Z-d66e0738/points.parquet", "sha256": "105064f9ec05c80824f560a1d9824e8a822aff248b768a1d85b61ee69101a05a", "rows": 100}]', '["incoming/points/d2/points.csv@0x18EC9CED567D0382800236807"]', '2026-03-01 13:00:00');
INSERT INTO public.dataset_version VALUES ('points', '20261129T200814Z-d4fdaa52', 'd4fdaa525f708cc1a7f8903cb2204c36b84f20ec43f2f42417ca3cbc56fa0980', '[{"name": "points", "path": "datasets/points/20261129T200814Z-d4fdaa52/points.parquet", "sha256": "743cc178ef5b2e61db4cd769ee8ff98509e4c23b66665858433c342887f2eb2f", "rows": 120}]', '["incoming/points/d3/points.csv@0x18EC9CED677E09A59B7236819"]', '2026-03-01 14:00:00');
INSERT INTO public.deployment VALUES ('points', 'preprod', 1, 'points', 1, '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('points', 'prod', 1, 'points', 1, '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO public.deployment VALUES ('prices', 'preprod', 1, 'prices', 1, '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('prices', 'prod', 1, 'prices', 1, '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO public.deployment VALUES ('marks', 'preprod', 1, 'marks', 1, 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('marks', 'prod', 1, 'marks', 1, 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '2026-03-01 12:00:00', 'gate', 'The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.');
INSERT INTO public.deployment VALUES ('points', 'preprod', 2, 'points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '2026-03-01 13:00:00', 'gate', 'The gate passed. Approval is not required by setting.');
INSERT INTO public.deployment VALUES ('points', 'prod', 2, 'points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '2026-03-01 13:00:00', 'gate', 'The gate passed. Approval is not required by setting. Nobody asked in the last hour, so there are no requests to compare it by.');
INSERT INTO public.drift VALUES ('points', 's1-17fde87d', 'x', 'psi', 'training', 'batch', 1, '20261129T200814Z-d66e0738', 0.05, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's1-17fde87d', 'color', 'psi', 'training', 'batch', 1, '20261129T200814Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's1-17fde87d', 'prediction', 'psi', 'training', 'batch', 1, '20261129T200814Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's2-65075104', 'x', 'psi', 'training', 'batch', 2, '20261129T200814Z-d66e0738', 0.1, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's2-65075104', 'color', 'psi', 'training', 'batch', 2, '20261129T200814Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.drift VALUES ('points', 's2-65075104', 'prediction', 'psi', 'training', 'batch', 2, '20261129T200814Z-d66e0738', 0.01, 0.1, 0.05, 'stable', 6, 'points:2', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.gate_certificate VALUES ('points', 1, '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', 1, 'points:1', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.012, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.61, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "4fa680c4791f", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200813Z-e4c1e427 is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.7163515016685206, "threshold": 0.6, "reason": "The random AUC of 0.716 (a time-ordered split, which does not decide here, gives 0.716) reaches the bar of 0.6."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', 'ed18e237a582055448be28e1e3fcf161aac06a53d8795cac2eb19ca97cc0803f');
INSERT INTO public.gate_certificate VALUES ('prices', 1, '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', 1, 'prices:1', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 2 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.028, "threshold": 250.0, "reason": "One row takes 0.03 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 4.184, "threshold": 20000.0, "reason": "Loading takes 4 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "008ab0a1842d", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200813Z-aab5df1e is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.9976774498236151, "threshold": 0.5, "reason": "The random R2 of 0.998 reaches the bar of 0.5."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', 'd88cf2c6bf419cbedf2c3ad3c7a5b4dd9eac6fda87b83a1b818e67291f2bffe1');
INSERT INTO public.gate_certificate VALUES ('marks', 1, 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', 1, 'marks:1', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.022, "threshold": 250.0, "reason": "One row takes 0.02 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 3.077, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "d5a73205e679", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200814Z-e4a0bb07 is valid; 1 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 0.9993894993894994, "threshold": 0.6, "reason": "The random AUC of 0.999 (a time-ordered split, which does not decide here, gives 0.999) reaches the bar of 0.6."}, {"name": "champion", "verdict": "skip", "value": null, "threshold": null, "reason": "Nothing is deployed yet: there is no champion to beat."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', '1f00f9a7cf877cb87cf431938c7ea919374707f655f9a4570e7bb11ff53b1347');
INSERT INTO public.gate_certificate VALUES ('points', 2, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 1, 'points:2', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.036, "threshold": 250.0, "reason": "One row takes 0.04 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 3.612, "threshold": 20000.0, "reason": "Loading takes 4 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "a9d4cc4e80b0", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200814Z-d66e0738 is valid; 0 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 1.0, "threshold": 0.6, "reason": "The random AUC of 1.000 (a time-ordered split, which does not decide here, gives 1.000) reaches the bar of 0.6."}, {"name": "champion", "verdict": "pass", "value": 1.0, "threshold": 0.8099239695878351, "reason": "Better: auc 1.0000 against 0.8099 of the champion points:1 on the same holdout, a difference of +0.1901 (95 %: +0.1145 to +0.2885)."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', '37684a57bc99a0f823e81b3040f9aef636f4d93afd7910233d26b8e46cc6b03a');
INSERT INTO public.gate_certificate VALUES ('points', 3, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 0, 'points:3', '[{"name": "structure", "verdict": "pass", "value": null, "threshold": null, "reason": "Operators, data, operator sets, inputs and answers fit."}, {"name": "finite answers", "verdict": "pass", "value": 0, "threshold": 0, "reason": "0 of 4 answers to the golden rows are no finite numbers. At most 0 is accepted."}, {"name": "varied answers", "verdict": "pass", "value": 2, "threshold": 2, "reason": "2 different answers to the golden rows."}, {"name": "row latency", "verdict": "pass", "value": 0.012, "threshold": 250.0, "reason": "One row takes 0.01 ms. At most 250 ms is accepted."}, {"name": "load time", "verdict": "pass", "value": 2.533, "threshold": 20000.0, "reason": "Loading takes 3 ms. At most 20000 ms is accepted."}, {"name": "size", "verdict": "pass", "value": 0.0, "threshold": 512.0, "reason": "The model has 0.0 MB. At most 512 MB is accepted."}, {"name": "loads", "verdict": "pass", "value": "a9d4cc4e80b0", "threshold": null, "reason": "The graph is allowed and loads from its bytes."}, {"name": "contract", "verdict": "pass", "value": 2, "threshold": 2, "reason": "Inputs are as declared."}, {"name": "golden rows", "verdict": "pass", "value": 0.0, "threshold": 1e-05, "reason": "The golden rows are reproduced."}, {"name": "parity", "verdict": "skip", "value": null, "threshold": null, "reason": "The manifest says nothing of the framework''s answers."}, {"name": "data", "verdict": "pass", "value": 0, "threshold": 0, "reason": "Dataset 20261129T200814Z-d4fdaa52 is valid; 0 warnings stand in its report."}, {"name": "bar", "verdict": "pass", "value": 1.0, "threshold": 0.6, "reason": "The random AUC of 1.000 (a time-ordered split, which does not decide here, gives 1.000) reaches the bar of 0.6."}, {"name": "champion", "verdict": "fail", "value": 1.0, "threshold": 1.0, "reason": "Not better than the champion: auc 1.0000 against 1.0000 of the champion points:2 on the same holdout, a difference of +0.0000 (95 %: +0.0000 to +0.0000)."}, {"name": "slices", "verdict": "skip", "value": null, "threshold": null, "reason": "The scenario declares no slices."}]', '2836de5923a19ac78b69da2a8aededaa10474587dbf55598ad6a4decfbdaafc7');
INSERT INTO public.journal VALUES (4, '2026-03-01 12:00:00', 'train', 'points-20261129T200813Z-e4c1e427-3eb95d32', 'requested', 'Training of dataset 20261129T200813Z-e4c1e427 was requested.', 0);
INSERT INTO public.journal VALUES (5, '2026-03-01 12:00:00', 'retrain', 'points/data-20261129T200813Z-e4c1e427', 'done', 'Retrained: dataset 20261129T200813Z-e4c1e427 is new.', 0);
INSERT INTO public.journal VALUES (9, '2026-03-01 12:00:00', 'model', 'points:1', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (11, '2026-03-01 12:00:00', 'smoke', 'points:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (15, '2026-03-01 12:00:00', 'model', 'points:1', 'done', 'points:1 passed its gate and serves as generation 1.', 1);
INSERT INTO public.journal VALUES (31, '2026-03-01 12:00:00', 'blob', 'incoming/marks/d1/marks.csv@0x18EC9CED457E81DA45E2367EC', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (32, '2026-03-01 12:00:00', 'blob', 'incoming/marks/d1/marks.csv@0x18EC9CED457E81DA45E2367EC', 'waiting', 'Drop d1 waits for: places.', 1);
INSERT INTO public.journal VALUES (33, '2026-03-01 12:00:00', 'blob', 'incoming/marks/d1/places.csv@0x18EC9CED45C70A72152367ED', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (34, '2026-03-01 12:00:00', 'drop', 'marks/d1@ab70a0d26788', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (35, '2026-03-01 12:00:00', 'dataset', 'marks/e4a0bb07d487', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (36, '2026-03-01 12:00:00', 'train', 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'requested', 'Training of dataset 20261129T200814Z-e4a0bb07 was requested.', 0);
INSERT INTO public.journal VALUES (37, '2026-03-01 12:00:00', 'retrain', 'marks/data-20261129T200814Z-e4a0bb07', 'done', 'Retrained: dataset 20261129T200814Z-e4a0bb07 is new.', 0);
INSERT INTO public.journal VALUES (38, '2026-03-01 12:00:00', 'dataset', 'marks/e4a0bb07d487', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (39, '2026-03-01 12:00:00', 'drop', 'marks/d1@ab70a0d26788', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (40, '2026-03-01 12:00:00', 'blob', 'incoming/marks/d1/marks.csv@0x18EC9CED457E81DA45E2367EC', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (41, '2026-03-01 12:00:00', 'blob', 'incoming/marks/d1/places.csv@0x18EC9CED45C70A72152367ED', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', 1);
INSERT INTO public.journal VALUES (42, '2026-03-01 12:00:00', 'model', 'marks:1', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (43, '2026-03-01 12:00:00', 'deployment', 'marks/preprod/1', 'done', 'marks:1 serves in preprod. The gate passed. Approval is not required by setting.', 0);
INSERT INTO public.journal VALUES (44, '2026-03-01 12:00:00', 'smoke', 'marks:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (45, '2026-03-01 12:00:00', 'release', 'marks:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.', 0);
INSERT INTO public.journal VALUES (46, '2026-03-01 12:00:00', 'deployment', 'marks/1', 'done', 'marks:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.', 0);
INSERT INTO public.journal VALUES (47, '2026-03-01 12:00:00', 'release', 'marks:1/prod', 'done', 'marks:1 passed its gate and serves as generation 1.', 0);
INSERT INTO public.journal VALUES (48, '2026-03-01 12:00:00', 'model', 'marks:1', 'done', 'marks:1 passed its gate and serves as generation 1.', 1);
INSERT INTO public.journal VALUES (49, '2026-03-01 12:00:00', 'baseline', 'points/1', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (50, '2026-03-01 12:00:00', 'baseline', 'points/1', 'done', 'Baseline 1 of points is dataset 20261129T200813Z-e4c1e427, accepted by ana: Looked at.', 1);
INSERT INTO public.journal VALUES (68, '2026-03-01 14:00:00', 'dataset', 'points/d4fdaa525f70', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (71, '2026-03-01 14:00:00', 'dataset', 'points/d4fdaa525f70', 'done', 'Registered as dataset 20261129T200814Z-d4fdaa52 (120 rows); training run points-20261129T200814Z-d4fdaa52-b5bd9064 was requested. Validation found nothing unusual.', 1);
INSERT INTO public.journal VALUES (77, '2026-03-01 14:00:00', 'drop', 'points/bad@7aeb0ddd3385', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (78, '2026-03-01 14:00:00', 'breach', 'points/schema_change-bc17f60c56', 'done', 'schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 0);
INSERT INTO public.journal VALUES (79, '2026-03-01 14:00:00', 'drop', 'points/bad@7aeb0ddd3385', 'quarantined', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', 1);
INSERT INTO public.journal VALUES (85, '2026-03-01 15:00:00', 'window', 'points/s1-17fde87d', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (86, '2026-03-01 15:00:00', 'window', 'points/s1-17fde87d', 'done', '6 rows were predicted with points:2; 0 failed.', 1);
INSERT INTO public.journal VALUES (100, '2026-03-01 16:00:00', 'window', 'marks/s1-06a15a91', 'in_progress', 'claimed', 1);
INSERT INTO public.journal VALUES (101, '2026-03-01 16:00:00', 'window', 'marks/s1-06a15a91', 'done', '4 rows were predicted with marks:1; 0 failed.', 1);
INSERT INTO public.journal VALUES (102, '2026-03-01 16:00:00', 'schedule', 'points/weekly', 'active', 'Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.', 0);
INSERT INTO public.ledger VALUES ('train', 'points-20261129T200813Z-e4c1e427-3eb95d32', 'requested', 'Training of dataset 20261129T200813Z-e4c1e427 was requested.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 4);
INSERT INTO public.ledger VALUES ('retrain', 'points/data-20261129T200813Z-e4c1e427', 'done', 'Retrained: dataset 20261129T200813Z-e4c1e427 is new.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 5);
INSERT INTO public.ledger VALUES ('smoke', 'points:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/points/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 11);
INSERT INTO public.ledger VALUES ('model', 'points:1', 'done', 'points:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 1, 0, NULL, 'cf2ec6dd80e5f23b518ec8f0b6bf8d54', NULL, '{"specversion": "1.0", "id": "0a4b0ccf98f00c580a690ea56118cda4", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/points:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "points", "modelversion": "1", "modeltags": {"scenario": "points", "run": "points-20261129T200813Z-e4c1e427-3eb95d32", "dataset": "20261129T200813Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelproperties": {}}}', '{"model": "points:1", "dataset": "20261129T200813Z-e4c1e427", "run": "points-20261129T200813Z-e4c1e427-3eb95d32", "certificate": "ed18e237a582055448be28e1e3fcf161aac06a53d8795cac2eb19ca97cc0803f", "generation": 1}', 15);
INSERT INTO public.ledger VALUES ('baseline', 'points/1', 'done', 'Baseline 1 of points is dataset 20261129T200813Z-e4c1e427, accepted by ana: Looked at.', '2026-03-01 12:00:00', 1, 0, NULL, '810fcd4896af7427a6f8db50e7f21dec', NULL, '', '{"dataset": "20261129T200813Z-e4c1e427"}', 50);
INSERT INTO public.ledger VALUES ('train', 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'requested', 'Training of dataset 20261129T200814Z-e4a0bb07 was requested.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 36);
INSERT INTO public.ledger VALUES ('retrain', 'marks/data-20261129T200814Z-e4a0bb07', 'done', 'Retrained: dataset 20261129T200814Z-e4a0bb07 is new.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 37);
INSERT INTO public.ledger VALUES ('dataset', 'marks/e4a0bb07d487', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, '45241448298c3fbfbb738d64641ce833', NULL, '', '{"dataset": "20261129T200814Z-e4a0bb07", "run": "marks-20261129T200814Z-e4a0bb07-bf7c6caa"}', 38);
INSERT INTO public.ledger VALUES ('drop', 'marks/d1@ab70a0d26788', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, '9a06d367610cbab08982f24f82883697', NULL, '', '{"dataset": "20261129T200814Z-e4a0bb07", "run": "marks-20261129T200814Z-e4a0bb07-bf7c6caa"}', 39);
INSERT INTO public.ledger VALUES ('blob', 'incoming/marks/d1/marks.csv@0x18EC9CED457E81DA45E2367EC', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, '87dbfdb30268c3819653b50bcc1e0888', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/marks/d1/marks.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9CED457E81DA45E2367EC\"", "contentlength": 1118, "sequencer": "0000000000000000"}}', '{}', 40);
INSERT INTO public.ledger VALUES ('blob', 'incoming/marks/d1/places.csv@0x18EC9CED45C70A72152367ED', 'done', 'Registered as dataset 20261129T200814Z-e4a0bb07 (60 rows); training run marks-20261129T200814Z-e4a0bb07-bf7c6caa was requested. Validation has 1 warning(s): 1 no_baseline.', '2026-03-01 12:00:00', 1, 0, NULL, '957a30dbfcaadd6cb040a718fca0bb0c', NULL, '{"id": "1", "topic": "/subscriptions/x", "subject": "/blobServices/default/containers/mlops/blobs/incoming/marks/d1/places.csv", "eventType": "Microsoft.Storage.BlobCreated", "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "data": {"api": "PutBlob", "etag": "\"0x18EC9CED45C70A72152367ED\"", "contentlength": 21, "sequencer": "0000000000000000"}}', '{"dataset": "20261129T200814Z-e4a0bb07", "run": "marks-20261129T200814Z-e4a0bb07-bf7c6caa"}', 41);
INSERT INTO public.ledger VALUES ('deployment', 'marks/preprod/1', 'done', 'marks:1 serves in preprod. The gate passed. Approval is not required by setting.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 43);
INSERT INTO public.ledger VALUES ('smoke', 'marks:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 44);
INSERT INTO public.ledger VALUES ('release', 'marks:1/preprod', 'done', '7 smoke and integration checks passed in preprod: models/marks/1/tests-preprod.xml.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 45);
INSERT INTO public.ledger VALUES ('deployment', 'marks/1', 'done', 'marks:1 serves in prod. The gate passed. Approval is not required by setting. It is the first one, so there is nothing to compare it with.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 46);
INSERT INTO public.ledger VALUES ('release', 'marks:1/prod', 'done', 'marks:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 0, 0, NULL, '', NULL, '', '{}', 47);
INSERT INTO public.ledger VALUES ('model', 'marks:1', 'done', 'marks:1 passed its gate and serves as generation 1.', '2026-03-01 12:00:00', 1, 0, NULL, 'c1d418ee1f1bbbd9a1e37826d8c372f3', NULL, '{"specversion": "1.0", "id": "52dc4eec21db8178333b33a35daa2f97", "source": "/mlops/registry", "type": "Microsoft.MachineLearningServices.ModelRegistered", "subject": "models/marks:1", "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json", "data": {"modelname": "marks", "modelversion": "1", "modeltags": {"scenario": "marks", "run": "marks-20261129T200814Z-e4a0bb07-bf7c6caa", "dataset": "20261129T200814Z-e4a0bb07", "sha256": "d5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33"}, "modelproperties": {}}}', '{"model": "marks:1", "dataset": "20261129T200814Z-e4a0bb07", "run": "marks-20261129T200814Z-e4a0bb07-bf7c6caa", "certificate": "1f00f9a7cf877cb87cf431938c7ea919374707f655f9a4570e7bb11ff53b1347", "generation": 1}', 48);
INSERT INTO public.ledger VALUES ('dataset', 'points/d4fdaa525f70', 'done', 'Registered as dataset 20261129T200814Z-d4fdaa52 (120 rows); training run points-20261129T200814Z-d4fdaa52-b5bd9064 was requested. Validation found nothing unusual.', '2026-03-01 14:00:00', 1, 0, NULL, 'e5df32338d2fedf2bc7f923b42e7206b', NULL, '', '{"dataset": "20261129T200814Z-d4fdaa52", "run": "points-20261129T200814Z-d4fdaa52-b5bd9064"}', 71);
INSERT INTO public.ledger VALUES ('breach', 'points/schema_change-bc17f60c56', 'done', 'schema_change: File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', '2026-03-01 14:00:00', 0, 0, NULL, '', NULL, '', '{}', 78);
INSERT INTO public.ledger VALUES ('drop', 'points/bad@7aeb0ddd3385', 'quarantined', 'File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.', '2026-03-01 14:00:00', 1, 0, NULL, '0ef31bb62568058f9db594ae3aeb6dc4', NULL, '', '{}', 79);
INSERT INTO public.ledger VALUES ('window', 'points/s1-17fde87d', 'done', '6 rows were predicted with points:2; 0 failed.', '2026-03-01 15:00:00', 1, 0, NULL, 'd552572c03ca0809e62f30cdc71e0de8', NULL, '{"scenario": "points", "window": "s1-17fde87d"}', '{"rows": 6, "sha256": "754321d3c563ba579bdd89155a263abf2bf58f9d4483dabce089e257669cadd0", "path": "windows/points/s1-17fde87d/754321d3c563ba579bdd89155a263abf2bf58f9d4483dabce089e257669cadd0.parquet", "model": "points:2", "run": "points-20261129T200814Z-d66e0738-3b17ad7d", "dataset": "20261129T200814Z-d66e0738"}', 86);
INSERT INTO public.ledger VALUES ('window', 'marks/s1-06a15a91', 'done', '4 rows were predicted with marks:1; 0 failed.', '2026-03-01 16:00:00', 1, 0, NULL, '4a5c422c150713a56de7ca75182cd98a', NULL, '{"scenario": "marks", "window": "s1-06a15a91"}', '{"rows": 4, "sha256": "5bb7687d8bc7fae24e341309a344c638b9561197047cc8246b31c16ff16d6175", "path": "windows/marks/s1-06a15a91/5bb7687d8bc7fae24e341309a344c638b9561197047cc8246b31c16ff16d6175.parquet", "model": "marks:1", "run": "marks-20261129T200814Z-e4a0bb07-bf7c6caa", "dataset": "20261129T200814Z-e4a0bb07"}', 101);
INSERT INTO public.ledger VALUES ('schedule', 'points/weekly', 'active', 'Training was scheduled every 1 week(s) from 2099-01-05T06:00:00+00:00.', '2026-03-01 16:00:00', 0, 0, NULL, '', NULL, '', '{}', 102);
INSERT INTO public.model_version VALUES ('points', 1, 'points-20261129T200813Z-e4c1e427-3eb95d32', '20261129T200813Z-e4c1e427', '4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9', '{"accuracy": 0.7166666666666667, "auc": 0.7163515016685206, "auc_random": 0.7163515016685206, "auc_time": 0.7163515016685206, "average_precision": 0.7970973503703979, "f1": 0.7848101265822784, "log_loss": 0.6880998342508099}', 'models/points/1/', 'accepted', '2026-03-01 12:00:00');
INSERT INTO public.model_version VALUES ('prices', 1, 'prices-20261129T200813Z-aab5df1e-06ac2900', '20261129T200813Z-aab5df1e', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '{"mae": 0.09801315873318116, "r2": 0.9976774498236151, "rmse": 0.12441691663357783, "rmse_random": 0.12441691663357783, "rmse_time": 0.12441691663357783}', 'models/prices/1/', 'accepted', '2026-03-01 12:00:00');
INSERT INTO public.model_version VALUES ('marks', 1, 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', '20261129T200814Z-e4a0bb07', 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '{"accuracy": 0.8666666666666667, "accuracy_down": 0.85, "accuracy_up": 0.8833333333333333, "auc": 0.9993894993894994, "auc_down": 0.9987789987789988, "auc_random": 0.9993894993894994, "auc_time": 0.9993894993894994, "auc_up": 1.0, "average_precision": 0.9996794871794872, "average_precision_down": 0.9993589743589744, "average_precision_up": 1.0, "f1": 0.8711462450592885, "f1_down": 0.8695652173913043, "f1_up": 0.8727272727272727, "log_loss": 0.2856884557249071, "log_loss_down": 0.30386582311595217, "log_loss_up": 0.26751108833386206}', 'models/marks/1/', 'accepted', '2026-03-01 12:00:00');
INSERT INTO public.model_version VALUES ('points', 2, 'points-20261129T200814Z-d66e0738-3b17ad7d', '20261129T200814Z-d66e0738', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '{"accuracy": 1.0, "auc": 1.0, "auc_random": 1.0, "auc_time": 1.0, "average_precision": 1.0, "f1": 1.0, "log_loss": 0.20425112727323003}', 'models/points/2/', 'accepted', '2026-03-01 13:00:00');
INSERT INTO public.model_version VALUES ('points', 3, 'points-20261129T200814Z-d4fdaa52-b5bd9064', '20261129T200814Z-d4fdaa52', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '{"accuracy": 0.9916666666666667, "auc": 1.0, "auc_random": 1.0, "auc_time": 1.0, "average_precision": 1.0, "f1": 0.9915966386554622, "log_loss": 0.18940833714720048}', 'models/points/3/', 'refused', '2026-03-01 14:00:00');
INSERT INTO public.monitored_window VALUES ('points', 's1-17fde87d', 'batch', 1, 6, 0, 'points:2', '20261129T200814Z-d66e0738', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.monitored_window VALUES ('points', 's2-65075104', 'batch', 2, 6, 0, 'points:2', '20261129T200814Z-d66e0738', '', '2026-03-01 16:00:00', '1');
INSERT INTO public.outbox VALUES (1, '0a4b0ccf98f00c580a690ea56118cda4', 'Microsoft.MachineLearningServices.ModelRegistered', '/mlops/registry', 'models/points:1', '2026-03-01 12:00:00', '{"modelName": "points", "modelVersion": "1", "modelTags": {"scenario": "points", "run": "points-20261129T200813Z-e4c1e427-3eb95d32", "dataset": "20261129T200813Z-e4c1e427", "sha256": "4fa680c4791f2ec5cab3d96068d677955670cbd24745077a4a11feb3f23121a9"}, "modelProperties": {}}', 1);
INSERT INTO public.outbox VALUES (2, 'DatasetRegistered-datasets-points-20261129T200813Z-e4c1e427', 'Mlops.DatasetRegistered', '/mlops', 'datasets/points/20261129T200813Z-e4c1e427', '2026-03-01 12:00:00', '{"scenario": "points", "dataset": "20261129T200813Z-e4c1e427"}', 1);
INSERT INTO public.outbox VALUES (3, 'ModelDeployed-deployments-points-preprod-1', 'Mlops.ModelDeployed', '/mlops', 'deployments/points/preprod/1', '2026-03-01 12:00:00', '{"model": "points:1", "generation": 1, "by": "gate", "environment": "preprod"}', 1);
INSERT INTO public.outbox VALUES (19, 'ModelRefused-models-points:3', 'Mlops.ModelRefused', '/mlops', 'models/points:3', '2026-03-01 14:00:00', '{"scenario": "points", "model": "points:3", "reason": "points:3 is refused: Not better than the champion: auc 1.0000 against 1.0000 of the champion points:2 on the same holdout, a difference of +0.0000 (95 %: +0.0000 to +0.0000)."}', 1);
INSERT INTO public.outbox VALUES (20, 'DataBreachDetected-breaches-points-schema_change-bc17f60c56', 'Mlops.DataBreachDetected', '/mlops', 'breaches/points/schema_change-bc17f60c56', '2026-03-01 14:00:00', '{"scenario": "points", "breach": "schema_change-bc17f60c56", "cause": "schema_change", "table": "points", "column": "x", "window": "bad", "firstSeen": "2026-03-01T14:00:00+00:00", "action": "quarantine", "sentence": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4.", "told": "DatasetQuarantined"}', 1);
INSERT INTO public.outbox VALUES (21, 'DatasetQuarantined-quarantine-points-bad-incoming-points-bad-points.csv@0x18EC9CED7400EDB23C23682A', 'Mlops.DatasetQuarantined', '/mlops', 'quarantine/points/bad/incoming/points/bad/points.csv@0x18EC9CED7400EDB23C23682A', '2026-03-01 14:00:00', '{"scenario": "points", "drop": "bad", "code": "type", "reason": "File ''points.csv'', row 1, column ''x'': ''<img src=x onerror=document.title=1>'' is not a number; accepted: a finite number such as 12.5 or -3e4."}', 1);
INSERT INTO public.outbox VALUES (22, 'bdec1b96ee95748ac846eddbdbdbec7d', 'Mlops.PredictionsWritten', '/mlops', 'windows/points/s1-17fde87d', '2026-03-01 15:00:00', '{"scenario": "points", "window": "s1-17fde87d", "table": "predictions_points", "rows": 6, "failedRows": 0, "path": "windows/points/s1-17fde87d/754321d3c563ba579bdd89155a263abf2bf58f9d4483dabce089e257669cadd0.parquet", "sha256": "754321d3c563ba579bdd89155a263abf2bf58f9d4483dabce089e257669cadd0", "model": "points:2", "modelSha256": "a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4", "dataset": "20261129T200814Z-d66e0738"}', 0);
INSERT INTO public.pipeline_schedule VALUES ('points', 'weekly', '', '', '', 'Week', 1, '2099-01-05 06:00:00', 'e03e0cbfb15633695127084a96e96b133429219b0e7b53a69806f6440db5f52a', '2026-03-01 16:00:00', '2099-01-05 06:00:00', 'active', NULL, NULL, '', '');
INSERT INTO public.prediction_commit VALUES ('points', 's1-17fde87d', 1, 'windows/points/s1-17fde87d/754321d3c563ba579bdd89155a263abf2bf58f9d4483dabce089e257669cadd0.parquet', '754321d3c563ba579bdd89155a263abf2bf58f9d4483dabce089e257669cadd0', 6, 0, '478c0f7ad2614b867e7c4ba12225ad31d0a7ff247fe6f28e6db2910dacdb261e', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 'points-20261129T200814Z-d66e0738-3b17ad7d', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.prediction_commit VALUES ('points', 's2-65075104', 2, 'windows/points/s2-65075104/a0c8ea4a556d83c050925e9c985289d40688141acb8c54ddc5bfc092e43e654e.parquet', 'a0c8ea4a556d83c050925e9c985289d40688141acb8c54ddc5bfc092e43e654e', 6, 0, '6b0bf5b4217bad2c2faf594b9cde7c47bed99e48100c0ea65d9018d14de47342', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 'points-20261129T200814Z-d66e0738-3b17ad7d', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.prediction_commit VALUES ('prices', 's1-64207d56', 1, 'windows/prices/s1-64207d56/49d203ae695ce38411a80cb0bc25ec0d3f13f6e6423bc19c9a69125182e75395.parquet', '49d203ae695ce38411a80cb0bc25ec0d3f13f6e6423bc19c9a69125182e75395', 4, 0, '71b633985a727770b58beb48ff163ac52e8571c7e1a23b91cdb072ad41af5a82', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', 'prices-20261129T200813Z-aab5df1e-06ac2900', '20261129T200813Z-aab5df1e', '2026-03-01 16:00:00');
INSERT INTO public.prediction_commit VALUES ('marks', 's1-06a15a91', 1, 'windows/marks/s1-06a15a91/5bb7687d8bc7fae24e341309a344c638b9561197047cc8246b31c16ff16d6175.parquet', '5bb7687d8bc7fae24e341309a344c638b9561197047cc8246b31c16ff16d6175', 4, 0, '913f9490b37b6f16ea920119a3e567335babea6c17ae187c709a1b4f82bfbb8f', 'marks:1', 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', '20261129T200814Z-e4a0bb07', '2026-03-01 16:00:00');
INSERT INTO public.prediction_revision VALUES ('points', 's1-17fde87d', 's1-17fde87d', 1, '2026-11-29 20:08:15.154322', NULL, 2);
INSERT INTO public.prediction_revision VALUES ('points', 's2-65075104', 's2-65075104', 1, '2026-11-29 20:08:15.247641', NULL, 2);
INSERT INTO public.prediction_revision VALUES ('prices', 's1-64207d56', 's1-64207d56', 1, '2026-11-29 20:08:15.282655', NULL, 1);
INSERT INTO public.prediction_revision VALUES ('marks', 's1-06a15a91', 's1-06a15a91', 1, '2026-11-29 20:08:15.394072', NULL, 1);
INSERT INTO public.prediction_source VALUES ('points', 's1-17fde87d', 0, 'scoring/points/s1/points.csv', '0x18EC9CED764F5BC969236837');
INSERT INTO public.prediction_source VALUES ('points', 's2-65075104', 0, 'scoring/points/s2/points.csv', '0x18EC9CED7BF034FD6B23684B');
INSERT INTO public.prediction_source VALUES ('prices', 's1-64207d56', 0, 'scoring/prices/s1/prices.csv', '0x18EC9CED7EAF023859236851');
INSERT INTO public.prediction_source VALUES ('marks', 's1-06a15a91', 0, 'scoring/marks/s1/marks.csv', '0x18EC9CED8378E44540236863');
INSERT INTO public.prediction_source VALUES ('marks', 's1-06a15a91', 1, 'scoring/marks/s1/places.csv', '0x18EC9CED8461493515236864');
INSERT INTO public.predictions_marks VALUES (4294967296, 's1-06a15a91', '0', 'up', 0.7477695941925049, 0.7477695941925049, 0.2715541124343872, 0.345584, 0.5, 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'marks:1', 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '20261129T200814Z-e4a0bb07', '2026-03-01 16:00:00');
INSERT INTO public.predictions_marks VALUES (4294967297, 's1-06a15a91', '1', 'up', 0.9179530143737793, 0.9179530143737793, 0.07482337951660156, 0.821618, -0.5, 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'marks:1', 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '20261129T200814Z-e4a0bb07', '2026-03-01 16:00:00');
INSERT INTO public.predictions_marks VALUES (4294967298, 's1-06a15a91', '2', 'up', 0.739102840423584, 0.739102840423584, 0.2806355953216553, 0.330437, 0.5, 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'marks:1', 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '20261129T200814Z-e4a0bb07', '2026-03-01 16:00:00');
INSERT INTO public.predictions_marks VALUES (4294967299, 's1-06a15a91', '3', 'down', 0.9793559908866882, 0.018716245889663696, 0.9793559908866882, -1.303157, -0.5, 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'marks:1', 'd5a73205e679071ff24546da9e4b8e7753556d9c03a120b68041c4cea345fa33', '20261129T200814Z-e4a0bb07', '2026-03-01 16:00:00');
INSERT INTO public.predictions_points VALUES (4294967296, 's1-17fde87d', '0', 'yes', 0.7382228374481201, 0.345584, 'blue', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (4294967297, 's1-17fde87d', '1', 'yes', 0.9285651445388794, 0.821618, 'red', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (4294967298, 's1-17fde87d', '2', 'yes', 0.729346752166748, 0.330437, 'blue', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (4294967299, 's1-17fde87d', '3', 'no', 0.0196569561958313, -1.303157, 'blue', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (4294967300, 's1-17fde87d', '4', 'yes', 0.9435379505157471, 0.905356, 'red', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (4294967301, 's1-17fde87d', '5', 'yes', 0.8083191514015198, 0.446375, 'red', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 15:00:00');
INSERT INTO public.predictions_points VALUES (8589934592, 's2-65075104', '0', 'yes', 0.6608667373657227, 0.189053, 'red', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.predictions_points VALUES (8589934593, 's2-65075104', '1', 'no', 0.17246684432029724, -0.522748, 'blue', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.predictions_points VALUES (8589934594, 's2-65075104', '2', 'no', 0.24246877431869507, -0.413064, 'red', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.predictions_points VALUES (8589934595, 's2-65075104', '3', 'no', 0.0006587803363800049, -2.441467, 'blue', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.predictions_points VALUES (8589934596, 's2-65075104', '4', 'yes', 0.9959263205528259, 1.799707, 'red', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.predictions_points VALUES (8589934597, 's2-65075104', '5', 'yes', 0.9687049388885498, 1.144166, 'blue', 'points-20261129T200814Z-d66e0738-3b17ad7d', 'points:2', 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', '20261129T200814Z-d66e0738', '2026-03-01 16:00:00');
INSERT INTO public.predictions_prices VALUES (4294967296, 's1-64207d56', '0', 1.1272876262664795, NULL, 0.345584, 'prices-20261129T200813Z-aab5df1e-06ac2900', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T200813Z-aab5df1e', '2026-03-01 16:00:00');
INSERT INTO public.predictions_prices VALUES (4294967297, 's1-64207d56', '1', 2.509491443634033, NULL, 0.821618, 'prices-20261129T200813Z-aab5df1e-06ac2900', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T200813Z-aab5df1e', '2026-03-01 16:00:00');
INSERT INTO public.predictions_prices VALUES (4294967298, 's1-64207d56', '2', 0.937615692615509, NULL, 0.330437, 'prices-20261129T200813Z-aab5df1e-06ac2900', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T200813Z-aab5df1e', '2026-03-01 16:00:00');
INSERT INTO public.predictions_prices VALUES (4294967299, 's1-64207d56', '3', -3.8513591289520264, NULL, -1.303157, 'prices-20261129T200813Z-aab5df1e-06ac2900', 'prices:1', '008ab0a1842d4193c7ece120c6341ba44b74fe44451636839f9ea3f64c796fe1', '20261129T200813Z-aab5df1e', '2026-03-01 16:00:00');
INSERT INTO public.quality VALUES ('points', 's1-17fde87d', 'auc', 1, 'batch', 1, 0.85, 0.9, 'provisional', 'unknown', 6, 10, 0.14285714285714285, 5, 'points:2', 'Labels are still coming.', '2026-03-01 16:00:00', '1');
INSERT INTO public.quality VALUES ('points', 's2-65075104', 'auc', 1, 'batch', 2, 0.85, 0.9, 'provisional', 'unknown', 6, 50, 0.7142857142857143, 5, 'points:2', 'Labels are still coming.', '2026-03-01 16:00:00', '1');
INSERT INTO public.reading VALUES ('points', 'pump ü', '2026-03-01 16:00:00', '{"x": 0.0}');
INSERT INTO public.reading VALUES ('points', 'pump ü', '2026-03-01 16:01:00', '{"x": 0.5}');
INSERT INTO public.reading VALUES ('points', 'pump ü', '2026-03-01 16:02:00', '{"x": 1.0}');
INSERT INTO public.retrain_decision VALUES (1, 'points', 'data-20261129T200813Z-e4c1e427', 'new_data', 'dataset 20261129T200813Z-e4c1e427 is new', 'retrain', 'Retrained: dataset 20261129T200813Z-e4c1e427 is new.', '20261129T200813Z-e4c1e427', 'points-20261129T200813Z-e4c1e427-3eb95d32', '2026-03-01 12:00:00');
INSERT INTO public.retrain_decision VALUES (2, 'prices', 'data-20261129T200813Z-aab5df1e', 'new_data', 'dataset 20261129T200813Z-aab5df1e is new', 'retrain', 'Retrained: dataset 20261129T200813Z-aab5df1e is new.', '20261129T200813Z-aab5df1e', 'prices-20261129T200813Z-aab5df1e-06ac2900', '2026-03-01 12:00:00');
INSERT INTO public.retrain_decision VALUES (3, 'marks', 'data-20261129T200814Z-e4a0bb07', 'new_data', 'dataset 20261129T200814Z-e4a0bb07 is new', 'retrain', 'Retrained: dataset 20261129T200814Z-e4a0bb07 is new.', '20261129T200814Z-e4a0bb07', 'marks-20261129T200814Z-e4a0bb07-bf7c6caa', '2026-03-01 12:00:00');
INSERT INTO public.retrain_decision VALUES (4, 'points', 'data-20261129T200814Z-d66e0738', 'new_data', 'dataset 20261129T200814Z-d66e0738 is new', 'retrain', 'Retrained: dataset 20261129T200814Z-d66e0738 is new.', '20261129T200814Z-d66e0738', 'points-20261129T200814Z-d66e0738-3b17ad7d', '2026-03-01 13:00:00');
INSERT INTO public.retrain_decision VALUES (5, 'points', 'data-20261129T200814Z-d4fdaa52', 'new_data', 'dataset 20261129T200814Z-d4fdaa52 is new', 'retrain', 'Retrained: dataset 20261129T200814Z-d4fdaa52 is new.', '20261129T200814Z-d4fdaa52', 'points-20261129T200814Z-d4fdaa52-b5bd9064', '2026-03-01 14:00:00');
INSERT INTO public.retrain_decision VALUES (6, 'points', 'drift/b1', 'drift', 'the monitor', 'not', 'Not retrained: the cooldown ends in 3 h.', '', '', '2026-03-01 16:00:00');
INSERT INTO public.rollout VALUES ('points', 'prod', 1, 3, 'a9d4cc4e80b06c00aec7b731c6556376cd86618c04e37a2fbeba4db9d158d4b4', 2, 'canary', 1, 10, '2026-03-01 16:00:00', 'gate', 'The shadow was well.');
INSERT INTO public.run VALUES ('points-20261129T200813Z-e4c1e427-3eb95d32', 'points', '20261129T200813Z-e4c1e427', 'points/20261129T200813Z-e4c1e427/1', 'completed', 1, 'registered', '2026-03-01 12:00:00', '2026-03-01 12:00:00', 'default');
INSERT INTO public.run VALUES ('prices-20261129T200813Z-aab5df1e-06ac2900', 'prices', '20261129T200813Z-aab5df1e', 'prices/20261129T200813Z-aab5df1e/1', 'completed', 1, 'registered', '2026-03-01 12:00:00', '2026-03-01 12:00:00', 'default');
INSERT INTO public.run VALUES ('marks-20261129T200814Z-e4a0bb07-bf7c6caa', 'marks', '20261129T200814Z-e4a0bb07', 'marks/20261129T200814Z-e4a0bb07/1', 'completed', 1, 'registered', '2026-03-01 12:00:00', '2026-03-01 12:00:00', 'default');
INSERT INTO public.run VALUES ('points-20261129T200814Z-d66e0738-3b17ad7d', 'points', '20261129T200814Z-d66e0738', 'points/20261129T200814Z-d66e0738/1', 'completed', 1, 'registered', '2026-03-01 13:00:00', '2026-03-01 13:00:00', 'default');
INSERT INTO public.run VALUES ('points-20261129T200814Z-d4fdaa52-b5bd9064', 'points', '20261129T200814Z-d4fdaa52', 'points/20261129T200814Z-d4fdaa52/1', 'completed', 1, 'registered', '2026-03-01 14:00:00', '2026-03-01 14:00:00', 'default');
INSERT INTO public.schema_version VALUES (1);
INSERT INTO public.schema_version VALUES (2);
INSERT INTO public.schema_version VALUES (3);
INSERT INTO public.schema_version VALUES (4);
INSERT INTO public.scorecard VALUES ('points', 1, 'points:1', 'auc', '2026-03-01 16:00:00', 0.02, NULL, 0, 3, '2026-03-01 16:00:00', 0.5, '{"train": 12.0}', '{}', '{}', '', NULL);
INSERT INTO public.serving_health VALUES ('points', 'prod', 2, 2, 'champion', '2026-03-01 16:00:00', 'a', 40, 40, 0, '[0, 0, 0, 0, 0, 0, 0, 0]', '[0, 0, 0, 0, 0, 0, 0, 0]');
INSERT INTO public.telemetry_window VALUES ('pairs', '2026-03-01 15:00:00', '2026-03-01 16:00:00', '', 'left | where x > 0', '{"start": "1"}', 0, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '2026-03-01 16:00:00');
INSERT INTO public.timer_beat VALUES ('monitor', 1, 0, '2026-03-01 16:00:00', NULL);
INSERT INTO public."window" VALUES ('points', 's1-17fde87d', 1, 'committed', '2026-03-01 15:00:00', '');
INSERT INTO public."window" VALUES ('points', 's2-65075104', 2, 'committed', '2026-03-01 16:00:00', '');
INSERT INTO public."window" VALUES ('prices', 's1-64207d56', 1, 'committed', '2026-03-01 16:00:00', '');
INSERT INTO public."window" VALUES ('marks', 's1-06a15a91', 1, 'committed', '2026-03-01 16:00:00', '');
INSERT INTO public."window" VALUES ('points', 's1-17fde87d.r2', 3, 'planned', '2026-03-01 16:00:00', '');
INSERT INTO public.window_input VALUES ('points', 'scoring/points/s1/points.csv@"0x18EC9CED764F5BC969236837"', 's1-17fde87d', 0);
INSERT INTO public.window_input VALUES ('points', 'scoring/points/s2/points.csv@"0x18EC9CED7BF034FD6B23684B"', 's2-65075104', 0);
INSERT INTO public.window_input VALUES ('prices', 'scoring/prices/s1/prices.csv@"0x18EC9CED7EAF023859236851"', 's1-64207d56', 0);
INSERT INTO public.window_input VALUES ('marks', 'scoring/marks/s1/marks.csv@"0x18EC9CED8378E44540236863"', 's1-06a15a91', 0);
INSERT INTO public.window_input VALUES ('marks', 'scoring/marks/s1/places.csv@"0x18EC9CED8461493515236864"', 's1-06a15a91', 1);
SELECT pg_catalog.setval('public.actual_marks_actual_id_seq', 1, false);
SELECT pg_catalog.setval('public.actual_points_actual_id_seq', 6, true);
SELECT pg_catalog.setval('public.actual_prices_actual_id_seq', 1, false);
SELECT pg_catalog.setval('public.journal_id_seq', 102, true);
SELECT pg_catalog.setval('public.outbox_seq_seq', 25, true);
SELECT pg_catalog.setval('public.retrain_decision_seq_seq', 6, true);
ALTER TABLE ONLY public.actual_marks
    ADD CONSTRAINT actual_marks_pkey PRIMARY KEY (actual_id);
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
ALTER TABLE ONLY public.predictions_marks
    ADD CONSTRAINT predictions_marks_pkey PRIMARY KEY (prediction_id);
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
CREATE INDEX ix_actual_marks ON public.actual_marks USING btree (entity_key, epoch, is_current);
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
