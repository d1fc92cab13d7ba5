import {GoogleGenAI} from '@google/genai';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new GoogleGenAI({apiKey: 'key', httpOptions: {baseUrl: url, fetch}});
