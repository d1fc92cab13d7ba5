import random
import time

import anthropic

client = anthropic.Anthropic(max_retries=5)


def classify(row):
    backoff = 1.0
    for attempt in range(5):
        try:
            message = client.messages.create(
                model="claude-sonnet-4-5", max_tokens=20, messages=[{"role": "user", "content": row["text"]}]
            )
            return message.content[0].text
        except anthropic.RateLimitError:
            if attempt == 4:
                raise
            time.sleep(backoff + random.random() * backoff)
            backoff = min(backoff * 2, 60)
