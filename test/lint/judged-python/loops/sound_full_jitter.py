import random
import time

import requests

PASSING = (requests.ConnectionError, requests.Timeout)


def _pause(attempt):
    """Full jitter, at most 20 s."""
    return random.uniform(0, min(20, 0.5 * 2**attempt))


def get_json(url):
    for attempt in range(3):
        try:
            response = requests.get(url, timeout=(3, 10))
            response.raise_for_status()
            return response.json()
        except PASSING:
            if attempt == 2:
                raise
            time.sleep(_pause(attempt))
