import type {ResilientFetch} from 'steadfetch/fetch';
import Stripe from 'stripe';

export const connect = (fetch: ResilientFetch, url: string) => {
  const {hostname, port} = new URL(url);
  return new Stripe('key', {
    host: hostname,
    port,
    protocol: 'http',
    httpClient: Stripe.createFetchHttpClient(fetch),
    maxNetworkRetries: 0,
  });
};
