"""The app whose behaviour is recorded: every function notes what it saw as a line of JSON in $VECTORS_SEEN.

Settings: VQ is the prefix of every queue's name; VECTORS_TIMERS=1 adds timers with short schedules;
VECTORS_EXOTIC=0 leaves out routes with rare constraints.
"""

import base64
import hashlib
import json
import logging
import os
import tempfile
import threading
import time
import typing

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
ANY = func.AuthLevel.ANONYMOUS
STORAGE = "AzureWebJobsStorage"
SEEN = os.environ.get("VECTORS_SEEN") or os.path.join(tempfile.gettempdir(), "vectors-seen.jsonl")
TIMERS = os.environ.get("VECTORS_TIMERS", "0") == "1"
EXOTIC = os.environ.get("VECTORS_EXOTIC", "1") == "1"
_lock = threading.Lock()
_running = 0
_most = 0
Texts = func.Out[typing.List[str]]


def note(kind, fn, **what):
    line = json.dumps({"t": round(time.time(), 3), "kind": kind, "fn": fn, "pid": os.getpid(), **what}, default=str)
    with _lock, open(SEEN, "a", encoding="utf-8") as out:
        out.write(line + "\n")


def attempt(read):
    try:
        return read()
    except Exception as error:  # noqa: BLE001
        return f"!{type(error).__name__}"


def shown(data):
    if data is None:
        return None
    if len(data) > 2000:
        return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(data).decode()}


def uploaded(file):
    try:
        return [file.filename, file.content_type, len(file.read())]
    finally:
        file.close()


def see(fn, req):
    headers = {name: (value if len(value) < 300 else f"<{len(value)} characters>") for name, value in req.headers.items()}
    note(
        "http",
        fn,
        method=req.method,
        url=req.url if len(req.url) < 600 else f"<{len(req.url)} characters>",
        headers=headers,
        params={name: (value if len(value) < 300 else f"<{len(value)} characters>") for name, value in req.params.items()},
        route=dict(req.route_params),
        body=shown(req.get_body()),
        form=attempt(lambda: {name: req.form.getlist(name) for name in req.form}),
        files=attempt(lambda: {name: uploaded(one) for name, one in req.files.items()}),
        json=attempt(lambda: type(req.get_json()).__name__),
    )


def ok(text="ok"):
    return func.HttpResponse(text, mimetype="text/plain")


@app.route(route="echo/{name?}")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    see("echo", req)
    return ok("echo " + str(req.route_params.get("name")))


@app.route(route="open/{*rest}", auth_level=ANY)
def open_all(req: func.HttpRequest) -> func.HttpResponse:
    see("open_all", req)
    return ok("open")


@app.route(route="num/{id:int}", auth_level=ANY)
def num(req: func.HttpRequest) -> func.HttpResponse:
    see("num", req)
    return ok("num")


@app.route(route="onlyget", methods=["GET"], auth_level=ANY)
def onlyget(req: func.HttpRequest) -> func.HttpResponse:
    see("onlyget", req)
    return ok("got")


@app.route(route="pair", methods=["GET"], auth_level=ANY)
def pair_get(req: func.HttpRequest) -> func.HttpResponse:
    see("pair_get", req)
    return ok("pair get")


@app.route(route="pair", methods=["POST"], auth_level=ANY)
def pair_post(req: func.HttpRequest) -> func.HttpResponse:
    see("pair_post", req)
    return ok("pair post")


@app.route(route="pick/{x}", auth_level=ANY)
def pick_any(req: func.HttpRequest) -> func.HttpResponse:
    see("pick_any", req)
    return ok("pick any")


@app.route(route="pick/fixed", auth_level=ANY)
def pick_fixed(req: func.HttpRequest) -> func.HttpResponse:
    see("pick_fixed", req)
    return ok("pick fixed")


def fits(name, route):
    def handler(req: func.HttpRequest) -> func.HttpResponse:
        see(name, req)
        return ok(name)

    handler.__name__ = name
    app.function_name(name)(app.route(route=route, auth_level=ANY)(handler))


# Pairs of functions that fit the same path: which is first, in the file and by name?
for _name, _route in (
    ("z_rank", "rank/{x}"),
    ("a_rank", "rank/fixed"),
    ("z_prec", "prec/fixed"),
    ("a_prec", "prec/{x}"),
    ("a_rand", "rand/{x}"),
    ("z_rand", "rand/fixed"),
    ("a_wide", "wide/{*x}"),
    ("z_wide", "wide/fixed"),
    ("z_deep", "deep/{*x}"),
    ("a_deep", "deep/fixed"),
    ("a_cons", "cons/{x:int}"),
    ("z_cons", "cons/{x}"),
    ("z_snoc", "snoc/{x:int}"),
    ("a_snoc", "snoc/{x}"),
    ("z_opti", "opti"),
    ("a_opti", "opti/{x?}"),
):
    fits(_name, _route)


