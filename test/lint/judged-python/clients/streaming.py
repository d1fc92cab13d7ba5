from anthropic import Anthropic, RateLimitError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

client = Anthropic(timeout=60)


@retry(stop=stop_after_attempt(2), wait=wait_random_exponential(max=5), reraise=True,
       retry=retry_if_exception_type(RateLimitError))
def refresh_token(vault):
    return vault.read("claude")


def chat(question, vault):
    key = refresh_token(vault)
    with client.with_options(timeout=30).messages.stream(
        model="claude-sonnet-4-5", max_tokens=800, messages=[{"role": "user", "content": question}],
        extra_headers={"x-api-key": key},
    ) as stream:
        yield from stream.text_stream
