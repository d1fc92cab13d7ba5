import asyncio
import logging

from openai import AsyncOpenAI

client = AsyncOpenAI()
log = logging.getLogger(__name__)


async def summarize(text: str) -> str:
    for attempt in range(3):
        try:
            answer = await client.chat.completions.create(
                model="gpt-4o-mini",
                messages=[{"role": "user", "content": f"Summarize:\n{text}"}],
            )
            return answer.choices[0].message.content
        except Exception as e:
            log.warning("attempt %d failed: %s", attempt, e)
            await asyncio.sleep(1 * (attempt + 1))
    return ""
