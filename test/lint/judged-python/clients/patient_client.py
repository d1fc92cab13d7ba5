import os
from openai import AzureOpenAI

client = AzureOpenAI(
    api_key=os.environ["AZURE_OPENAI_API_KEY"],
    azure_endpoint=os.environ["AZURE_OPENAI_ENDPOINT"],
    api_version="2024-10-21",
    max_retries=25,
    timeout=120,
)


def answer(question):
    return client.chat.completions.create(model="chat", messages=[{"role": "user", "content": question}])
