/** Forms through undici's dispatchers: undici writes a form with a new boundary each time, the policy sends the same bytes in each attempt. */
import {expect} from 'chai';
import {FormData as OtherFormData, request, fetch as undiciFetch} from 'undici';
import type {PolicyInput} from '../../src/core.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {undiciClient} from '../support/undici-client.ts';

type AnyForm = Pick<FormData, 'set' | 'append'>;

const filled = <Form extends AnyForm>(form: Form): Form => {
  form.set('amount', '100');
  form.append('Größe "x"\n', 'two\nlines');
  form.set('file', new Blob([new Uint8Array([0, 255, 13, 10])], {type: 'image/png'}), 'a "b".png');
  return form;
};

describe('resilienceInterceptor, with a form as body', () => {
  let server: LoopbackServer;
  const {dispatcher, lastReason} = undiciClient();
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const send = (place: Place, body: AnyForm, policy?: PolicyInput, options: object = {}) =>
    request(place.url, {method: 'POST', body: body as OtherFormData, dispatcher: dispatcher(policy), ...options});

  const read = async (place: Place, index: number): Promise<unknown> => {
    const {headers, body} = place.requests[index]!;
    expect(headers['content-length']).to.equal(String(body.length));
    const {'content-type': type} = headers;
    const form = await new Response(new Uint8Array(body), {headers: {'content-type': type!}}).formData();
    const file = form.get('file') as File;
    return [form.get('amount'), form.get('Größe "x"\r\n'), file.name, file.type, [...(await file.bytes())]];
  };
  const WHOLE = ['100', 'two\r\nlines', 'a "b".png', 'image/png', [0, 255, 13, 10]];

  for (const [what, make] of [
    ['undici’s own', () => filled(new OtherFormData())],
    ['the runtime’s', () => filled(new FormData())],
  ] as const)
    for (const [form, headers] of [
      ['no', undefined],
      ['a record of', {'x-mine': '1'}],
      ['a list of', ['x-mine', '1']],
    ] as const)
      it(`sends ${what} with its key again, byte for byte, with ${form} headers`, async () => {
        const place = server.place(503, 200);
        const response = await send(place, make(), {idempotency: {}}, {headers});
        expect(response.statusCode).to.equal(200);
        expect(await read(place, 0)).to.deep.equal(WHOLE);
        const [first, second] = place.requests;
        expect(place.requests).to.have.length(2);
        expect(first!.headers['idempotency-key']).to.match(/^.{36}$/);
        expect({...second!.headers, body: second!.body}).to.deep.equal({...first!.headers, body: first!.body});
      });

  for (const policy of [{}, {maxAttempts: 1}, {extends: ['steadfetch:neutral']}] satisfies PolicyInput[])
    it(`sends one without a key once, under ${JSON.stringify(policy)}`, async () => {
      const place = server.place(503, 200);
      const form = filled(new OtherFormData());
      const waiting = send(place, form, policy);
      form.set('amount', '999');
      expect((await waiting).statusCode).to.equal(503);
      expect(place.requests).to.have.length(1);
      expect(await read(place, 0)).to.deep.equal(WHOLE);
    });

  it('sends one that is larger than replayLimitBytes once', async () => {
    const place = server.place(503, 200);
    const response = await send(place, filled(new OtherFormData()), {idempotency: {}, replayLimitBytes: 100});
    expect([response.statusCode, place.requests.length]).to.deep.equal([503, 1]);
    expect(lastReason()).to.include('larger than 100 bytes');
    expect(await read(place, 0)).to.deep.equal(WHOLE);
  });

  it('sends one of undici’s fetch again', async () => {
    const place = server.place(503, 200);
    const body = filled(new OtherFormData());
    const own = dispatcher({idempotency: {}});
    expect((await undiciFetch(place.url, {method: 'POST', body, dispatcher: own})).status).to.equal(200);
    expect(await read(place, 0)).to.deep.equal(WHOLE);
    expect(place.bodies[1]).to.equal(place.bodies[0]);
  });
});
