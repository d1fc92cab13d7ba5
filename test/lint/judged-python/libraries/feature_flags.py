import stamina
import httpx


@stamina.retry(on=httpx.HTTPError, attempts=None, timeout=None)
async def fetch_flags(client: httpx.AsyncClient) -> dict:
    answer = await client.get("/flags")
    answer.raise_for_status()
    return answer.json()
