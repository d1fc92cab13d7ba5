import asyncio

import aiohttp

RETRIES = 6
DELAY = 5


async def price(session: aiohttp.ClientSession, symbol):
    for i in range(RETRIES):
        try:
            async with session.get(f"https://prices.example/{symbol}") as resp:
                resp.raise_for_status()
                return await resp.json()
        except (aiohttp.ClientError, asyncio.TimeoutError):
            if i < RETRIES - 1:
                await asyncio.sleep(DELAY)
    return None
