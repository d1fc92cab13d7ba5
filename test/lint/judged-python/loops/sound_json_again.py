import json

from openai import OpenAI

client = OpenAI(max_retries=0)


def ask_for_json(prompt):
    messages = [{"role": "user", "content": prompt}]
    for attempt in range(3):
        answer = client.chat.completions.create(model="gpt-4o", messages=messages)
        text = answer.choices[0].message.content
        try:
            return json.loads(text)
        except json.JSONDecodeError as e:
            messages.append({"role": "assistant", "content": text})
            messages.append({"role": "user", "content": f"This is no JSON: {e}. Answer in JSON only."})
    raise ValueError("no JSON after three attempts")
