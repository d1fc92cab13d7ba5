import smtplib

from celery import shared_task


@shared_task(
    autoretry_for=(smtplib.SMTPServerDisconnected, ConnectionError),
    dont_autoretry_for=(smtplib.SMTPRecipientsRefused,),
    retry_backoff=60,
    retry_backoff_max=3600,
    max_retries=12,
)
def deliver(message_id: str) -> None:
    """Mail may wait for hours: the server that takes it may be down for as long."""
    with smtplib.SMTP("mail.example") as server:
        server.noop()
