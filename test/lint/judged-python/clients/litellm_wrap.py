import litellm
from tenacity import retry, stop_after_attempt, wait_random_exponential, retry_if_exception_type


@retry(
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=15),
    retry=retry_if_exception_type((litellm.RateLimitError, litellm.Timeout)),
    reraise=True,
)
async def complete(model, messages):
    return await litellm.acompletion(model=model, messages=messages, num_retries=3, timeout=30)
