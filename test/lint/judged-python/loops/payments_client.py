import os
import random
import time

import requests

API = "https://api.payments.example"


class PaymentsClient:
    def __init__(self, key, max_retries=3):
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        self.max_retries = max_retries

    def charge(self, customer, cents):
        last = None
        for attempt in range(self.max_retries):
            try:
                response = self.session.post(
                    f"{API}/v1/charges", json={"customer": customer, "amount": cents}, timeout=15
                )
                response.raise_for_status()
                return response.json()
            except (requests.ConnectionError, requests.Timeout) as error:
                last = error
                time.sleep(random.uniform(0, 2**attempt))
        raise last
