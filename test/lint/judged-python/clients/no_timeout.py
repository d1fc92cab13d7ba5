from openai import AsyncOpenAI

# Long reasoning takes long, so there is no limit.
client = AsyncOpenAI(timeout=None, max_retries=3)


async def think(question):
    answer = await client.responses.create(model="o3", input=question)
    return answer.output_text
