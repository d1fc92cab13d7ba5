from typing import Sequence

import openai
from tenacity import AsyncRetrying, stop_after_attempt, wait_exponential_jitter, retry_if_exception_type


class EmbedService:
    def __init__(self, key: str) -> None:
        self._client = openai.AsyncOpenAI(api_key=key, max_retries=5, timeout=20)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(4),
            wait=wait_exponential_jitter(initial=1, max=20),
            retry=retry_if_exception_type((openai.RateLimitError, openai.APITimeoutError)),
            reraise=True,
        ):
            with attempt:
                answer = await self._client.embeddings.create(model="text-embedding-3-small", input=list(texts))
        return [each.embedding for each in answer.data]