@app.route(route="two/{a}/{b?}", auth_level=ANY)
def two(req: func.HttpRequest) -> func.HttpResponse:
    see("two", req)
    return ok("two")


@app.route(route="Upper/Case", auth_level=ANY)
def upper(req: func.HttpRequest) -> func.HttpResponse:
    see("upper", req)
    return ok("upper")


@app.route(auth_level=ANY)
def NoRoute(req: func.HttpRequest) -> func.HttpResponse:  # noqa: N802
    see("NoRoute", req)
    return ok("no route")


@app.route(route="level/admin", auth_level=func.AuthLevel.ADMIN)
def level_admin(req: func.HttpRequest) -> func.HttpResponse:
    see("level_admin", req)
    return ok("admin")


@app.route(route="other")
def other(req: func.HttpRequest) -> func.HttpResponse:
    see("other", req)
    return ok("other")


@app.route(route="off/true", auth_level=ANY)
def off_true(req: func.HttpRequest) -> func.HttpResponse:
    see("off_true", req)
    return ok("off_true")


@app.route(route="off/one", auth_level=ANY)
def off_one(req: func.HttpRequest) -> func.HttpResponse:
    see("off_one", req)
    return ok("off_one")


@app.route(route="off/false", auth_level=ANY)
def off_false(req: func.HttpRequest) -> func.HttpResponse:
    see("off_false", req)
    return ok("off_false")


@app.route(route="off/zero", auth_level=ANY)
def off_zero(req: func.HttpRequest) -> func.HttpResponse:
    see("off_zero", req)
    return ok("off_zero")


@app.route(route="off/upper", auth_level=ANY)
def off_upper(req: func.HttpRequest) -> func.HttpResponse:
    see("off_upper", req)
    return ok("off_upper")


@app.route(route="answer", auth_level=ANY)
def answer(req: func.HttpRequest) -> func.HttpResponse:
    spec = json.loads(req.get_body())
    body = base64.b64decode(spec["b64"]) if "b64" in spec else spec.get("text")
    made = func.HttpResponse(
        body,
        status_code=spec.get("status", 200),
        headers=spec.get("headers"),
        mimetype=spec.get("mimetype"),
        charset=spec.get("charset"),
    )
    for name, value in spec.get("more", []):
        made.headers.add(name, value)
    note("http", "answer", spec=spec)
    return made


@app.route(route="plain", auth_level=ANY)
def plain(req: func.HttpRequest) -> str:
    see("plain", req)
    return req.params.get("text", "plain text é")


@app.route(route="nothing", auth_level=ANY)
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    see("nothing", req)
    return None


@app.route(route="wrong", auth_level=ANY)
def wrong(req: func.HttpRequest) -> func.HttpResponse:
    see("wrong", req)
    return {"a": 1}


@app.route(route="boom", auth_level=ANY)
def boom(req: func.HttpRequest) -> func.HttpResponse:
    see("boom", req)
    raise ValueError("secret words")


@app.route(route="sleep", auth_level=ANY)
def sleep(req: func.HttpRequest) -> func.HttpResponse:
    note("http", "sleep", phase="begin", params=dict(req.params))
    time.sleep(float(req.params.get("s", "1")))
    while os.path.exists(req.params.get("while", "")):
        time.sleep(0.01)
    note("http", "sleep", phase="end", params=dict(req.params))
    return ok("slept")


@app.route(route="size/{n:int}", auth_level=ANY)
def size(req: func.HttpRequest) -> func.HttpResponse:
    see("size", req)
    return func.HttpResponse(b"x" * int(req.route_params["n"]), mimetype="application/octet-stream")


@app.route(route="die", auth_level=ANY)
def die(req: func.HttpRequest) -> func.HttpResponse:
    see("die", req)
    os._exit(3)


@app.route(route="logs", auth_level=ANY)
def logs(req: func.HttpRequest) -> func.HttpResponse:
    see("logs", req)
    for name in ("", "mlops.x", "azure", "azure.core.pipeline.policies.http_logging_policy", "urllib3.connectionpool"):
        log = logging.getLogger(name or None)
        for level in ("debug", "info", "warning", "error", "critical"):
            getattr(log, level)("LOGTEST [%s] %s", name or "root", level)
    print("LOGTEST print")
    logging.getLogger("mlops.x").info("LOGTEST two\nlines")
    try:
        raise ValueError("LOGTEST inner")
    except ValueError:
        logging.getLogger("mlops.x").exception("LOGTEST exception")
    threading.Thread(target=lambda: logging.getLogger("mlops.x").warning("LOGTEST from a thread")).start()
    return ok("logged")


