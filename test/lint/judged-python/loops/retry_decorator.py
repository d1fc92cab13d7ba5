"""Used by all services."""
import functools
import logging
import time

logger = logging.getLogger(__name__)


def retry(max_retries: int = 3, delay: float = 1.0, backoff: float = 2.0):
    def decorator(func):
        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            current_delay = delay
            for attempt in range(max_retries + 1):
                try:
                    return func(*args, **kwargs)
                except Exception as e:
                    if attempt == max_retries:
                        logger.error("%s failed after %d attempts", func.__name__, attempt + 1)
                        raise
                    logger.warning("%s failed: %s", func.__name__, e)
                    time.sleep(current_delay)
                    current_delay *= backoff

        return wrapper

    return decorator
