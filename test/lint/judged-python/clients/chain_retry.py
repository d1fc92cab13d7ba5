from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from openai import RateLimitError

prompt = ChatPromptTemplate.from_template("Classify the ticket: {ticket}")
model = ChatOpenAI(model="gpt-4o-mini", temperature=0, max_retries=3, timeout=30)

chain = prompt | model | StrOutputParser()
robust = chain.with_retry(stop_after_attempt=4, retry_if_exception_type=(RateLimitError,))


def classify(ticket: str) -> str:
    return robust.invoke({"ticket": ticket})
