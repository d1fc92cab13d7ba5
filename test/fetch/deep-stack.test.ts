/** Calls that begin where the stack is nearly full: an exception can interrupt every step, and what releases a call, too. */
import {spawnSync} from 'node:child_process';
import {expect} from 'chai';

const PROGRAM = `
import {createFetch} from ${JSON.stringify(new URL('../../src/core.ts', import.meta.url).href)};

const unhandled = [];
process.on('unhandledRejection', error => unhandled.push(String(error)));
// Filled by assignments, which need no stack.
const sent = Array(100_000).fill(null);
const calls = Array(100_000).fill(null);
let sends = 0;
let count = 0;
const stub = (url, {signal}) => {
  const {promise, reject} = Promise.withResolvers();
  sent[sends] = {signal, reject};
  sends++;
  return promise;
};
const fetch = createFetch({maxAttempts: 2, attemptTimeoutMs: 60_000, deadlineMs: null, breaker: null, budget: null}, {fetch: stub});
const controller = new AbortController();
function recurse() {
  try {
    calls[count] = fetch('http://shop.example/', {signal: controller.signal});
    count++;
  } catch {}
  recurse();
}
const from = depth => {
  if (depth > 0) return from(depth - 1);
  try {
    recurse();
  } catch {}
};
// Runs first of all that the calls do later.
const ending = Promise.resolve().then(() => Promise.allSettled(calls.slice(0, count)));
for (let depth = 0; depth < 2; depth++) from(depth);
await new Promise(resolve => setImmediate(resolve));
controller.abort(new Error('no longer needed'));
const open = sent.filter(each => each !== null && !each.signal.aborted).length;
for (const each of sent) each?.reject(each.signal.reason);
const ends = await ending;
const failed = ends.filter(({reason}) => reason instanceof RangeError || reason.code === 'INTERNAL').length;
await new Promise(resolve => setImmediate(resolve));
const timers = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
console.log(JSON.stringify({calls: count, sends, failed, open, timers, unhandled}));
process.exit();
`;

describe('a call that begins where the stack is nearly full', () => {
  it('leaves no timer, no request and no promise without a handler', () => {
    const {stdout, stderr, signal} = spawnSync(
      process.execPath,
      ['--stack-size=150', '--no-warnings', '--input-type=module', '--eval', PROGRAM],
      {encoding: 'utf8', timeout: 55_000},
    );
    expect(signal, stderr).to.equal(null);
    const {calls, sends, failed, open, timers, unhandled} = JSON.parse(stdout);
    expect(calls).to.be.above(1000);
    expect(failed, `${sends} sends`).to.be.above(5);
    expect({open, timers, unhandled}).to.deep.equal({open: 0, timers: 0, unhandled: []});
  });
});
