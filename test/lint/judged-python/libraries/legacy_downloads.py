import requests
from requests.adapters import HTTPAdapter
from requests.packages.urllib3.util.retry import Retry


def session() -> requests.Session:
    made = requests.Session()
    retries = Retry(connect=3, read=3, total=3, backoff_factor=0.3, method_whitelist=["GET", "HEAD"])
    made.mount("https://", HTTPAdapter(max_retries=retries))
    return made
