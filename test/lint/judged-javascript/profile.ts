import retry from 'async-retry';

export const profileOf = (id: string): Promise<unknown> =>
  retry(
    async bail => {
      const response = await fetch(`https://users.example/profiles/${id}`);
      if (response.status === 403) return bail(new Error('forbidden'));
      if (response.status >= 500) throw new Error(`status ${response.status}`);
      return response.json();
    },
    {retries: 3, maxTimeout: 5000},
  );
