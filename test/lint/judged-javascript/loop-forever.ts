import got from 'got';

export async function postReading(reading: object): Promise<void> {
  let delay = 1000;
  while (true) {
    try {
      await got.put('https://meters.example/readings/today', {json: reading, retry: {limit: 0}, timeout: {request: 5000}});
      return;
    } catch (error) {
      console.error('upload failed, retrying', error);
      await new Promise(resolve => setTimeout(resolve, delay));
      delay = Math.min(delay * 2, 30_000);
    }
  }
}
