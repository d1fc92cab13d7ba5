import stamina
from openai import APIConnectionError, InternalServerError, OpenAI, RateLimitError

client = OpenAI(max_retries=0, timeout=30)


def worth_it(error: Exception) -> bool | float:
    if isinstance(error, RateLimitError):
        return float(error.response.headers.get("retry-after", 2))
    return isinstance(error, (APIConnectionError, InternalServerError))


@stamina.retry(on=worth_it, attempts=6, timeout=120, wait_initial=0.5, wait_max=20)
def embed(texts: list[str]) -> list[list[float]]:
    answer = client.embeddings.create(model="text-embedding-3-small", input=texts)
    return [item.embedding for item in answer.data]
