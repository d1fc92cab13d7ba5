from celery import shared_task

from push.gateway import send


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def notify(user_id: int, text: str) -> None:
    send(user_id, text)
