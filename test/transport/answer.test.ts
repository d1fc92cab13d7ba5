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
