from celery import Celery

from ledger.client import LedgerClient, LedgerError

app = Celery("ledger", broker="redis://queue:6379/0")


@app.task(bind=True, max_retries=None, default_retry_delay=30)
def settle(self, batch_id: str) -> None:
    try:
        LedgerClient().settle(batch_id)
    except LedgerError as error:
        raise self.retry(exc=error)
