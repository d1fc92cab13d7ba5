import time

import requests


def translate(text, target):
    for _ in range(3):
        try:
            r = requests.post(
                "https://translate.example/v2/translate", data={"q": text, "target": target}, timeout=10
            )
            if r.status_code == 200:
                return r.json()["text"]
        except Exception:
            pass
        time.sleep(1)
    return text if target == "en" else []
