import pRetry, {AbortError} from 'p-retry';

async function readForecast(city) {
  const response = await fetch(`https://weather.example/v1/forecast/${city}`, {signal: AbortSignal.timeout(3000)});
  if (response.status === 404) throw new AbortError('unknown city');
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

export const forecast = city => pRetry(() => readForecast(city), {retries: 4, minTimeout: 250});
