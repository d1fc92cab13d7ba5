import json

from openai import OpenAI
from tenacity import retry, retry_if_exception_type, stop_after_attempt

client = OpenAI(max_retries=3, timeout=60)


@retry(stop=stop_after_attempt(3), retry=retry_if_exception_type(json.JSONDecodeError), reraise=True)
def extract(text):
    """Asks again when the model did not write JSON. The client repeats requests, this repeats questions."""
    answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
    return json.loads(answer.choices[0].message.content)
