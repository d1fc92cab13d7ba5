import backoff
import requests


def fatal(error: requests.HTTPError) -> bool:
    return error.response is not None and 400 <= error.response.status_code < 500 and error.response.status_code != 429


@backoff.on_exception(
    backoff.expo,
    (requests.ConnectionError, requests.Timeout, requests.HTTPError),
    max_time=90,
    max_value=20,
    giveup=fatal,
)
def stock(sku: str) -> int:
    response = requests.get(f"https://stock.example/{sku}", timeout=4)
    response.raise_for_status()
    return response.json()["count"]
