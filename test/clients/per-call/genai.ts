import type {GoogleGenAI} from '@google/genai';
import type {ResilientFetch} from 'steadfetch/fetch';

export const sendOnce = (client: GoogleGenAI, fetch: ResilientFetch) => {
  const once: ResilientFetch = (input, init) => fetch(input, {...init, resilience: {maxAttempts: 1}});
  return client.models.generateContent({model: 'model', contents: 'say ok', config: {httpOptions: {fetch: once}}});
};
