import type OpenAI from 'openai';
import type {PerCallInit} from 'steadfetch/fetch';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: OpenAI) => client.models.list({fetchOptions: once});
