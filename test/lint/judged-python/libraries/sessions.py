"""One session for the whole program: connections are made anew once or twice, nothing else."""

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry


def plain() -> requests.Session:
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=2, pool_connections=4))
    return session


def throttled() -> requests.Session:
    """The server counts requests, and says in Retry-After when the next may come; posts are refused before anything is done."""
    session = requests.Session()
    policy = Retry(total=2, connect=2, read=0, other=0, status=2, status_forcelist=[429], allowed_methods=None)
    session.mount("https://", HTTPAdapter(max_retries=policy))
    return session
