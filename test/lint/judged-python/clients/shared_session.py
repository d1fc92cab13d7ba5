import requests
from requests.adapters import HTTPAdapter
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from urllib3.util.retry import Retry


def make_session():
    session = requests.Session()
    retries = Retry(total=4, backoff_factor=0.5, backoff_jitter=0.5, status_forcelist=[502, 503, 504])
    session.mount("https://", HTTPAdapter(max_retries=retries))
    return session


session = make_session()


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10), reraise=True,
       retry=retry_if_exception_type(requests.RequestException))
def prices(symbol):
    answer = session.get(f"https://quotes.example/{symbol}", timeout=5)
    answer.raise_for_status()
    return answer.json()
