import {ChatOpenAI} from '@langchain/openai';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new ChatOpenAI({model: 'model', apiKey: 'key', maxRetries: 0, configuration: {baseURL: url, fetch}});
