/** Runs the table of docs/server.md that says what a repetition gets, on one store. */
import {expect} from 'chai';
import {type IdempotencyOptions, idempotent, type KeyContext, SteadfetchError} from '../../src/server.ts';
import {documentedTable} from './documented-table.ts';
import {post, told} from './requests.ts';

type Act = (context: KeyContext<unknown>) => Response | Promise<Response>;

const statuses =
  (...all: number[]) =>
  (): Act[] =>
    all.map(status => () => new Response([204, 304].includes(status) ? null : 'first', {status}));

/** What the handler of each row does, in one or more ways. */
const ROWS: Readonly<Record<string, () => Act[]>> = {
  'calls `release()`, then answers or throws': () => [
    ...[201, 401, 422, 500, 503].map(
      (status): Act =>
        ({release}) => {
          release();
          return new Response('first', {status});
        },
    ),
    ({release}) => {
      release();
      throw new Error('nothing was done');
    },
  ],
  'answers with 2xx or 3xx': statuses(200, 201, 202, 204, 302, 304),
  'answers with 4xx, except those of the next row': statuses(400, 402, 403, 404, 409, 410, 412, 422, 451),
  'answers with 401, 408, 421, 425 or 429': statuses(401, 408, 421, 425, 429),
  'answers with 5xx or `Response.error()`': () => [
    ...statuses(500, 501, 502, 503, 504, 507, 599)(),
    () => Response.error(),
  ],
  'runs for longer than `maxRunMs`': () => [() => new Promise(() => {})],
  'answers with an event stream': () => [
    () => new Response('data: 1\n\n', {headers: {'content-type': 'text/event-stream'}}),
  ],
  'answers with a body above `maxResponseBytes`': () => [() => new Response('x'.repeat(2000))],
  throws: () => [
    () => {
      throw new Error('perhaps after the charge');
    },
    () => Promise.reject(new SteadfetchError('INTERNAL', 'perhaps after the charge')),
  ],
};

/** The columns of stores. */
const COLUMNS = ['leases', 'run-again', 'transactions'] as const;

/** @param options Called before each test. */
export function outcomeTable<Tx>(
  column: (typeof COLUMNS)[number],
  options: () => Pick<IdempotencyOptions<Request, Tx>, 'store'> & Partial<IdempotencyOptions<Request, Tx>>,
): void {
  const rows = documentedTable('What a repetition gets');
  it('has the rows that are tested', () => {
    expect(rows.map(([handler]) => handler)).to.deep.equal(Object.keys(ROWS));
  });
  for (const [handler, ...cells] of rows) {
    const expected = cells[COLUMNS.indexOf(column)];
    it(`a handler that ${handler}: a repetition ${expected}`, async () => {
      const acts = ROWS[handler!]?.() ?? [];
      expect(acts).not.to.be.empty;
      for (const [at, act] of acts.entries()) expect(await repetition(options(), act), `way ${at}`).to.equal(expected);
    });
  }
}

let keys = 0;

/** What the repetition of a request gets, in the words of the table. */
async function repetition<Tx>(
  options: Pick<IdempotencyOptions<Request, Tx>, 'store'> & Partial<IdempotencyOptions<Request, Tx>>,
  act: Act,
): Promise<string> {
  let runs = 0;
  const handler = idempotent<Tx>(
    (_request, context) => (++runs === 1 ? act(context) : new Response('second', {status: 201})),
    {scope: 'everyone', on: () => {}, maxRunMs: 200, maxResponseBytes: 1000, ...options},
  );
  const key = `row-${process.pid}-${++keys}`;
  const first = await handler(post(key)).then(told, () => 'thrown');
  const response = await handler(post(key));
  const isReplayed = response.headers.has('idempotent-replayed');
  const second = await told(response);
  if (runs === 2) return second === '201 second' && !isReplayed ? 'runs the handler' : second;
  if (isReplayed) return second === first ? 'gets the same response' : second;
  const [status, code] = second.split(' ');
  return `gets ${status} \`${code}\``;
}
