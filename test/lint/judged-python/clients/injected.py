from openai import OpenAI, RateLimitError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


class Tagger:
    def __init__(self, client: OpenAI):
        self.client = client

    @retry(stop=stop_after_attempt(4), wait=wait_random_exponential(max=20), reraise=True,
           retry=retry_if_exception_type(RateLimitError))
    def tag(self, text):
        return self.client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
