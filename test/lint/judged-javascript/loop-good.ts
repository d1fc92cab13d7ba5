const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

export async function getJson(url: string, maxAttempts = 4): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, {signal: AbortSignal.timeout(2000)}).catch((error: Error) => error);
    if (response instanceof Response && response.ok) return response.json();
    const isTransient = response instanceof Error || response.status === 429 || response.status >= 500;
    if (!isTransient || attempt >= maxAttempts) throw new Error(`no answer from ${url}`);
    const hint = response instanceof Response ? Number(response.headers.get('retry-after')) * 1000 : 0;
    await sleep(hint || Math.random() * Math.min(10_000, 200 * 2 ** attempt));
  }
}
