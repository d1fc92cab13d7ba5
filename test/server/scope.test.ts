/** A key belongs to one account, and the store learns neither key nor account. */
import {expect} from 'chai';
import {type Claim, type IdempotencyOptions, type IdempotencyStore, idempotent, memoryStore} from '../../src/server.ts';
import {post, told} from './requests.ts';

/** The user of a session token, which changes while the session lasts. */
const USERS: Readonly<Record<string, string>> = {'token-1': 'alice', 'token-2': 'alice', 'token-9': 'mallory'};
const byUser = (request: Request): string => USERS[request.headers.get('authorization') ?? ''] ?? '';

/** A handler that counts its runs, over a store whose claims are kept. */
function charging(scope: IdempotencyOptions<Request>['scope'] | undefined) {
  const claims: Claim[] = [];
  const memory = memoryStore();
  const store: IdempotencyStore = {
    claim: claim => {
      claims.push(claim);
      return memory.claim(claim);
    },
    renew: (...all) => memory.renew(...all),
    complete: (...all) => memory.complete(...all),
    abandon: (...all) => memory.abandon(...all),
    release: (...all) => memory.release(...all),
  };
  let runs = 0;
  // A program in JavaScript can leave the scope out.
  const options = {store, on: () => {}, ...(scope !== undefined && {scope})} as IdempotencyOptions<Request>;
  const handler = idempotent(request => new Response(`run ${++runs} for ${byUser(request)}`), options);
  return {handler, claims, runs: () => runs};
}

describe('scope', () => {
  it('is required', () => {
    expect(() => charging(undefined)).to.throw(TypeError, /scope must be a function .* or 'everyone'/);
  });

  it('keeps the response of one user from another one who sends the same key and body', async () => {
    const {handler} = charging(byUser);
    expect(await told(await handler(post('k', 'x', {authorization: 'token-1'})))).to.equal('200 run 1 for alice');
    expect(await told(await handler(post('k', 'x', {authorization: 'token-9'})))).to.equal('200 run 2 for mallory');
  });

  it('refuses a request without an account, and does not run its handler', async () => {
    const {handler, runs} = charging(byUser);
    const failed = await handler(post('k', 'x')).catch((error: Error) => error.message);
    expect(failed).to.match(/scope must return the id of the caller's account/);
    expect(runs()).to.equal(0);
  });

  for (const value of [undefined, null, 7, {}])
    it(`refuses ${JSON.stringify(value)} as an account`, async () => {
      const {handler, runs} = charging((() => value) as unknown as () => string);
      const failed = await handler(post('k', 'x')).catch((error: unknown) => error);
      expect(failed).to.be.instanceOf(TypeError);
      expect(runs()).to.equal(0);
    });

  it('keeps a key over a refreshed token', async () => {
    const {handler, runs} = charging(byUser);
    await handler(post('k', 'x', {authorization: 'token-1'}));
    const second = await handler(post('k', 'x', {authorization: 'token-2'}));
    expect(second.headers.get('idempotent-replayed')).to.equal('true');
    expect(runs()).to.equal(1);
  });

  it("'everyone' is one account", async () => {
    const {handler, runs} = charging('everyone');
    for (const authorization of ['token-1', 'token-9']) await handler(post('k', 'x', {authorization}));
    expect(runs()).to.equal(1);
  });

  it('gives the store hashes, of one length, whatever the length of key, scope and body', async () => {
    const {handler, claims} = charging(request => request.headers.get('authorization')!);
    const secrets: [string, string, string][] = [
      ['key-of-alice', 'scope-of-alice', 'body-of-alice'],
      ['k'.repeat(255), 't'.repeat(3000), 'b'.repeat(100_000)],
    ];
    for (const [key, authorization, body] of secrets) await handler(post(key, body, {authorization}));
    expect(claims).to.have.length(secrets.length);
    for (const {key, fingerprint} of claims) {
      expect(key).to.match(/^[0-9a-f]{64}$/);
      expect(fingerprint).to.match(/^[0-9a-f]{64}$/);
    }
    const kept = JSON.stringify(claims);
    for (const secret of secrets.flat()) expect(kept).not.to.contain(secret);
  });

  it('keeps no fingerprint from which a short body could be guessed', async () => {
    const {handler, claims} = charging('everyone');
    for (const key of ['a', 'b']) await handler(post(key, '{"pin":1234}'));
    expect(claims[0]!.fingerprint).not.to.equal(claims[1]!.fingerprint);
  });

  it('and key are hashed apart: no scope with a key reads like another scope with another key', async () => {
    const {handler, runs} = charging(request => request.headers.get('authorization')!);
    await handler(post('bc', 'x', {authorization: 'a'}));
    await handler(post('c', 'x', {authorization: 'ab'}));
    expect(runs()).to.equal(2);
  });
});
