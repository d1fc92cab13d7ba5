import {createOpenAI} from '@ai-sdk/openai';
import {generateText, streamText} from 'ai';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) => {
  const model = createOpenAI({baseURL: url, apiKey: 'key', fetch}).chat('model');
  return {
    generate: (prompt: string, abortSignal?: AbortSignal) => generateText({model, prompt, maxRetries: 0, abortSignal}),
    stream: (prompt: string) => streamText({model, prompt, maxRetries: 0}),
  };
};
