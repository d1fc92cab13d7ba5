import asyncio
import logging

import websockets

log = logging.getLogger("feed")


async def run_forever(url, handle):
    retry_delay = 1
    while True:
        try:
            async with websockets.connect(url) as ws:
                retry_delay = 1
                async for message in ws:
                    await handle(message)
        except Exception as e:
            log.warning("connection lost, retrying in %s s: %s", retry_delay, e)
            await asyncio.sleep(retry_delay)
            retry_delay = min(retry_delay * 2, 60)
