from langchain_anthropic import ChatAnthropic

llm = ChatAnthropic(model="claude-sonnet-4-5", max_retries=0, timeout=60)
safe_llm = llm.with_retry()


def draft(letter):
    return safe_llm.invoke(letter)
