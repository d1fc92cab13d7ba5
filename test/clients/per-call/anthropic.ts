import type Anthropic from '@anthropic-ai/sdk';
import type {PerCallInit} from 'steadfetch/fetch';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: Anthropic) => client.models.list({}, {fetchOptions: once});