if EXOTIC:

    @app.route(route="c/guid/{x:guid}", auth_level=ANY)
    def c_guid(req: func.HttpRequest) -> func.HttpResponse:
        see("c_guid", req)
        return ok("guid")

    @app.route(route="c/alpha/{x:alpha}", auth_level=ANY)
    def c_alpha(req: func.HttpRequest) -> func.HttpResponse:
        see("c_alpha", req)
        return ok("alpha")

    @app.route(route="c/length/{x:length(3)}", auth_level=ANY)
    def c_length(req: func.HttpRequest) -> func.HttpResponse:
        see("c_length", req)
        return ok("length")

    @app.route(route="c/default/{x=five}", auth_level=ANY)
    def c_default(req: func.HttpRequest) -> func.HttpResponse:
        see("c_default", req)
        return ok("default")

    @app.route(route="c/bool/{x:bool}", auth_level=ANY)
    def c_bool(req: func.HttpRequest) -> func.HttpResponse:
        see("c_bool", req)
        return ok("bool")


# Queue outputs.


@app.route(route="out/str", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_str(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(req.get_body().decode())
    return ok()


@app.route(route="out/chars", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_chars(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(req.params.get("c", "a") * int(req.params["n"]))
    return ok()


@app.route(route="out/list", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_list(req: func.HttpRequest, out: Texts) -> func.HttpResponse:
    out.set(json.loads(req.get_body()))
    return ok()


@app.route(route="out/unset", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_unset(req: func.HttpRequest, out: Texts) -> func.HttpResponse:
    return ok()


@app.route(route="out/none", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_none(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(None)
    return ok()


@app.route(route="out/bytes", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_bytes(req: func.HttpRequest, out: func.Out[bytes]) -> func.HttpResponse:
    out.set(req.get_body())
    return ok()


@app.route(route="out/message", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_message(req: func.HttpRequest, out: func.Out[func.QueueMessage]) -> func.HttpResponse:
    out.set(func.QueueMessage(id="mine", body=req.get_body()))
    return ok()


@app.route(route="out/boom", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_boom(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set("before the error")
    raise ValueError("after set")


@app.route(route="out/error", auth_level=ANY)
@app.queue_output(arg_name="out", queue_name="%VQ%-out", connection=STORAGE)
def out_error(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set("with a 500")
    return func.HttpResponse("no", status_code=500)


@app.route(route="out/two", auth_level=ANY)
@app.queue_output(arg_name="one", queue_name="%VQ%-out", connection=STORAGE)
@app.queue_output(arg_name="more", queue_name="%VQ%-out2", connection=STORAGE)
def out_two(req: func.HttpRequest, one: func.Out[str], more: Texts) -> func.HttpResponse:
    one.set("first")
    more.set(["second", "third"])
    return ok()


# Queue triggers.


def message(fn, msg, **what):
    note(
        "queue",
        fn,
        dequeue_count=msg.dequeue_count,
        id=msg.id,
        body=shown(msg.get_body()),
        inserted=msg.insertion_time,
        expires=msg.expiration_time,
        next_visible=msg.time_next_visible,
        receipt=hashlib.sha256(str(msg.pop_receipt).encode()).hexdigest()[:8],
        **what,
    )


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-ok", connection=STORAGE)
def q_ok(msg: func.QueueMessage) -> None:
    message("q_ok", msg)


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-fail", connection=STORAGE)
def q_fail(msg: func.QueueMessage) -> None:
    message("q_fail", msg)
    raise ValueError("always")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-fail-poison", connection=STORAGE)
def q_fail_poison(msg: func.QueueMessage) -> None:
    message("q_fail_poison", msg)


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-lost", connection=STORAGE)
def q_lost(msg: func.QueueMessage) -> None:
    message("q_lost", msg)
    raise ValueError("always; nobody reads its poison queue")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-pf", connection=STORAGE)
def q_pf(msg: func.QueueMessage) -> None:
    message("q_pf", msg)
    raise ValueError("always")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-pf-poison", connection=STORAGE)
def q_pf_poison(msg: func.QueueMessage) -> None:
    message("q_pf_poison", msg)
    raise ValueError("fails too")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-flaky", connection=STORAGE)
def q_flaky(msg: func.QueueMessage) -> None:
    message("q_flaky", msg)
    if msg.dequeue_count <= json.loads(msg.get_body())["fails"]:
        raise ValueError("not yet")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-slow", connection=STORAGE)
def q_slow(msg: func.QueueMessage) -> None:
    message("q_slow", msg, phase="begin")
    spec = json.loads(msg.get_body())
    time.sleep(spec["seconds"] if msg.dequeue_count == 1 or spec.get("always") else 0)
    message("q_slow", msg, phase="end")
    if spec.get("fails"):
        raise ValueError("after a sleep")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-many", connection=STORAGE)
def q_many(msg: func.QueueMessage) -> None:
    global _running, _most
    with _lock:
        _running += 1
        _most = max(_most, _running)
        now, most = _running, _most
    note("queue", "q_many", body=shown(msg.get_body()), running=now, most=most, phase="begin")
    time.sleep(1.5)
    with _lock:
        _running -= 1
    note("queue", "q_many", body=shown(msg.get_body()), phase="end")


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-off", connection=STORAGE)
def q_off(msg: func.QueueMessage) -> None:
    message("q_off", msg)


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-in", connection=STORAGE)
@app.queue_output(arg_name="out", queue_name="%VQ%-through", connection=STORAGE)
def q_through(msg: func.QueueMessage, out: func.Out[str]) -> None:
    message("q_through", msg)
    out.set("through: " + msg.get_body().decode())


@app.queue_trigger(arg_name="msg", queue_name="%VQ%-text", connection=STORAGE)
def q_text(msg: str) -> None:
    note("queue", "q_text", type=type(msg).__name__, value=str(msg))


# Event Grid.


def event_seen(fn, event):
    """Both kinds of events: EventGridEvent and, from newer libraries, CloudEvent."""
    names = ("id", "topic", "subject", "event_type", "event_time", "data_version", "source", "type", "time", "specversion")
    data = attempt(event.get_json)
    text = attempt(lambda: json.dumps(data))
    note(
        "event",
        fn,
        kind_of=type(event).__name__,
        data=data if len(text) < 2000 else f"<{len(text)} characters>",
        **{name: getattr(event, name) for name in names if hasattr(event, name)},
    )


@app.event_grid_trigger(arg_name="event")
def eg_ok(event: func.EventGridEvent) -> None:
    event_seen("eg_ok", event)
    data = attempt(event.get_json)
    if isinstance(data, dict) and data.get("fail"):
        raise ValueError("told to fail")
    if isinstance(data, dict) and data.get("sleep"):
        time.sleep(data["sleep"])


@app.event_grid_trigger(arg_name="event")
def eg_other(event: func.EventGridEvent) -> None:
    event_seen("eg_other", event)


# Timers.


def timer_seen(fn, timer, **what):
    note("timer", fn, past_due=timer.past_due, status=timer.schedule_status, schedule=timer.schedule, **what)


@app.timer_trigger(arg_name="timer", schedule="0 * * * * *", run_on_startup=False, use_monitor=True)
def t_minute(timer: func.TimerRequest) -> None:
    timer_seen("t_minute", timer)


@app.timer_trigger(arg_name="timer", schedule="0 0 3 1 1 *", run_on_startup=True, use_monitor=True)
def t_start(timer: func.TimerRequest) -> None:
    timer_seen("t_start", timer)


if TIMERS:

    @app.timer_trigger(arg_name="timer", schedule="*/2 * * * * *", run_on_startup=False, use_monitor=True)
    def t_two(timer: func.TimerRequest) -> None:
        timer_seen("t_two", timer)

    @app.timer_trigger(arg_name="timer", schedule="*/2 * * * * *", run_on_startup=False, use_monitor=False)
    def t_two_off(timer: func.TimerRequest) -> None:
        timer_seen("t_two_off", timer)

    @app.timer_trigger(arg_name="timer", schedule="*/2 * * * * *", run_on_startup=False, use_monitor=False)
    def t_slow(timer: func.TimerRequest) -> None:
        timer_seen("t_slow", timer, phase="begin")
        time.sleep(5)
        timer_seen("t_slow", timer, phase="end")

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *", run_on_startup=False, use_monitor=False)
    def t_minute_off(timer: func.TimerRequest) -> None:
        timer_seen("t_minute_off", timer)

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *", run_on_startup=False, use_monitor=True)
    def t_minute_long(timer: func.TimerRequest) -> None:
        timer_seen("t_minute_long", timer, phase="begin")
        time.sleep(70)
        timer_seen("t_minute_long", timer, phase="end")

    @app.timer_trigger(arg_name="timer", schedule="*/20 * * * * *", run_on_startup=False, use_monitor=True)
    def t_fail(timer: func.TimerRequest) -> None:
        timer_seen("t_fail", timer)
        raise ValueError("always")

    @app.timer_trigger(arg_name="timer", schedule="00:00:07", run_on_startup=False, use_monitor=True)
    def t_span(timer: func.TimerRequest) -> None:
        timer_seen("t_span", timer)
