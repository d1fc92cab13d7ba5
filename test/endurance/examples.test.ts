/** The examples run by one command each, say what they promise, and end by themselves. */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect} from 'chai';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../examples');

const examples: readonly (readonly [string, RegExp])[] = [
  ['predict-with-retry.ts', /attempt 3: 200[\s\S]*\{ label: 'cat', score: 0\.98 \}\n$/],
  ['grpc-predict.ts', /Down twice, then well\n[\s\S]*attempt 3 {2}OK[\s\S]*=> It is a cat\. ?\n$/],
  [
    'model-client.ts',
    /OpenAI SDK over steadfetch +94 of 94 [\s\S]*steadfetch: 94 of 94 answered, 9\d generations paid\n$/,
  ],
  [
    'two-providers.ts',
    /^question 1 .* first \(large-1\) +first\nquestion 2 .* first \(large-1\), second \(other-70b\) +second\n[\s\S]*question 4 .* second \(other-70b\) +second\n\nanswered: 4 of 4\n$/m,
  ],
  ['guarded-call.ts', /queries that reached the database while it was down: 6 of 60\n.*rows again 4\.0 s after/],
  ['exactly-once.ts', /keys with a charge +│ 300 [\s\S]*│ charges +│ 300 /],
  ['outage.ts', /retries alone, real +\d+ % +\d+ +\d+ %\n.*\nwith a breaker, real +\d+ % +\d+ +\d+ %\n$/],
];

describe('examples', () => {
  for (const [name, expected] of examples) {
    it(`${name} runs to its end`, async () => {
      const {stdout} = await run(process.execPath, [join(folder, name)], {timeout: 50_000});
      expect(stdout).to.match(expected);
    });
  }
});
