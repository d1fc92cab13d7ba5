/** What callers send: bodies, URLs, and headers that may not go everywhere. */
import type {PolicyInput} from '../../src/core.ts';
import type {Call} from './scene.ts';
import type {Row, Rows} from './table.ts';

const form = (): FormData => {
  const data = new FormData();
  data.set('a"b', 'line\nbreak');
  return data;
};
const detached = (): ArrayBuffer => {
  const buffer = new ArrayBuffer(4);
  structuredClone(buffer, {transfer: [buffer]});
  return buffer;
};
const post = (body: unknown): Row =>
  ({answer: {status: 503}, method: 'POST', body: body as string, duplex: 'half'}) as Row;
export const BODIES = (): Rows => ({
  text: post('text'),
  'too long a text': post('x'.repeat(50)),
  parameters: post(new URLSearchParams({a: '1'})),
  'too many parameters': post(new URLSearchParams({a: 'x'.repeat(50)})),
  bytes: post(new Uint8Array([1, 2, 3])),
  'too many bytes': post(new Uint8Array(50)),
  buffer: post(new ArrayBuffer(4)),
  'Node’s buffer': post(Buffer.from('{"max_tokens":5}')),
  view: post(new DataView(new ArrayBuffer(9), 2, 3)),
  'a detached buffer': post(detached()),
  blob: post(new Blob(['part'])),
  'a blob that is too long': post(new Blob(['x'.repeat(50)])),
  form: post(form()),
  stream: post(new Blob(['part']).stream()),
  'an iterable': post({
    *[Symbol.asyncIterator]() {
      yield Buffer.from('x');
    },
  }),
  'an object': post({a: 1}),
  null: post(null),
});

export const URLS: readonly string[] = [
  'https://user:word@api.test/items',
  'https://api.test/items?a=1&b=2&&c&token=x#fragment?d=4',
  'https://api.test/items?page=2&shown=https%3A%2F%2Fu%3Ap%40b.test%2F%3Fc%3D1&page=3%263=4',
  'https://api.test/items?%zz=1&page=%zz',
  'https://api.test/items?page=%E0%A4%A&x',
  'https://api.test/items?page=a;b=c&&',
  'https://api.test/items?=value&page=1',
  'https://api.test/go/https://user:word@b.test/?next=//x',
];

export const ASKED: readonly string[] = [
  '{"max_tokens":50}',
  '{"max_completion_tokens":70,"max_tokens":50}',
  '{"max_output_tokens":"60"}',
  '{"generationConfig":{"maxOutputTokens":30}}',
  '{"inferenceConfig":{"maxTokens":20}}',
  '{"parameters":{"max_new_tokens":10}}',
  '{"options":{"num_predict":-1}}',
  `{"image":"${'A'.repeat(2100)}"}`,
  '{"max_tokens":',
  '[1]',
  '"max_tokens"',
];

/** A place, and one beside it. */
export const SITES = [
  ['https://eu.shop.test', 'https://us.shop.test'],
  ['https://eu.shop.co.uk', 'https://eu.other.co.uk'],
  ['https://10.0.0.1', 'https://10.0.0.2'],
  ['https://[::1]', 'https://[::2]'],
  ['https://shop', 'https://other'],
] as const;
export const elsewhere = (home: string, away: string): PolicyInput => ({
  endpoints: [
    {name: 'home', origin: home},
    {name: 'away', origin: away, rank: 1},
  ],
});
export const CARRIED: readonly Call[] = [
  {headers: {accept: 'x', 'user-agent': 'x', traceparent: '00-1', 'x-trace-id': '1'}},
  {headers: {authorization: 'Bearer x'}},
  {headers: {'x-api-key': 'x'}},
  {headers: {cookie: 'a=b'}},
  {headers: {host: 'x', 'x-own': '1'}},
];
