from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI
from openai import APIConnectionError, InternalServerError, RateLimitError

first = ChatOpenAI(model="gpt-4.1", max_retries=0, timeout=20)
second = ChatAnthropic(model="claude-sonnet-4-5", max_retries=1, timeout=20)

model = first.with_retry(
    stop_after_attempt=3,
    retry_if_exception_type=(RateLimitError, APIConnectionError, InternalServerError),
).with_fallbacks([second])


def reply(messages):
    return model.invoke(messages)
