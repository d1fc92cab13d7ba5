import OpenAI from 'openai';

const openai = new OpenAI({maxRetries: 10, timeout: 60_000});

export async function summarize(text: string): Promise<string | null> {
  const answer = await openai.chat.completions.create({model: 'gpt-4o', messages: [{role: 'user', content: text}]});
  return answer.choices[0]?.message.content ?? null;
}
