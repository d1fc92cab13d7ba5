import {expect} from 'chai';
import {type Answer, answer, answerOf, answerOfError} from '../../src/transport/answer.ts';
import {thrown} from '../call/world.ts';

const JSON_TYPE = {'content-type': 'application/json'};

describe('answerOf', () => {
  const read = async (said: unknown): Promise<Answer> => answerOf(said);

  it('treats any value as a success', async () => {
    for (const value of [undefined, null, 0, 'text', {status: 503}, []]) {
      const {status, value: given} = await read(value);
      expect([status, given]).to.deep.equal([200, value]);
    }
  });

  it('reads the body of a Response, as JSON by its content type', async () => {
    expect((await read(new Response('{"a":1}', {headers: JSON_TYPE}))).value).to.deep.equal({a: 1});
    expect((await read(new Response('{"a":1}'))).value).to.equal('{"a":1}');
    expect((await read(new Response('', {headers: JSON_TYPE}))).value).to.equal(undefined);
  });

  it('returns the text of a failure with invalid JSON, and throws for a success with invalid JSON', async () => {
    const failed = await read(new Response('{', {status: 503, headers: JSON_TYPE}));
    expect([failed.status, failed.value]).to.deep.equal([503, '{']);
    expect(await thrown(read(new Response('{', {headers: JSON_TYPE})))).to.be.instanceOf(SyntaxError);
  });
});

describe('answerOfError', () => {
  it('finds the status in the fields of client libraries', () => {
    for (const error of [{status: 503}, {statusCode: 503}, {response: {status: 503}}, {response: {statusCode: 503}}])
      expect(answerOfError(error)?.status).to.equal(503);
  });

  it('finds no status in other values', () => {
    for (const said of ['503', null, {}, {status: 200}, {status: 'no'}, {status: 503.5}])
      expect(answerOfError(said)).to.equal(undefined);
  });

  it('keeps the body and the headers of the response', () => {
    for (const error of [
      {status: 429, data: 'said', headers: {'retry-after': '2'}},
      {response: {status: 429, data: 'said', headers: new Headers({'retry-after': '2'})}},
      {status: 429, body: 'said', headers: {'Retry-After': ['2'], 'x-none': undefined}},
    ]) {
      const found = answerOfError(error)!;
      expect([found.value, found.headers.get('retry-after')]).to.deep.equal(['said', '2']);
      expect(found.error).to.equal(error);
    }
  });
});

describe('the headers of an answer', () => {
  const axiosLike = (values: Record<string, unknown>) => ({
    get: (name: string): unknown => values[name.toLowerCase()],
    has: (name: string): boolean => name.toLowerCase() in values,
  });
  const forms: Record<string, (values: Record<string, string>) => unknown> = {
    'a record': values => values,
    Headers: values => new Headers(values),
    'a Map': values => new Map(Object.entries(values)),
    'an object whose get returns undefined, as AxiosHeaders': axiosLike,
  };
  for (const [form, make] of Object.entries(forms))
    it(`can be ${form}`, () => {
      const {headers} = answer(429, null, make({'retry-after': '2'}) as Headers);
      expect([headers.get('Retry-After'), headers.has('Retry-After')]).to.deep.equal(['2', true]);
      expect([headers.get('X-None'), headers.has('X-None')]).to.deep.equal([null, false]);
    });

  it('are compared without case in a Map, too', () => {
    expect(answer(429, null, new Map([['Retry-After', '2']]) as never).headers.get('retry-after')).to.equal('2');
  });

  it('are text, whatever the object has', () => {
    for (const [value, text] of [
      [2, '2'],
      [['a', 'b'], 'a, b'],
      [null, null],
      [undefined, null],
      [false, null],
      [{}, null],
    ] as const)
      expect(answer(429, null, axiosLike({'retry-after': value}) as never).headers.get('Retry-After')).to.equal(text);
  });

  it('leave out what no header can be', () => {
    const {headers} = answer(429, null, {'retry-after': '2', 'x y': '1', 'x-name': '\u{1f600}'});
    expect([headers.get('retry-after'), headers.get('x-name')]).to.deep.equal(['2', null]);
    expect(answer(429, null, null as never).headers.get('retry-after')).to.equal(null);
    expect(answer(429, null, 'none' as never).headers.get('retry-after')).to.equal(null);
  });
});

describe('answer', () => {
  it('has no headers by default', () => {
    const {headers} = answer(503, 'busy');
    expect([headers.get('retry-after'), headers.has('retry-after')]).to.deep.equal([null, false]);
  });

  it('refuses an invalid status', () => {
    for (const status of [199, 600, 200.5, Number.NaN])
      expect(() => answer(status, null)).to.throw(RangeError, 'from 200 to 599');
  });
});
