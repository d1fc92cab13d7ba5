import OpenAI from 'openai';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new OpenAI({baseURL: url, apiKey: 'key', maxRetries: 0, fetch});
