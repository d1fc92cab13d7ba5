from google.api_core import retry
from google.cloud import storage

FOREVER = retry.Retry(predicate=retry.if_exception_type(Exception), initial=1.0, maximum=30.0, timeout=None)


def copy(source: str, target: str, name: str) -> None:
    client = storage.Client()
    bucket = client.bucket(source)
    bucket.copy_blob(bucket.blob(name), client.bucket(target), name, retry=FOREVER)
