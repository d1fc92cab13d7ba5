import Anthropic from '@anthropic-ai/sdk';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new Anthropic({baseURL: url, apiKey: 'key', maxRetries: 0, fetch});
