import pRetry from 'p-retry';
import {isTransient} from './errors.js';

export const readOrder = id =>
  pRetry(
    async () => {
      const response = await fetch(`https://shop.example/orders/${id}`, {signal: AbortSignal.timeout(2000)});
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.json();
    },
    {retries: 3, randomize: true, maxTimeout: 10_000, shouldRetry: ({error}) => isTransient(error)},
  );
