import openai
from tenacity import retry, stop_after_attempt, wait_random_exponential

openai.api_key = "set at start"


@retry(stop=stop_after_attempt(6), wait=wait_random_exponential(min=1, max=60))
def get_embedding(text):
    return openai.embeddings.create(input=[text], model="text-embedding-3-large").data[0].embedding
