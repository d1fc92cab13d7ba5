"""Waits for a render job. Not a retry: each answer says how far the job is."""

import backoff
import httpx


@backoff.on_predicate(backoff.constant, lambda job: job["state"] == "running", interval=5, jitter=None)
def finished(client: httpx.Client, job_id: str) -> dict:
    return client.get(f"/jobs/{job_id}").raise_for_status().json()
