/** `steadfetch batch` under a policy with endpoints: what goes where, with which credentials. */
import {expect} from 'chai';
import {LoopbackServer} from '../support/loopback-server.ts';
import {Workplace} from './running.ts';

describe('steadfetch batch with endpoints', () => {
  let work: Workplace;
  let eu: LoopbackServer;
  let us: LoopbackServer;
  let usOrigin: string;
  beforeEach(async () => {
    work = new Workplace();
    work.writeRequests('requests.jsonl', [{a: 1}]);
    [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
    usOrigin = us.origin;
  });
  afterEach(async () => {
    work.remove();
    await Promise.all([eu.close(), us.close()]);
  });

  const policy = (failover: object): string =>
    JSON.stringify({
      idempotentMethods: ['POST'],
      backoff: {kind: 'constant', delayMs: 1, jitter: 'none'},
      endpoints: [
        {name: 'eu', origin: eu.origin, basePath: '/p1'},
        {name: 'us', origin: usOrigin, basePath: '/p1', rank: 2},
      ],
      failover,
    });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the command to fill in.
  const OWN = ['--header', 'Authorization: Bearer ${EU_KEY}', '--header', 'x-own: yes'];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the command to fill in.
  const THEIRS = ['--endpoint-header', 'us Authorization: Bearer ${US_KEY}'];
  const KEYS = {EU_KEY: 'key-of-eu', US_KEY: 'key-of-us'};

  async function batch(more: readonly string[], failover: object = {sharedKeys: true}) {
    const [first, other] = [eu.place(503), us.place(200)];
    work.write('policy.json', policy(failover));
    const args = ['batch', 'requests.jsonl', '--url', first.url, '--policy', 'policy.json', '--out', 'results.jsonl'];
    const {code, stdout, stderr} = await work.call([...args, ...more], KEYS);
    expect(stdout + stderr).to.not.include('key-of-');
    return {code, stdout, stderr, first, other};
  }

  it('sends to the next endpoint, with the credential of that endpoint', async () => {
    const {code, stderr, first, other} = await batch([...OWN, ...THEIRS]);
    expect(stderr).to.include('1 of 1 succeeded');
    expect(stderr).to.match(/by endpoint +eu 1, us 1\n/);
    expect(code).to.equal(0);
    expect(first.header('authorization')).to.deep.equal(['Bearer key-of-eu']);
    expect(other.header('authorization')).to.deep.equal(['Bearer key-of-us']);
    expect(other.header('x-own')).to.deep.equal(['yes']);
    expect(other.requests.map(({path, body}) => `${path} ${body}`)).to.deep.equal(['/p1/v1/x {"a":1}']);
  });

  it('stays where a credential is missing, and says so in one sentence', async () => {
    const {code, stderr, first, other} = await batch(OWN);
    expect(stderr).to.include(
      'Requests stay at eu, because --header sets authorization, and no --endpoint-header sets a credential of us.\n',
    );
    expect([code, first.requests.length, other.requests.length]).to.deep.equal([1, 3, 0]);
  });

  describe('of which one is of another site', () => {
    beforeEach(() => {
      usOrigin = us.origin.replace('127.0.0.1', 'localhost');
    });

    for (const [title, failover, went] of [
      ['a header that the policy does not name stays behind', {}, undefined],
      ['a header that the policy names goes along', {headers: ['X-Own']}, 'yes'],
    ] as const)
      it(title, async () => {
        const {code, first, other} = await batch([...OWN, ...THEIRS], {sharedKeys: true, ...failover});
        expect([code, first.header('x-own'), other.header('x-own')]).to.deep.equal([0, ['yes'], [went]]);
        expect(other.header('authorization')).to.deep.equal(['Bearer key-of-us']);
      });

    it('requests stay where a header has no counterpart, and one sentence says so', async () => {
      const {code, stderr, other} = await batch(['--header', 'x-own: yes']);
      expect(stderr).to.include(
        'Requests stay at eu, because --header sets x-own, which failover.headers does not name, and no --endpoint-header sets a header of us.\n',
      );
      expect([code, other.requests.length]).to.deep.equal([1, 0]);
    });
  });

  it('sends the credential of --header along, if the endpoints share it', async () => {
    const {code, other} = await batch(OWN, {sharedKeys: true, sharedCredentials: true});
    expect([code, other.header('authorization')]).to.deep.equal([0, ['Bearer key-of-eu']]);
  });

  it('moves without credentials, if there are none', async () => {
    const {code, other} = await batch([]);
    expect([code, other.requests.length]).to.deep.equal([0, 1]);
  });

  it('sends a POST to no other endpoint without shared keys', async () => {
    const {code, other} = await batch([...OWN, ...THEIRS], {});
    expect([code, other.requests.length]).to.deep.equal([1, 0]);
    const [result] = work.results('results.jsonl');
    expect(result!.error!.message).to.match(/it stayed at eu, because .*failover\.sharedKeys is not set$/);
  });

  it('says in a dry run where requests can go', async () => {
    const {stdout} = await batch([...OWN, ...THEIRS, '--dry-run']);
    expect(stdout).to.include(`endpoints       eu (${eu.origin}), us (${us.origin})\n`);
  });

  it('says in a dry run why requests stay', async () => {
    expect((await batch([...OWN, '--dry-run'])).stdout).to.include('  endpoints       Requests stay at eu, because');
  });

  it('refuses a header for an endpoint that the policy does not have', async () => {
    const {code, stderr, first} = await batch([...OWN, '--endpoint-header', 'ap x-a: 1']);
    expect(stderr).to.include('--endpoint-header names the endpoint "ap", and the policy has the endpoints eu, us.');
    expect([code, first.requests.length]).to.deep.equal([2, 0]);
  });
});
