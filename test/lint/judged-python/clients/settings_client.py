from functools import lru_cache

from openai import AsyncOpenAI, RateLimitError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from app.settings import settings


@lru_cache
def get_client() -> AsyncOpenAI:
    return AsyncOpenAI(
        api_key=settings.openai_key,
        max_retries=settings.openai_retries,
        timeout=settings.openai_timeout,
    )


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=20), reraise=True,
       retry=retry_if_exception_type(RateLimitError))
async def ask(question):
    return await get_client().responses.create(model="gpt-4.1", input=question)
