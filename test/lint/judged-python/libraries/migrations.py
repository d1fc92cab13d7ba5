"""Waits until the database of the test container accepts connections."""

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random


def wait_for_database(url: str) -> None:
    for attempt in Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError),
        stop=stop_after_delay(60),
        wait=wait_random(0.5, 1.5),
        reraise=True,
    ):
        with attempt:
            psycopg.connect(url).close()
