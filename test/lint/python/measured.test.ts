/** What the dialects of Python's libraries read is what the libraries do: measured.json has what measure.py saw of them. */

import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import type {Dialect} from '../../../lint/dialects/dialect.ts';
import {backoff} from '../../../lint/dialects/python/backoff.ts';
import {celery} from '../../../lint/dialects/python/celery.ts';
import {googleApiCore} from '../../../lint/dialects/python/google-api-core.ts';
import {httpxRetries} from '../../../lint/dialects/python/httpx-retries.ts';
import {stamina} from '../../../lint/dialects/python/stamina.ts';
import {tenacity} from '../../../lint/dialects/python/tenacity/tenacity.ts';
import {urllib3} from '../../../lint/dialects/python/urllib3.ts';
import type {Shape} from '../../../lint/shape/shape.ts';
import {readPython} from '../../../lint/source/python/read.ts';
import {plannedMs} from '../../../src/math/schedule.ts';
import {mergePolicy} from '../../../src/policy/merge.ts';
import {checkPolicy} from '../../../src/policy/validate.ts';

/** The text, the attempts (null for no end), the shortest and the longest waits in seconds. */
type Row = readonly [text: string, attempts: number | null, low: readonly number[], high: readonly number[]];

const measured = JSON.parse(readFileSync(new URL('measured.json', import.meta.url), 'utf8')) as {
  readonly [group: string]: readonly Row[];
};
const {versions} = measured as unknown as {readonly versions: readonly string[]};
/** Those that were measured. */
const packages = Object.fromEntries(
  versions.map(each => each.split(' ').map((word, at) => (at === 0 ? word : `==${word}`))),
);
const tenacityFile = (decorator: string): string =>
  `from datetime import timedelta\nfrom tenacity import *\n\n@retry(${decorator})\ndef f():\n    pass\n`;

function shapeOf(dialect: Dialect, text: string): Shape {
  const units = dialect.unitsOf(readPython('f.py', text), packages) ?? [];
  expect(units.length, text).to.equal(1);
  const shape = dialect.shapeOf(units[0]!);
  expect(checkPolicy(shape.data), text).to.deep.equal([]);
  return shape;
}

interface Group {
  readonly name: string;
  readonly dialect: Dialect;
  readonly file: (text: string) => string;
}

const groups: readonly Group[] = [
  {name: 'tenacity wait', dialect: tenacity, file: text => tenacityFile(`wait=${text}, stop=stop_after_attempt(6)`)},
  {name: 'backoff', dialect: backoff, file: text => `import backoff\n\n@backoff.on_exception(${text})\ndef f(): ...\n`},
  {
    name: 'stamina',
    dialect: stamina,
    file: text => `import stamina\nfrom datetime import timedelta\n\n@stamina.retry(${text})\ndef f(): ...\n`,
  },
  {name: 'urllib3', dialect: urllib3, file: text => `from urllib3.util import Retry\nretry = Retry(${text})\n`},
  {
    name: 'httpx-retries',
    dialect: httpxRetries,
    file: text => `import httpx_retries\nx = httpx_retries.Retry(${text})\n`,
  },
  {
    name: 'google-api-core',
    dialect: googleApiCore,
    file: text => `from google.api_core import retry\nx = retry.Retry(${text})\n`,
  },
  {
    name: 'celery',
    dialect: celery,
    file: text => `from celery import shared_task\n\n@shared_task(${text})\ndef f(): ...\n`,
  },
];

/** As the dialects have it: a spread of a fifth of the wait is jitter, one of nothing is none. */
function jitterOf(planned: readonly number[], low: readonly number[], high: readonly number[]): string | undefined {
  const waiting = planned
    .map((wait, n) => ({wait, low: low[n]!, spread: high[n]! - low[n]!}))
    .filter(({wait, spread}) => wait + spread > 0);
  if (waiting.every(({spread}) => spread === 0)) return 'none';
  return waiting.every(each => each.spread >= 0.2 * each.low - 1e-9) ? 'full' : undefined;
}

for (const {name, dialect, file} of groups)
  describe(`Measured: ${name}`, () => {
    for (const [text, attempts, low, high] of measured[name]!)
      it(text === '' ? 'defaults' : text, () => {
        const shape = shapeOf(dialect, file(text));
        const {maxAttempts, backoff: waits, deadlineMs} = mergePolicy(dialect.defaults, shape.data);
        if (!shape.unknown.has('maxAttempts')) expect(maxAttempts).to.equal(attempts ?? 'unlimited');
        // Only a time makes them unknown.
        else expect(deadlineMs).to.be.a('number');
        if (shape.unknown.has('backoff')) return;
        const count = Math.min(5, (attempts ?? 6) - 1, low.length);
        const planned = Array.from({length: count}, (_, index) => plannedMs(waits, index + 1, false) / 1000);
        for (const [index, wait] of planned.entries()) {
          expect(wait, `wait ${index + 1}`).to.be.at.least(low[index]! - 1e-3);
          expect(wait, `wait ${index + 1}`).to.be.at.most(high[index]! + 1e-3);
        }
        if (planned.every(wait => wait === 0) && high.every(wait => wait === 0)) return;
        const first = Math.min(3, count);
        const expected = jitterOf(planned.slice(0, first), low, high);
        expect(shape.unknown.has('backoff.jitter') ? undefined : waits.jitter).to.equal(
          count === 0 ? waits.jitter : expected,
        );
      });
  });

describe('Measured: tenacity stop', () => {
  // One is that of both, and one ends when the longer of two does.
  const unknown = [
    'stop_after_attempt(5) & stop_after_delay(10)',
    'stop_all(stop_after_attempt(5), stop_after_delay(10))',
  ];
  for (const [text, attempts] of measured['tenacity stop']!)
    it(text, () => {
      const shape = shapeOf(tenacity, tenacityFile(`stop=${text}, wait=wait_fixed(0)`));
      expect(shape.unknown.has('maxAttempts')).to.equal(unknown.includes(text));
      if (unknown.includes(text)) return;
      const {maxAttempts, deadlineMs} = mergePolicy(tenacity.defaults, shape.data);
      const most = Math.min(typeof maxAttempts === 'number' ? maxAttempts : Infinity, (deadlineMs ?? Infinity) / 1000);
      expect(most).to.equal(attempts ?? Infinity);
    });
});

describe('Measured: tenacity retry', () => {
  const known: Readonly<Record<string, string>> = {
    '4': 'every',
    'retry_if_exception_type(ConnectionError)': 'some',
    'retry_if_exception_type((ConnectionError, TimeoutError))': 'some',
    'retry_if_exception_type(ConnectionError) | retry_if_exception_type(TimeoutError)': 'some',
    'retry_if_exception_type(ConnectionError) & retry_if_exception_message(match="x")': 'some',
    'retry_all(retry_if_exception_type(Exception), retry_if_exception_type(ConnectionError))': 'some',
  };
  for (const [text, retried] of measured['tenacity retry'] as unknown as readonly [string, readonly string[]][])
    it(text, () => {
      const {code} = shapeOf(tenacity, tenacityFile(`retry=${text}`));
      const isPredicate = text === 'retry_always';
      const expected = isPredicate ? 'unknown' : (known[text] ?? known[retried.length] ?? 'unknown');
      expect(code?.errors).to.equal(expected);
      if (code?.errors === 'every') expect(retried.length).to.equal(4);
      if (code?.errors === 'some') expect(retried.length).to.be.lessThan(4);
    });
});
