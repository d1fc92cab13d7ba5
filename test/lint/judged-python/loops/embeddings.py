import time

import openai


def embed(texts, retries=30):
    result = None
    while result is None and retries > 0:
        try:
            result = openai.embeddings.create(model="text-embedding-3-small", input=texts)
        except Exception:
            retries -= 1
            time.sleep(10)
    return [each.embedding for each in result.data]
