import ky from 'ky';

const api = ky.create({prefixUrl: 'https://session.example', retry: {limit: 2, jitter: true}});
export const open = (user: string) => api.post('sessions', {json: {user}}).json();
export const status = () => ky('https://session.example/status').json();
export const once = () => ky('https://session.example/once', {retry: 0}).json();
