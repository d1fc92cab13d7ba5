import ky from 'ky';
import {resilience} from 'steadfetch/ky';

const api = ky.extend(resilience({maxAttempts: 4}));
export const users: Promise<Response> = api.get('https://example.com/users', {resilience: {maxAttempts: 2}});
