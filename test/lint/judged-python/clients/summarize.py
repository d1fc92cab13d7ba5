"""Summaries for the support desk."""
from openai import OpenAI
from tenacity import retry, stop_after_attempt, wait_random_exponential, retry_if_exception_type
from openai import APIError

client = OpenAI()


@retry(
    stop=stop_after_attempt(5),
    wait=wait_random_exponential(min=1, max=30),
    retry=retry_if_exception_type(APIError),
    reraise=True,
)
def summarize(text: str) -> str:
    answer = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Summarize: {text}"}],
    )
    return answer.choices[0].message.content
