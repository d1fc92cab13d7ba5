/**
 * A process that calls a model endpoint for some time, with a quota that it has to learn, and prints how its calls ended.
 *
 * Usage: node quota-probe.ts URL KEY SECONDS CALLERS
 */

import {useModelEndpoints} from '../../src/features.ts';
import {createFetch} from '../../src/fetch.ts';

useModelEndpoints();

const [url = '', key = '', seconds = '1', callers = '1'] = process.argv.slice(2);
const fetch = createFetch({extends: ['steadfetch:llm'], maxAttempts: 8, quota: {}});
const endsAt = performance.now() + Number(seconds) * 1000;
const ends: Record<string, number> = {};
let calls = 0;

async function caller(): Promise<void> {
  while (performance.now() < endsAt) {
    const prompt = `question ${++calls} of ${key}`;
    const body = JSON.stringify({messages: [{role: 'user', content: prompt}], max_tokens: 50, stream: calls % 2 === 0});
    const end = await fetch(url, {method: 'POST', headers: {authorization: `Bearer ${key}`}, body}).then(
      async response => ((await response.text()).includes(prompt.split(' ')[0]!) ? 'answered' : `${response.status}`),
      (error: Error) => error.name,
    );
    ends[end] = (ends[end] ?? 0) + 1;
  }
}

await Promise.all(Array.from({length: Number(callers)}, caller));
console.log(JSON.stringify({calls, ...ends}));
