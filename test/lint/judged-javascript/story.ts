import {openai} from '@ai-sdk/openai';
import {generateText} from 'ai';
import pRetry from 'p-retry';

export const story = (prompt: string) =>
  pRetry(async () => (await generateText({model: openai('gpt-4o'), prompt})).text, {retries: 4});
