/** Two commands on one journal: one of them sends. */
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {LoopbackServer} from '../support/loopback-server.ts';
import {ended, Workplace} from './running.ts';

describe('two steadfetch batch on one journal', function () {
  this.timeout(60_000);
  let place: Workplace;
  let server: LoopbackServer;

  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.remove());

  const args = (url: string): string[] => [
    'batch',
    'requests.jsonl',
    '--url',
    url,
    '--out',
    'results.jsonl',
    '--resume',
    '--concurrency',
    '4',
  ];
  /** A server that does not respond until the test says so. */
  const gate = () => {
    const waiting: (() => void)[] = [];
    let isOpen = false;
    const at = server.place(response => {
      const answer = (): void => void response.writeHead(200).end('1');
      if (isOpen) answer();
      else waiting.push(answer);
    });
    const open = (): void => {
      isOpen = true;
      for (const answer of waiting) answer();
    };
    return {at, open};
  };
  const lockFile = (): boolean => existsSync(join(place.folder, 'results.jsonl.journal.lock'));

  it('send each request once: the second is refused, and names the first', async () => {
    const {at, open} = gate();
    place.writeRequests(
      'requests.jsonl',
      Array.from({length: 400}, (_, n) => ({n})),
    );
    const first = place.start(args(at.url));
    const end = ended(first);
    await at.arrived(1);
    const second = await place.call(args(at.url));
    expect(second.code).to.equal(2);
    expect(second.stderr).to.match(
      new RegExp(`^The journal results.jsonl.journal is in use by process ${first.pid}\\. Wait until .*\n$`),
    );
    open();
    expect((await end).code).to.equal(0);
    expect(new Set(at.bodies).size).to.equal(400);
    expect(at.requests).to.have.length(400);
    expect(lockFile(), 'the lock is released').to.equal(false);
  });

  it('started at one moment send each request once', async () => {
    const at = server.place(200);
    place.writeRequests(
      'requests.jsonl',
      Array.from({length: 100}, (_, n) => ({n})),
    );
    const codes = (await Promise.all([place.run(args(at.url)), place.run(args(at.url))])).map(({code}) => code);
    // One may begin after the other has ended: then it finds everything in the journal.
    expect(codes).to.include(0);
    expect(codes.every(code => code === 0 || code === 2)).to.equal(true);
    expect(at.requests).to.have.length(100);
  });

  it('after kill -9 the next one goes on at once', async () => {
    const {at, open} = gate();
    place.writeRequests('requests.jsonl', [{a: 1}]);
    const first = place.start(args(at.url));
    const end = ended(first);
    await at.arrived(1);
    first.kill('SIGKILL');
    await end;
    expect(lockFile()).to.equal(true);
    open();
    const second = await place.call([...args(at.url), '--retry-failed']);
    expect(second.code, second.stderr).to.equal(0);
    expect(readdirSync(place.folder).sort()).to.deep.equal([
      'requests.jsonl',
      'results.jsonl',
      'results.jsonl.journal',
    ]);
  });

  for (const [signal, times] of [
    ['SIGINT', 2],
    ['SIGTERM', 1],
    ['SIGTERM', 2],
  ] as const)
    it(`leave no lock behind after ${signal}${times === 2 ? ' twice' : ''}`, async () => {
      const {at, open} = gate();
      place.writeRequests('requests.jsonl', [{a: 1}]);
      const child = place.start(args(at.url));
      const end = ended(child);
      await at.arrived(1);
      const printed = new Promise<void>(resolve => child.stderr!.on('data', () => resolve()));
      child.kill(signal);
      await printed;
      if (times === 2) child.kill(signal);
      else open();
      await end;
      expect(lockFile()).to.equal(false);
    });
});
