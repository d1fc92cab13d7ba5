/** Not one byte of a secret reaches a span, whatever way the call ends. */
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, type PolicyInput, resilience, type SteadfetchEvent} from '../../src/index.ts';
import {deadUrl, LoopbackServer} from '../support/loopback-server.ts';
import {Tracing} from '../support/otel.ts';
import {settle} from '../support/outcome.ts';

const quick: PolicyInput = {
  backoff: {baseMs: 1, throttledBaseMs: 1},
  attemptTimeoutMs: 60,
  queryAllowList: ['q', 'token'],
};
const SECRET = 'S3CR3T';

describe('telemetry: redaction', () => {
  let server: LoopbackServer;
  let tracing: Tracing;
  let dead: string;
  before(async () => {
    server = await LoopbackServer.start();
    dead = await deadUrl();
    tracing = new Tracing();
  });
  after(async () => {
    await tracing.stop();
    await server.close();
  });
  beforeEach(() => tracing.reset());

  const secretUrl = (url: string): string =>
    `${url}?q=1&token=${SECRET}1&API_KEY=${SECRET}2&X-Amz-Signature=${SECRET}3&sig=${SECRET}4&%74oken=${SECRET}5&access_token=a%3D${SECRET}6#${SECRET}7`;
  const headers = {
    authorization: `Bearer ${SECRET}a`,
    cookie: `id=${SECRET}b`,
    'x-api-key': `${SECRET}c`,
    'idempotency-key': `${SECRET}d`,
  };
  const spoken = (): string =>
    JSON.stringify(
      tracing.spans.map(({name, status, attributes, events, links, resource}) => ({
        name,
        status,
        attributes,
        events,
        links,
        resource: resource.attributes,
      })),
    );

  const places: Record<string, () => string> = {
    'an answer': () => server.place(200).url,
    'a refusal': () => server.place(404).url,
    retries: () => server.place(503).url,
    'a broken connection': () => server.place('reset').url,
    'nobody there': () => dead,
    silence: () => server.place('hang').url,
  };
  for (const [what, place] of Object.entries(places)) {
    it(`${what}: is not shown through fetch or through ky`, async () => {
      const events: SteadfetchEvent[] = [];
      const ports = {on: (event: SteadfetchEvent) => void events.push(event)};
      await settle(() => createFetch(quick, ports)(secretUrl(place()), {method: 'POST', headers, body: SECRET}));
      await settle(() =>
        ky.extend(resilience(quick, ports)).post(secretUrl(place()), {headers, json: {password: SECRET}}),
      );
      expect(tracing.calls).to.have.length(2);
      expect(spoken()).not.to.include(SECRET);
      expect(tracing.attempts[0]!.attributes['url.full']).to.include('?q=1&token=REDACTED');
      for (const event of events) {
        const shown = JSON.stringify(event, (key, value) =>
          key === 'call' ? {url: value.url, id: value.correlationId} : value,
        );
        expect(shown).not.to.include(SECRET);
      }
    });
  }

  it('credentials in the URL, which fetch refuses with a message that repeats them, are not shown', async () => {
    const url = `http://user:${SECRET}@127.0.0.1:1/`;
    const {error} = await settle(() => createFetch(quick)(url));
    expect(String(error)).to.include(SECRET); // It is fetch's own error, and the caller's own URL.
    expect(tracing.spans.length).to.be.above(0);
    expect(spoken()).not.to.include(SECRET);
    expect(tracing.calls[0]!.attributes).not.to.include({'server.address': `user:${SECRET}@127.0.0.1`});
  });

  it('an invalid URL is not shown', async () => {
    await settle(() => createFetch(quick)(`http://[/?token=${SECRET}`));
    await settle(() => createFetch(quick)(`http://user:${SECRET}@[/`));
    expect(tracing.calls).to.have.length(2);
    expect(spoken()).not.to.include(SECRET);
  });

  it('an error of a hook, of prepareAttempt or of a custom fetch is not shown', async () => {
    const url = server.place(200).url;
    const leak = (): never => {
      throw Object.assign(new Error(`at https://u:${SECRET}@h/?token=${SECRET}`), {
        name: SECRET,
        code: `http://u:${SECRET}@h/`,
      });
    };
    await settle(() => createFetch(quick, {prepareAttempt: leak})(url));
    await settle(() => createFetch(quick, {classify: leak})(url));
    await settle(() => createFetch(quick, {fetch: leak})(url));
    await settle(() => ky.extend(resilience(quick)).get(url, {hooks: {beforeRequest: [leak]}}));
    await settle(() => ky.extend(resilience(quick)).get(url, {fetch: leak}));
    expect(tracing.calls).to.have.length(5);
    expect(spoken()).not.to.include(SECRET);
  });

  it('the reason of an abort is not shown', async () => {
    await settle(() => createFetch(quick)(server.place(200).url, {signal: AbortSignal.abort(new Error(SECRET))}));
    expect(tracing.calls).to.have.length(1);
    expect(spoken()).not.to.include(SECRET);
  });

  it('an invalid id of the caller is replaced', async () => {
    const place = server.place(200);
    await createFetch(quick)(place.url, {headers: {'x-correlation-id': `a b ${SECRET}`}});
    expect(spoken()).not.to.include(SECRET);
    expect(place.header('x-correlation-id')[0]).to.match(/^[A-Za-z0-9._:-]{1,128}$/);
  });
});
