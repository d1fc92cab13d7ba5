import pRetry from 'p-retry';

interface Charge {
  readonly id: string;
}

export async function charge(amount: number): Promise<Charge> {
  return pRetry(
    async () => {
      const response = await fetch('https://pay.example/v1/charges', {
        method: 'POST',
        body: JSON.stringify({amount}),
      });
      if (!response.ok) throw new Error(`charge failed: ${response.status}`);
      return (await response.json()) as Charge;
    },
    {retries: 3},
  );
}
