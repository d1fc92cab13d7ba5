import anthropic
from tenacity import retry, stop_after_attempt, wait_random_exponential, retry_if_exception_type

_claude = None


def claude() -> anthropic.Anthropic:
    return anthropic.Anthropic(timeout=90)


def _ask(prompt):
    return claude().messages.create(
        model="claude-sonnet-4-5", max_tokens=1024, messages=[{"role": "user", "content": prompt}]
    )


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=20), reraise=True,
       retry=retry_if_exception_type(anthropic.APIStatusError))
def ask(prompt):
    return _ask(prompt).content[0].text
