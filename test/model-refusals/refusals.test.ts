/**
 * Error answers that model endpoints and gateways really sent, with what is right to do, written before anyone looked at what the library
 * does. Each is given once to a POST under `steadfetch:llm`, then 200. Half of them, by a hash, are there to work with; of the other half
 * only the number counts, so that a table which was fitted to the first half does not look better than it is. fresh.json was gathered later,
 * to ask the same of answers that no table had seen: before the rules for them, 46 of its 62 were counted right as paid or not.
 */
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {createFetch, reportOf} from '../../src/fetch.ts';
import {ScriptedFetch, seededRandom, VirtualClock} from '../../src/testing.ts';

interface Refusal {
  readonly vendor: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, shortened where that does not matter. */
  readonly body: string;
  readonly right: {
    readonly retry: 'yes' | 'no';
    /** The wait that the answer names, in words, body or headers. */
    readonly waitMs: number | null;
    /** `maybe`: the model may have worked. */
    readonly paid: 'no' | 'maybe';
  };
  readonly why: string;
  readonly source: string;
}

type Half = 'work' | 'counted';
type Group = Half | 'fresh';

const CHAT = 'https://models.test/v1/chat/completions';
const TOLERANCE_MS = 1000;

/**
 * How many are right at present. A change may raise them, never lower them.
 *
 * - `decided`: retried or not as is right, after the wait that the answer names
 * - `paid`: counted as paid or not as is right
 * - `right`: both
 * - `told`: the wait that the answer names was waited for, or is in the report of the call that it ended
 */
const AT_LEAST = {
  work: {decided: 108, paid: 109, right: 108, told: 107},
  counted: {decided: 131, paid: 131, right: 128, told: 133},
  fresh: {decided: 60, paid: 62, right: 60, told: 62},
} as const;

const read = (name: string): readonly Refusal[] =>
  JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as readonly Refusal[];
const refusals = read('refusals.json');
const fresh = read('fresh.json');

function digestOf({vendor, status, body}: Refusal): Buffer {
  return createHash('sha256').update(`${vendor}\n${status}\n${body}`).digest();
}

const halfOf = (refusal: Refusal): Half => (digestOf(refusal)[0]! % 2 === 0 ? 'work' : 'counted');
const idOf = (refusal: Refusal): string => digestOf(refusal).toString('hex').slice(0, 8);

interface Judged {
  readonly id: string;
  readonly refusal: Refusal;
  readonly did: {readonly retry: 'yes' | 'no'; readonly waitedMs: number | null; readonly paid: 'no' | 'maybe'};
  /** In words, what is not right. */
  readonly wrong: {readonly decided: string | null; readonly paid: string | null};
  /** Whether the wait that the answer names was waited for, or is in the report. */
  readonly told: boolean;
  readonly reason: string;
}

const TIMEOUTS = [408, 504, 524];

/** The preset does not pay twice for what takes too long: a timeout of a model at work is not retried, though a retry might help. */
const rightOf = ({right, status}: Refusal): Refusal['right'] =>
  right.paid === 'maybe' && TIMEOUTS.includes(status) ? {...right, retry: 'no'} : right;

/** What is done with one refusal, in virtual time, which begins at the `date` of the answer. */
async function judge(refusal: Refusal): Promise<Judged> {
  const {status, headers, body} = refusal;
  const right = rightOf(refusal);
  const clock = new VirtualClock(headers.date === undefined ? undefined : Date.parse(headers.date));
  const server = new ScriptedFetch(clock, [
    () => new Response(body, {status, headers}),
    () => Response.json({choices: []}),
  ]);
  const fetch = createFetch({extends: ['steadfetch:llm']}, {clock, random: seededRandom(1), fetch: server.fetch});
  const {report, text} = await clock.run(async () => {
    const response = await fetch(CHAT, {method: 'POST', body: JSON.stringify({model: 'm', messages: []})});
    return {report: reportOf(response)!, text: await response.text()};
  });
  const [first, second] = server.arrivals;
  const retry = second === undefined ? 'no' : 'yes';
  const waitedMs = second === undefined ? null : second - first!;
  // The answer 200 after a retry is paid for, too.
  const paid = report.paidAttempts! > (retry === 'yes' ? 1 : 0) ? 'maybe' : 'no';
  if (retry === 'no') expect(text, 'the body that the caller reads').to.equal(body);

  const isAbout = (ms: number | null | undefined): boolean => Math.abs((ms ?? 0) - right.waitMs!) <= TOLERANCE_MS;
  const waitIsWrong = retry === 'yes' && right.waitMs !== null && !isAbout(waitedMs);
  const wrong = {
    decided:
      retry !== right.retry
        ? `retry ${retry}, right ${right.retry}`
        : waitIsWrong
          ? `waited ${Math.round(waitedMs!)} ms, right ${right.waitMs} ms`
          : null,
    paid: paid !== right.paid ? `paid ${paid}, right ${right.paid}` : null,
  };
  // The report of a call that succeeded after all has no wait to tell.
  const told = right.waitMs === null || isAbout(retry === 'yes' ? waitedMs : report.retryAfterMs);
  return {id: idOf(refusal), refusal, did: {retry, waitedMs, paid}, wrong, told, reason: report.reason};
}

describe('refusals of model endpoints', () => {
  const judged: Judged[] = [];
  const judgedFresh: Judged[] = [];
  const of = (group: Group): readonly Judged[] =>
    group === 'fresh' ? judgedFresh : judged.filter(({refusal}) => halfOf(refusal) === group);

  before(async () => {
    for (const refusal of refusals) judged.push(await judge(refusal));
    for (const refusal of fresh) judgedFresh.push(await judge(refusal));
  });

  it('are many, of many vendors, each once, with a source', () => {
    expect(refusals).to.have.length.at.least(160);
    expect(new Set(refusals.map(({vendor}) => vendor)).size).to.be.at.least(25);
    const all = [...refusals, ...fresh];
    const keys = all.map(refusal => `${idOf(refusal)} ${JSON.stringify(refusal.headers)}`);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(all.filter(({source, why}) => !source.startsWith('https://') || why === '')).to.deep.equal([]);
  });

  it('are divided into two halves of about the same size', () => {
    expect(of('work').length + of('counted').length).to.equal(refusals.length);
    expect(of('work').length / refusals.length).to.be.within(0.4, 0.6);
  });

  for (const half of ['work', 'counted', 'fresh'] as const) {
    it(`are judged no worse than before: ${half}`, () => {
      const all = of(half);
      const counts = {
        decided: all.filter(({wrong}) => wrong.decided === null).length,
        paid: all.filter(({wrong}) => wrong.paid === null).length,
        right: all.filter(({wrong}) => wrong.decided === null && wrong.paid === null).length,
        told: all.filter(({told}) => told).length,
      };
      // Of the counted half no answer is named: nothing may be fitted to it.
      const named = half === 'counted' ? [] : all;
      const lines = named.map(({id, refusal, wrong}) =>
        [id, refusal.vendor, wrong.decided ?? '', wrong.paid ?? ''].join(' | '),
      );
      const message = [`of ${all.length}: ${JSON.stringify(counts)}`, ...lines].join('\n');
      const least = AT_LEAST[half];
      expect(counts.decided, `decided ${message}`).to.be.at.least(least.decided);
      expect(counts.paid, `paid ${message}`).to.be.at.least(least.paid);
      expect(counts.right, `right ${message}`).to.be.at.least(least.right);
      expect(counts.told, `told ${message}`).to.be.at.least(least.told);
    });
  }
});
