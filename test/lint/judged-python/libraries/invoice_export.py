"""Exports invoices to the accounting service every night."""

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


def make_session() -> requests.Session:
    retry = Retry(
        total=4,
        backoff_factor=2,
        backoff_jitter=2,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=frozenset(["GET", "POST"]),
    )
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=retry))
    return session


def export(session: requests.Session, invoice: dict) -> str:
    response = session.post("https://books.example/api/invoices", json=invoice, timeout=30)
    response.raise_for_status()
    return response.json()["id"]
