import asyncpg
from openai import AsyncOpenAI
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

openai_client = AsyncOpenAI(timeout=30)


@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=5), reraise=True,
       retry=retry_if_exception_type(asyncpg.exceptions.DeadlockDetectedError))
async def store(pool, text):
    async with pool.acquire() as connection:
        vector = await openai_client.embeddings.create(model="text-embedding-3-small", input=text)
        await connection.execute("INSERT INTO notes VALUES ($1, $2)", text, vector.data[0].embedding)
