import time


class LLMWrapper:
    def __init__(self, llm, max_attempts=10, wait=3):
        self.llm = llm
        self.max_attempts = max_attempts
        self.wait = wait

    def ask(self, prompt):
        attempts = 0
        while True:
            try:
                return self.llm.invoke(prompt)
            except:
                attempts += 1
                if attempts >= self.max_attempts:
                    raise
                print(f"retrying ({attempts}/{self.max_attempts})")
                time.sleep(self.wait)
