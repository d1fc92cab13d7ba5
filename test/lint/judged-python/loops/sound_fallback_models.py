import os

from openai import APIError, OpenAI

MODELS = ["gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo"]
clients = [OpenAI(api_key=os.environ["KEY_A"]), OpenAI(api_key=os.environ["KEY_B"])]


def answer(messages):
    last_error = None
    for i in range(len(MODELS)):
        try:
            return clients[i % 2].chat.completions.create(model=MODELS[i], messages=messages)
        except APIError as e:
            last_error = e
    raise RuntimeError("all models failed") from last_error
