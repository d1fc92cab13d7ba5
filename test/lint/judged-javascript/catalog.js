import got from 'got';

const api = got.extend({prefixUrl: 'https://catalog.example', timeout: {request: 3000}, retry: {limit: 2}});
export const item = id => api(`items/${id}`).json();
export const direct = id => got(`https://catalog.example/items/${id}`, {timeout: {request: 3000}, retry: {limit: 1}}).json();
