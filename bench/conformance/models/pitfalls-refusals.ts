/** The facts in refusals: how long to wait, and whether a wait helps at all. */
import {
  creditTooLow,
  envoyRateLimited,
  insufficientQuota,
  loading,
  overloaded,
  perDay,
  type Refusal,
  requestTooLarge,
  retryInfo,
  throttled,
  tryAgainIn,
} from '../../../examples/model-endpoint/refusals.ts';
import {type CellResult, fail, pass} from '../pitfall.ts';
import type {Lab} from './lab.ts';
import {count, first, holds, ofRetries, once, outcomeOf, type Pitfall, QUESTION, refused} from './pitfall.ts';

/** The second request comes when the server said, and not much later. */
async function waits(lab: Lab, refusal: (now: number) => Refusal, delayMs: number): Promise<CellResult> {
  lab.open({fault: meeting => first(refused(refusal(lab.clock.wall())))(meeting)});
  const ended = await once(lab, 'ask');
  const [, second] = lab.arrivals;
  if (second === undefined || !ended?.isAnswered) return fail(outcomeOf(ended));
  if (second.at < delayMs) return fail(`came back after ${inSeconds(second.at)}, ${inSeconds(delayMs)} were asked for`);
  const latest = 2 * delayMs + 1000;
  return second.at <= latest ? pass : fail(`came back after ${inSeconds(second.at)}`);
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Waiting does not help, so the request is sent once. */
async function sendsOnce(lab: Lab, refusal: Refusal): Promise<CellResult> {
  lab.open({fault: () => refused(refusal)});
  const ended = await once(lab, 'ask');
  return lab.requests === 1
    ? pass
    : fail(`${count(lab.requests, 'request')} within ${inSeconds(ended?.at ?? Number.NaN)}`);
}

const waiting = (id: string, title: string, delayMs: number, refusal: (wall: number) => Refusal): Pitfall => ({
  id,
  title,
  run: ofRetries(lab => waits(lab, refusal, delayMs)),
});

const sentOnce = (id: string, title: string, refusal: Refusal): Pitfall => ({
  id,
  title,
  run: lab => sendsOnce(lab, refusal),
});

export const pitfalls: readonly Pitfall[] = [
  waiting('T72', '`Retry-After: 1.5` is waited for', 1500, () => throttled({'retry-after': '1.5'})),
  waiting('T73', "OpenAI's `x-ratelimit-reset-requests: 1m30s` is waited for", 90_000, () =>
    throttled({'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s'}),
  ),
  waiting('T74', "Anthropic's `anthropic-ratelimit-requests-reset` is waited for", 20_000, wall =>
    throttled({
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': new Date(wall + 20_000).toISOString(),
    }),
  ),
  waiting('T75', 'a wait in the message of a 429 is waited for: "try again in 7.66s"', 7660, () => tryAgainIn('7.66s')),
  waiting('T76', "Gemini's `RetryInfo` in the body of a 429 is waited for", 34_000, () => retryInfo(34)),
  waiting('T77', "Hugging Face's `estimated_time` in the body of a 503 is waited for", 44_500, () => loading(44.5)),
  sentOnce('T78', 'the request of a used-up account is sent once (`insufficient_quota`)', insufficientQuota),
  sentOnce('T79', 'a request that is larger than the whole limit is sent once', requestTooLarge),
  sentOnce('T80', 'the request of a used-up daily quota is sent once', perDay),
  sentOnce('T81', "a gateway's `x-envoy-ratelimited` is not retried", envoyRateLimited),
  sentOnce('T82', 'a 400 for too low a credit balance is not retried', creditTooLow),
  {
    id: 'T83',
    title: 'a 529 is retried',
    run: ofRetries(async lab => {
      lab.open({fault: first(refused(overloaded))});
      const ended = await once(lab, 'ask');
      return holds(ended?.isAnswered === true, lab, ended);
    }),
  },
  {
    id: 'T84',
    title: 'the message of a refusal reaches the user',
    async run(lab) {
      lab.open({fault: () => refused(insufficientQuota)});
      const {error} = (await once(lab, 'ask')) ?? {};
      const message = 'check your plan and billing details';
      return String((error as Error | undefined)?.message).includes(message) ? pass : fail(`the error says: ${error}`);
    },
  },
  {
    id: 'T85',
    title: "while calls wait for the account's limit, others wait too: one at most asks once more",
    run: ofRetries(async lab => {
      lab.open({fault: first(refused(throttled({'retry-after': '10'})))});
      const client = await lab.connect();
      const one = lab.call(client, 'ask', QUESTION);
      await lab.pause(1000);
      const others = [2, 3, 4].map(number => lab.call(client, 'ask', `question ${number}`));
      await Promise.all([one, ...others]);
      const early = lab.arrivals.filter(({at}) => at > 0 && at < 10_000).length;
      return early <= 1 ? pass : fail(`${count(early, 'request')} while the server had asked for 10 s`);
    }),
  },
];
