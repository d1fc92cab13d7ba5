import time

import requests


def fetch_secret(url, token):
    while True:
        try:
            response = requests.get(url, headers={"X-Vault-Token": token}, timeout=5)
            return response.json()["data"]
        except requests.exceptions.RequestException as e:
            print("vault does not answer, retrying", e)
            time.sleep(2)
