import type {ChatOpenAI} from '@langchain/openai';
import type {PerCallInit} from 'steadfetch/fetch';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: ChatOpenAI) => client.invoke('say ok', {options: {fetchOptions: once}});
