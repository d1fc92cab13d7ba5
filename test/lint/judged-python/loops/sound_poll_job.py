import time

import requests


def result_of(job_id):
    attempts = 0
    while attempts < 120:
        job = requests.get(f"https://jobs.example/{job_id}", timeout=10).json()
        if job["status"] == "done":
            return job["result"]
        if job["status"] == "failed":
            raise RuntimeError(job["error"])
        attempts += 1
        time.sleep(5)
    raise TimeoutError(job_id)
