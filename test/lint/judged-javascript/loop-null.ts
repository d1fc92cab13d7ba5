import axios from 'axios';
import {setTimeout as sleep} from 'node:timers/promises';

export async function loadConfig(url: string) {
  const maxAttempts = 3;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    try {
      const {data} = await axios.get(url, {timeout: 2000});
      return data;
    } catch (error) {
      console.warn('config not loaded', error);
      await sleep(500 * 2 ** attempt);
    }
  }
  return null;
}
