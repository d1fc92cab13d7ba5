import time

import httpx


def search(client: httpx.Client, query: str):
    """A search that waits for as long as the server asks."""
    attempt = 0
    while True:
        response = client.post("/v1/search", json={"query": query})
        if response.status_code == 429 and attempt < 3:
            attempt += 1
            time.sleep(float(response.headers.get("Retry-After", "1")))
            continue
        response.raise_for_status()
        return response.json()
