import subprocess
import time

import requests


def start_server(port):
    process = subprocess.Popen(["python", "-m", "http.server", str(port)])
    for attempt in range(50):
        try:
            requests.get(f"http://localhost:{port}/", timeout=1)
            return process
        except requests.ConnectionError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the server did not come up")
