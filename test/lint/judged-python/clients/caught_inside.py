import logging

from openai import OpenAI, OpenAIError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

log = logging.getLogger(__name__)
client = OpenAI(timeout=20)


class StoreError(Exception):
    """The search index refused the document."""


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=5), reraise=True,
       retry=retry_if_exception_type((StoreError, OpenAIError)))
def index(document, store):
    try:
        summary = client.responses.create(model="gpt-4.1-nano", input=document).output_text
    except OpenAIError:
        log.warning("No summary; the document is indexed without one.")
        summary = ""
    store.put(document, summary)
