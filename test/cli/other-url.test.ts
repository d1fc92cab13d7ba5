/** `steadfetch batch --resume` with another --url: no request that may have been acted on is sent to a second server. */
import {once} from 'node:events';
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {headerOf} from '../../src/batch/journal-contents.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {Workplace} from './running.ts';

const policy = (origins: readonly string[], failover: object): string =>
  JSON.stringify({
    idempotency: {},
    backoff: {kind: 'constant', delayMs: 1, jitter: 'none'},
    maxAttempts: 2,
    ...(origins.length > 0 && {endpoints: origins.map((origin, rank) => ({name: `e${rank}`, origin})), failover}),
  });

describe('a batch that is resumed with another --url', () => {
  let work: Workplace;
  let eu: LoopbackServer;
  let us: LoopbackServer;
  beforeEach(async () => {
    second = undefined;
    work = new Workplace();
    work.writeRequests('requests.jsonl', [{a: 1}, {a: 2}]);
    work.write('policy.json', policy([], {}));
    [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
  });
  afterEach(async () => {
    work.remove();
    await Promise.all([eu.close(), us.close()]);
  });

  const args = (url: string, ...more: string[]): string[] => [
    ...['batch', 'requests.jsonl', '--url', url, '--policy', 'policy.json', '--out', 'results.jsonl', ...more],
  ];
  /** The answer to the second request. Undefined: none. */
  let second: number | undefined;
  /** Answers the first request. */
  const halfway = (server: LoopbackServer): Place =>
    server.place((response, {body}) => {
      const status = body.toString() === '{"a":1}' ? 200 : second;
      if (status !== undefined) response.writeHead(status).end('1');
    });

  /** Null where the run was killed before its first result was in the file. */
  const written = (): string | null =>
    existsSync(join(work.folder, 'results.jsonl')) ? work.read('results.jsonl') : null;

  async function killed(url: string, arrived: (count: number) => Promise<unknown>, ...more: string[]): Promise<void> {
    const child = work.start(args(url, '--concurrency', '1', ...more));
    await arrived(2);
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  it('is refused after a kill, before anything is sent, and goes on at the first URL', async () => {
    const [first, other] = [halfway(eu), us.place(200)];
    await killed(first.url, count => first.arrived(count));
    const results = written();
    const {code, stderr} = await work.call(args(other.url, '--resume'));
    expect(code).to.equal(2);
    expect(stderr).to.include(
      `Requests of results.jsonl.journal may have been acted on at ${first.url}, and this run would send them again to ${other.url}.`,
    );
    expect(other.requests).to.have.length(0);
    expect(written(), 'untouched').to.equal(results);
    second = 200;
    expect((await work.call(args(first.url, '--resume'))).code).to.equal(0);
    expect(first.bodies).to.deep.equal(['{"a":1}', '{"a":2}', '{"a":2}']);
  });

  it('is refused where a request failed on which the server may have acted', async () => {
    const [first, other] = [eu.place(500), us.place(200)];
    expect((await work.call(args(first.url))).code).to.equal(1);
    expect((await work.call(args(other.url, '--resume'))).stderr).to.include(`acted on at ${first.url}`);
    expect(other.requests).to.have.length(0);
  });

  it('is sent there if the first server has certainly acted on nothing that is left', async () => {
    const [first, other] = [eu.place(429), us.place(200)];
    expect((await work.call(args(first.url))).code).to.equal(1);
    expect((await work.call(args(other.url, '--resume'))).code).to.equal(0);
    expect(other.requests).to.have.length(2);
  });

  it('is refused again when a run at the other URL was killed', async () => {
    const [first, other, third] = [eu.place(429), halfway(us), eu.place(200)];
    await work.call(args(first.url));
    await killed(other.url, count => other.arrived(count), '--resume');
    expect((await work.call(args(third.url, '--resume'))).stderr).to.include(`acted on at ${other.url}`);
    expect(third.requests).to.have.length(0);
  });

  it('is refused where a later run at the first URL has not cleared up what a killed one left', async () => {
    const first = halfway(eu);
    await killed(first.url, count => first.arrived(count));
    second = 429;
    expect((await work.call(args(first.url, '--resume'))).code).to.equal(1);
    expect((await work.call(args(us.place(200).url, '--resume'))).code).to.equal(2);
    second = 200;
    expect((await work.call(args(first.url, '--resume'))).code).to.equal(0);
    expect((await work.call(args(us.place(200).url, '--resume'))).code).to.equal(0);
  });

  it('is sent there if both are endpoints that share keys', async () => {
    const first = halfway(eu);
    await killed(first.url, count => first.arrived(count));
    work.write('policy.json', policy([eu.origin, us.origin], {sharedKeys: false}));
    const other = us.place(200);
    expect((await work.call(args(other.url, '--resume'))).code).to.equal(2);
    second = 200;
    work.write('policy.json', policy([eu.origin, us.origin], {sharedKeys: true}));
    expect((await work.call(args(other.url, '--resume'))).code).to.equal(0);
  });

  it('goes on as before with a journal of an earlier version, which has no URL', async () => {
    const first = eu.place(500);
    await work.call(args(first.url));
    const path = join(work.folder, 'results.jsonl.journal');
    writeFileSync(path, headerOf('a-run', 'content'));
    const other = us.place(200);
    expect((await work.call(args(other.url, '--resume'))).code).to.equal(0);
    expect(other.requests).to.have.length(2);
    expect(work.read('results.jsonl.journal')).not.to.include('"url"');
  });
});
