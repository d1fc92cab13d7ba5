import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_chain, wait_fixed


@retry(
    retry=retry_if_exception_type(requests.ConnectionError),
    stop=stop_after_attempt(4),
    wait=wait_chain(wait_fixed(1), wait_fixed(5), wait_fixed(15)),
    reraise=True,
)
def refresh(name: str) -> None:
    requests.get(f"https://search.example/{name}/_refresh", timeout=5).raise_for_status()
