import fetchBuilder from 'fetch-retry';

const retryingFetch = fetchBuilder(fetch, {
  retries: 3,
  retryOn: [429, 503],
  retryDelay: attempt => Math.random() * 1000 * 2 ** attempt,
});

export const rates = () => retryingFetch('https://rates.example/latest');
