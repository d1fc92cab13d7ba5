from anthropic import AsyncAnthropic, InternalServerError, RateLimitError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

client = AsyncAnthropic(max_retries=0)


class Judge:
    @retry(stop=stop_after_attempt(4), wait=wait_random_exponential(max=30), reraise=True,
           retry=retry_if_exception_type((RateLimitError, InternalServerError)))
    async def score(self, essay):
        grading = client.with_options(max_retries=4, timeout=60)
        answer = await grading.messages.create(model="claude-haiku-4-5", max_tokens=5,
                                               messages=[{"role": "user", "content": essay}])
        return int(answer.content[0].text)
