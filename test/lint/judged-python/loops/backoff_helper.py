import asyncio

import httpx


def _delay(attempt: int) -> float:
    return min(0.5 * 2**attempt, 30.0)


async def load_page(client: httpx.AsyncClient, url: str) -> str:
    max_attempts = 5
    for attempt in range(max_attempts):
        try:
            response = await client.get(url)
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            if error.response.status_code < 500 or attempt + 1 == max_attempts:
                raise
        except httpx.TransportError:
            if attempt + 1 == max_attempts:
                raise
        else:
            return response.text
        await asyncio.sleep(_delay(attempt))
