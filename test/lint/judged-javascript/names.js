import {retry} from './my-retry.js';
import {got} from './games.js';

export const first = () => retry(() => fetch('https://a.example'), {retries: 50, randomize: false});
export const second = () => got('x', {retry: {limit: 99}});
export const third = options => options.pRetry(() => 1, {retries: 100});
