"""Measures what the libraries do: python measure.py > new.json && mv new.json measured.json

Each text of measured.json is run with the real library: a call that always fails, no real sleep, and chance at its lowest and at its highest.
Noted are the attempts (null where 200 do not end it) and the waits before the first five retries. Install the versions that measured.json
names, or newer ones to see what has changed. To measure another text, add it there as a list of its own.
"""

import importlib.metadata
import json
import pathlib
import random
import time
import types

MOST = 200
waits = []
now = 0.0


def note(seconds):
    global now
    waits.append(round(float(seconds), 6))
    now += float(seconds)


real = (random.random, random.uniform, random.randrange)
time.sleep = note
time.monotonic = lambda: now


class Enough(BaseException):
    pass


def failing(error, step=0.0):
    count = [0]

    def call(*args, **kwargs):
        global now
        now += step
        count[0] += 1
        if count[0] >= MOST:
            raise Enough
        raise error

    call.count = count
    call.__name__ = call.__qualname__ = "call"
    return call


def measured(run):
    """Attempts, and the waits at both ends of chance."""
    ends = []
    for lowest in (True, False):
        global now
        now = 0.0
        random.random = lambda: 0.0 if lowest else 1.0
        random.uniform = lambda a, b: a if lowest else b
        random.randrange = lambda n: 0 if lowest else n - 1
        waits.clear()
        try:
            attempts = run()
        except Enough:
            attempts = MOST
        ends.append(waits[:5])
    return [None if attempts >= MOST else attempts, *ends]


def decorated(decorator, error=ConnectionError("x")):
    def run():
        call = failing(error)
        try:
            decorator(call)()
        except Enough:
            raise
        except Exception:
            pass
        return call.count[0]

    return measured(run)


import backoff  # noqa: E402
import celery as celery_library  # noqa: E402
import google.api_core.exceptions  # noqa: E402
import httpx  # noqa: E402
import httpx_retries  # noqa: E402
import stamina  # noqa: E402
import tenacity  # noqa: E402
import urllib3  # noqa: E402
from google.api_core import retry as google_retry  # noqa: E402
from tenacity import *  # noqa: E402,F403
from tenacity import wait as tenacity_wait  # noqa: E402

backoff._sync.time = types.SimpleNamespace(sleep=note)


def text_of(run):
    return lambda text: [text, *run(text)]


def names():
    from datetime import timedelta

    return {**vars(tenacity), **vars(tenacity_wait), "timedelta": timedelta, "stop_all": tenacity.stop_all, "stop_any": tenacity.stop_any,
            "backoff": backoff, "retry": google_retry}


def arguments(text, **more):
    return eval(f"(lambda *a, **k: (a, k))({text})", {**names(), **more})


@text_of
def wait(text):
    return decorated(tenacity.retry(wait=eval(text, names()), stop=tenacity.stop_after_attempt(6)))


@text_of
def stop(text):
    def run():
        call = failing(ConnectionError("x"), step=1.0)
        try:
            tenacity.retry(stop=eval(text, names()), wait=tenacity.wait_fixed(0))(call)()
        except Enough:
            raise
        except Exception:
            pass
        return call.count[0]

    return measured(run)[:1]


@text_of
def condition(text):
    def is_retried(error):
        call = failing(error)
        try:
            tenacity.retry(retry=eval(text, names()), stop=tenacity.stop_after_attempt(2), wait=tenacity.wait_none())(call)()
        except Exception:
            pass
        return call.count[0] > 1

    kinds = [ValueError, KeyError, ConnectionError, TimeoutError]
    return [[kind.__name__ for kind in kinds if is_retried(kind("x"))]]


@text_of
def on_exception(text):
    given, named = arguments(text)
    return decorated(backoff.on_exception(*given, **named))


@text_of
def stamina_retry(text):
    given, named = arguments(text)
    return decorated(stamina.retry(*given, **named))


@text_of
def urllib3_retry(text):
    given, named = arguments(text)
    pool = object()
    connect = urllib3.exceptions.ConnectTimeoutError(pool, "x")
    read = urllib3.exceptions.ReadTimeoutError(pool, "/", "x")

    def attempts_of(fail):
        retry = urllib3.Retry(*given, **named)
        attempts = 1
        while attempts < MOST and fail is not None:
            try:
                if isinstance(fail, int):
                    if not retry.is_retry("GET", fail):
                        break
                    response = urllib3.HTTPResponse(status=fail)
                    retry = retry.increment("GET", "/", response=response)
                else:
                    retry = retry.increment("GET", "/", error=fail)
            except Exception:
                break
            retry.sleep()
            if len(waits) < attempts:
                waits.append(0.0)  # Of 0 s, it does not even ask for a sleep.
            attempts += 1
        return attempts

    best = max((connect, read, 503), key=lambda fail: measured(lambda: attempts_of(fail))[0] or MOST)
    return measured(lambda: attempts_of(best))


@text_of
def httpx_retry(text):
    given, named = arguments(text)

    def run():
        count = [0]

        def handle(request):
            count[0] += 1
            return httpx.Response(503)

        transport = httpx_retries.RetryTransport(httpx.MockTransport(handle), httpx_retries.Retry(*given, **named))
        httpx.Client(transport=transport).get("https://example.com")
        return count[0]

    return measured(run)


@text_of
def google_core_retry(text):
    given, named = arguments(text)
    error = ConnectionError("x") if given else google.api_core.exceptions.ServiceUnavailable("x")
    return decorated(google_retry.Retry(*given, **named), error)


@text_of
def celery_task(text):
    _, named = arguments(text)

    def run():
        app = celery_library.Celery("x", set_as_current=False)
        call = failing(ConnectionError("x"))

        @app.task(**named)
        def task():
            call()

        task = task._get_current_object()
        asked = type(task).signature_from_request

        def sign(self, *args, countdown=None, **more):
            note(countdown)
            return asked(self, *args, countdown=countdown, **more)

        task.signature_from_request = types.MethodType(sign, task)
        try:
            task.apply()
        except Enough:
            raise
        except Exception:
            pass
        return call.count[0]

    return measured(run)


def version(name):
    return f"{name} {importlib.metadata.version(name)}"


import logging  # noqa: E402
import sys  # noqa: E402

logging.disable()
sys.setrecursionlimit(100_000)
here = pathlib.Path(__file__).with_name("measured.json")
rows = json.loads(here.read_text())
measures = {
    "tenacity wait": wait,
    "tenacity stop": stop,
    "tenacity retry": condition,
    "backoff": on_exception,
    "stamina": stamina_retry,
    "urllib3": urllib3_retry,
    "httpx-retries": httpx_retry,
    "google-api-core": google_core_retry,
    "celery": celery_task,
}
versions = "tenacity backoff stamina urllib3 httpx-retries google-api-core celery".split()
print("{")
print(f'  "versions": {json.dumps([version(name) for name in versions])},')
for name, measure in measures.items():
    print(f'  "{name}": [')
    print(",\n".join(f"    {json.dumps(measure(row[0]))}" for row in rows[name]))
    print("  ]" + ("" if name == "celery" else ","))
print("}")
