/** The words of messages: numbers agree with their nouns, long durations are said in hours, and a misspelt word is named. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

async function messageOf(code: string, policy: object): Promise<string> {
  const files = {'p.json': JSON.stringify(policy)};
  const {findings} = await lintText({path: 'p.json', files});
  return findings.find(finding => finding.code === code)?.message ?? `no ${code}`;
}

const traffic = (rps: number) => ({instances: 1, assume: {rps, latencyMs: {p50: 5000}}});

describe('a message', () => {
  const cases: [title: string, code: string, policy: object, said: string][] = [
    [
      'counts one call per second, and names the field to raise',
      'RL217',
      {concurrency: {max: 1, queue: 0}, objective: traffic(1)},
      'At 1 call per second of about 5000 ms, 5 attempts are in flight, but the limit is 1: at least 80 % of the calls are refused. Raise max.',
    ],
    [
      'counts one retry per call',
      'RL208',
      {budget: {kind: 'ratio', ratio: 1}},
      'The budget allows 1 retry per call, so the load can grow to 200 % of the calls. Set a ratio below 1.',
    ],
    [
      'says hours of a long duration, once',
      'RL602',
      {deadlineMs: 100_000_000},
      'deadlineMs is 100000000 ms (27.8 hours), which is far above what a call can use: all its attempts and waits end within 147000 ms.',
    ],
    [
      'says hours of each long duration',
      'RL304',
      {deadlineMs: 100_000_000, backoff: {baseMs: 2_000_000, capMs: 50_000_000}},
      'No wait reaches the cap of 50000000 ms (13.9 hours): the longest, before retry 2, is 4000000 ms (1.11 hours). Lower the cap.',
    ],
    [
      'says minutes from ten minutes on',
      'RL206',
      {maxAttempts: 2, deadlineMs: 1_200_000, backoff: {kind: 'constant', delayMs: 700_000}},
      'The wait before retry 1 is up to 700000 ms (11.7 minutes); the limit is 300000 ms. Wait less.',
    ],
    [
      'says that a timeout never applies',
      'RL304',
      {maxAttempts: 2, attemptTimeoutMs: 30_000, deadlineMs: 20_000},
      'The attempt timeout of 30000 ms never applies, because the deadline of 20000 ms ends the call: if the first attempt hangs, no time is left for 1 retry. Lower the attempt timeout, if answers come sooner, or raise the deadline.',
    ],
    [
      'suggests the word of a list that a misspelt one means',
      'RL003',
      {backoff: {jitter: 'fulll'}},
      'backoff.jitter must be "none", "full", "equal" or "decorrelated", got "fulll"; did you mean "full"?',
    ],
    [
      'suggests a word in its own case',
      'RL003',
      {retryOn: ['5XX']},
      'retryOn[0] must be a status from 100 to 599, "4xx", "5xx", "network", "timeout" or a gRPC code name, got "5XX"; did you mean "5xx"?',
    ],
    [
      'suggests no other number',
      'RL003',
      {retryOn: ['6xx']},
      'retryOn[0] must be a status from 100 to 599, "4xx", "5xx", "network", "timeout" or a gRPC code name, got "6xx".',
    ],
  ];
  for (const [title, code, policy, said] of cases)
    it(title, async () => expect(await messageOf(code, policy)).to.equal(said));
});
