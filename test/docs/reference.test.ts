/** The reference pages say what the types and the client say. */
import {readFileSync} from 'node:fs';
import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect} from 'chai';
import {interfaces, readPage, withTables} from '../../scripts/events-page.ts';
import {interfacesOf} from '../../scripts/interfaces.ts';
import {troubleshootingPage} from '../../scripts/troubleshooting/page.ts';
import {refusals} from '../../scripts/troubleshooting/refusals.ts';
import {
  type CallOverrides,
  createFetch,
  definePolicy,
  type PolicyInput,
  type Ports,
  reportOf,
  type SteadfetchEvent,
} from '../../src/index.ts';
import {type ScriptedAnswer, ScriptedFetch, VirtualClock} from '../../src/testing.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const URL_OF_SHOP = 'https://shop.example/items/1';

describe('interfacesOf', () => {
  it('reads names, types over several lines, methods and docstrings', () => {
    const source = [
      '/** One. */',
      'export interface Shape<T> extends Base {',
      '  /**',
      '   * Two',
      '   * lines.',
      '   */',
      '  readonly list: readonly {',
      '    readonly inner: string;',
      '  }[];',
      '  run?<T>(work: () => T): T;',
      '}',
      '',
    ].join('\n');
    expect(interfacesOf(source)).to.deep.equal([
      {
        name: 'Shape',
        text: 'One.',
        fields: [
          {name: 'list', type: 'readonly { readonly inner: string; }[]', text: 'Two lines.'},
          {name: 'run?', type: '<T>(work: () => T): T', text: ''},
        ],
      },
    ]);
  });
});

describe('docs/events-and-reports.md', () => {
  it('is fresh', () => expect(withTables(readPage())).to.equal(readPage()));

  it('has every event, and every interface of its sources', () => {
    const union = /export type SteadfetchEvent =([^;]*);/.exec(read('src/core/events.ts'))![1]!;
    const events = union.match(/\w+/g)!;
    expect(events).to.have.length.above(7);
    for (const event of events) expect(readPage(), event).to.include(`<!-- fields: ${event} -->`);
    for (const name of interfaces().keys()) expect(readPage(), name).to.include(`<!-- fields: ${name} -->`);
  });

  it('names the fields that an event has when it is emitted', async () => {
    const clock = new VirtualClock();
    const events: SteadfetchEvent[] = [];
    const {fetch} = new ScriptedFetch(clock, [503, 200]);
    await clock.run(() => createFetch({}, {clock, fetch, on: event => events.push(event)})(URL_OF_SHOP));
    expect(events.map(({type}) => type)).to.deep.equal(['attempt.end', 'retry.scheduled', 'attempt.end', 'call.end']);
    for (const {type, ...fields} of events) {
      const section = readPage().split(`### ${type}\n`)[1]!.split('\n### ')[0]!;
      for (const field of Object.keys(fields)) expect(section, `${type}.${field}`).to.include(`| \`${field}\` |`);
    }
  });
});

describe('docs/troubleshooting.md', () => {
  it('is fresh', () => expect(read('docs/troubleshooting.md')).to.equal(troubleshootingPage()));

  const call = async (
    policy: PolicyInput,
    script: readonly ScriptedAnswer[],
    init: RequestInit & {resilience?: CallOverrides} = {},
    {ports = {}, before = 0}: {ports?: Ports; before?: number} = {},
  ): Promise<string | undefined> => {
    const clock = new VirtualClock();
    const {fetch} = new ScriptedFetch(clock, script);
    const client = createFetch(policy, {clock, random: () => 0.5, fetch, ...ports});
    for (let index = 0; index < before; index++) await clock.run(() => client(URL_OF_SHOP));
    const response = await clock.run(() => client(URL_OF_SHOP, init));
    const {refusal, reason} = reportOf(response)!;
    return `${refusal}: ${reason}`;
  };
  const hint = new Response(null, {status: 429, headers: {'Retry-After': '120'}});
  const refusingHandle = definePolicy();
  refusingHandle.disableRetries();

  const scenes: Readonly<Record<string, () => Promise<string | undefined>>> = {
    'not-transient': () => call({}, [404]),
    'may-have-acted': () => call({}, [503], {method: 'POST'}),
    'attempts-exhausted': () => call({}, [503]),
    'body-not-replayable': () =>
      call({}, [503], {method: 'PUT', body: new Blob(['a']).stream(), duplex: 'half'} as RequestInit),
    'retried-once': () => call({}, [401], {}, {ports: {prepareAttempt: () => {}}}),
    'hint-too-long': () => call({}, [hint]),
    deadline: () => call({deadlineMs: 1000, backoff: {kind: 'constant', delayMs: 2000}}, [503]),
    'budget-exhausted': () => call({breaker: null}, [503], {}, {before: 4}),
    'retries-disabled': async () => {
      const clock = new VirtualClock();
      const client = createFetch(refusingHandle, {clock, fetch: new ScriptedFetch(clock, [503]).fetch});
      const {refusal, reason} = reportOf(await clock.run(() => client(URL_OF_SHOP)))!;
      return `${refusal}: ${reason}`;
    },
  };
  for (const [refusal, scene] of Object.entries(scenes)) {
    it(`quotes the reason that a client gives with ${refusal}`, async () => {
      const {example} = refusals[refusal as keyof typeof refusals];
      expect(await scene()).to.equal(`${refusal}: ${example}`);
    });
  }
});

describe('docs/testing.md', () => {
  // unasserted: the example throws where it does not hold.
  it('has an example that runs', async () => {
    const code = /```ts\n([\s\S]*?)```/.exec(read('docs/testing.md'))![1]!;
    const sources = new URL('../../src/', import.meta.url).href;
    const linked = code.replaceAll(/'steadfetch\/(\w+)'/g, `'${sources}$1.ts'`);
    const file = join(await mkdtemp(join(tmpdir(), 'steadfetch-testing-')), 'block.ts');
    await writeFile(file, linked);
    await import(pathToFileURL(file).href);
  });
});
