from openai import APIConnectionError, AsyncOpenAI, InternalServerError, RateLimitError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


class Writer:
    def __init__(self) -> None:
        # tenacity below retries; the client does not.
        self.client = AsyncOpenAI(max_retries=0, timeout=45)

    @retry(
        stop=stop_after_attempt(4),
        wait=wait_random_exponential(min=1, max=20),
        retry=retry_if_exception_type((RateLimitError, APIConnectionError, InternalServerError)),
        reraise=True,
    )
    async def write(self, prompt):
        answer = await self.client.chat.completions.create(model="gpt-4o", messages=prompt)
        return answer.choices[0].message.content
