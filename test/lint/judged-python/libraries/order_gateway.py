import httpx
from httpx_retries import Retry, RetryTransport

retry = Retry(
    total=3,
    backoff_factor=0.5,
    allowed_methods=["GET", "POST", "PATCH"],
)
client = httpx.Client(transport=RetryTransport(retry=retry), base_url="https://orders.example", timeout=8)


def place(order: dict) -> dict:
    return client.post("/v1/orders", json=order).raise_for_status().json()
