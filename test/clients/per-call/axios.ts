import type {AxiosInstance} from 'axios';
import type {PerCallInit} from 'steadfetch/fetch';

const once: PerCallInit = {resilience: {maxAttempts: 1}};

export const sendOnce = (client: AxiosInstance) => client.get('/item', {fetchOptions: {...once}});
