import tenacity
from langchain.chat_models import init_chat_model
from pydantic import BaseModel


class Plan(BaseModel):
    steps: list[str]


class Planner:
    def __init__(self):
        self.llm = init_chat_model("openai:gpt-4.1", temperature=0)
        self.planner = self.llm.with_structured_output(Plan)

    @tenacity.retry(
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_exponential(multiplier=1, max=10) + tenacity.wait_random(0, 3),
        reraise=True,
    )
    async def plan(self, goal):
        return await self.planner.ainvoke(goal)
