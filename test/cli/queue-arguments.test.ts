/** The arguments of `steadfetch batch --queue`. */
import {expect} from 'chai';
import {readQueueArguments} from '../../src/cli/queue-arguments.ts';
import {UsageError} from '../../src/cli/usage-error.ts';

const REDIS = ['--queue', 'redis://127.0.0.1:6379'];
const URL_OPTION = ['--url', 'https://api.example.com/'];
const read = (args: readonly string[], env: Record<string, string> = {}) => readQueueArguments(args, env);

describe('steadfetch batch --queue', () => {
  it('reads the address, with what the environment has, and the name', () => {
    const work = read(['work', '--queue', `redis://:\${PASSWORD}@db:6380/1`, ...URL_OPTION, '--name', 'a.b'], {
      PASSWORD: 's',
    });
    expect(work).to.include({word: 'work', name: 'a.b', lockMs: 30_000, concurrency: 16, policy: 'steadfetch:batch'});
    expect(typeof work === 'string' ? '' : work.redis.href).to.equal('redis://:s@db:6380/1');
  });

  it('takes the word and the options in any order', () => {
    const enqueue = read([...REDIS, ...URL_OPTION, '--no-dedupe', 'enqueue', 'a.jsonl', '--resume']);
    expect(enqueue).to.include({word: 'enqueue', requests: 'a.jsonl', dedupe: false, resume: true, retryFailed: false});
    const collect = read(['collect', 'a.jsonl', '--out', 'b.jsonl', ...REDIS, '--remove']);
    expect(collect).to.include({word: 'collect', requests: 'a.jsonl', out: 'b.jsonl', remove: true, dedupe: true});
  });

  it('shows its help to those who do not know an address', () => {
    for (const args of [
      ['--queue', '--help'],
      ['work', '--queue', '-h'],
    ])
      expect(read(args)).to.equal('help');
  });

  const refused: [string, readonly string[], string][] = [
    ['no word', REDIS, '--queue needs one of enqueue, work, collect.'],
    ['an unknown word', [...REDIS, 'send'], '--queue needs one of enqueue, work, collect, got "send".'],
    ['an option of another word', ['work', ...REDIS, ...URL_OPTION, '--out', 'x'], 'work has no --out: collect has.'],
    [
      'a file for work',
      ['work', 'a.jsonl', ...REDIS, ...URL_OPTION],
      'work takes no file, got a.jsonl: its requests are in the queue.',
    ],
    [
      'no file',
      ['enqueue', ...REDIS, ...URL_OPTION],
      'Missing file of requests: name a .jsonl file, or - for standard input.',
    ],
    ['two files', ['enqueue', 'a', 'b', ...REDIS, ...URL_OPTION], 'One file of requests, not 2: a, b.'],
    [
      'no --url',
      ['work', ...REDIS],
      'Missing --url: give the address of the server, such as --url https://api.example.com.',
    ],
    [
      'no --out',
      ['collect', 'a', ...REDIS],
      'Missing --out: give a file, such as --out results.jsonl, or - for standard output.',
    ],
    [
      'a name with a colon',
      ['work', ...REDIS, ...URL_OPTION, '--name', 'a:b'],
      '--name must consist of letters, digits, ".", "_" and "-", got "a:b".',
    ],
    [
      'half a second',
      ['work', ...REDIS, ...URL_OPTION, '--lock', '0.5'],
      '--lock must be a whole number of at least 1, got "0.5".',
    ],
    [
      'a password beside an address that is none',
      ['work', '--queue', 'http://u:secret@h', ...URL_OPTION],
      '--queue must be an address such as redis://127.0.0.1:6379 or rediss://redis.example.com:6380/0.',
    ],
    [
      'a variable that is not set',
      ['work', '--queue', `\${REDIS_URL}`, ...URL_OPTION],
      '--queue asks for the environment variable REDIS_URL, which is not set.',
    ],
  ];
  for (const [what, args, message] of refused)
    it(`refuses ${what}`, () => expect(() => read(args)).to.throw(UsageError, message));
});
