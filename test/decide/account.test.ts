import {expect} from 'chai';
import {accountOf} from '../../src/decide/account.ts';

const URL_OF_CHAT = 'https://api.test/v1/chat/completions';
const asked = (headers: Record<string, string>, url = URL_OF_CHAT, bodyText?: string) => ({
  url,
  bodyText,
  headerOf: (name: string) => headers[name] ?? null,
});
const BOTH = ['credential', 'model'] as const;

describe('the account of a request', () => {
  it('is unknown where nothing says whose it is', () => {
    expect(accountOf(BOTH, asked({}))).to.equal('');
    expect(accountOf([], asked({authorization: 'Bearer one'}))).to.equal('');
    expect(accountOf(BOTH, {url: URL_OF_CHAT})).to.equal('');
  });

  for (const [title, one, other] of [
    ['keys of OpenAI', asked({authorization: 'Bearer one'}), asked({authorization: 'Bearer two'})],
    ['keys of Anthropic', asked({'x-api-key': 'one'}), asked({'x-api-key': 'two'})],
    ['keys of Azure', asked({'api-key': 'one'}), asked({'api-key': 'two'})],
    ['keys of Gemini in the query', asked({}, `${URL_OF_CHAT}?key=one`), asked({}, `${URL_OF_CHAT}?key=two`)],
    [
      'projects of one key',
      asked({authorization: 'Bearer one', 'openai-project': 'a'}),
      asked({authorization: 'Bearer one', 'openai-project': 'b'}),
    ],
    [
      'keys of AWS',
      asked({authorization: 'AWS4-HMAC-SHA256 Credential=AKIA1/20260101/us-east-1/bedrock/aws4_request, Signature=a'}),
      asked({authorization: 'AWS4-HMAC-SHA256 Credential=AKIA2/20260101/us-east-1/bedrock/aws4_request, Signature=a'}),
    ],
    [
      'deployments of Azure',
      asked({}, 'https://a.test/openai/deployments/small/chat/completions'),
      asked({}, 'https://a.test/openai/deployments/large/chat/completions'),
    ],
    [
      'models of Gemini',
      asked({}, 'https://a.test/v1beta/models/small:generateContent'),
      asked({}, 'https://a.test/v1beta/models/large:generateContent'),
    ],
    [
      'models of Bedrock',
      asked({}, 'https://a.test/model/small/invoke'),
      asked({}, 'https://a.test/model/large/invoke'),
    ],
    [
      'models of a JSON body',
      asked({}, URL_OF_CHAT, '{"model": "small", "input": "a"}'),
      asked({}, URL_OF_CHAT, '{"model":"large", "input": "a"}'),
    ],
  ] as const)
    it(`differs between ${title}`, () => {
      const [first, second] = [accountOf(BOTH, one), accountOf(BOTH, other)];
      expect(first).not.to.equal('');
      expect(second).not.to.equal('');
      expect(first).not.to.equal(second);
    });

  it('is the same for each request that one key of AWS signs', () => {
    const signed = (signature: string) =>
      asked({authorization: `AWS4-HMAC-SHA256 Credential=AKIA1/20260101/r/s/aws4_request, Signature=${signature}`});
    expect(accountOf(BOTH, signed('a'))).to.equal(accountOf(BOTH, signed('b')));
  });

  it('is not named by a text that speaks of a model', () => {
    const body = JSON.stringify({messages: [{content: '{"model": "quoted"}'}], model: 'real'});
    expect(accountOf(['model'], asked({}, URL_OF_CHAT, body))).to.equal(' real');
  });

  it('holds no credential', () => {
    const account = accountOf(BOTH, asked({authorization: 'Bearer sk-secret'}, `${URL_OF_CHAT}?key=secret-too`));
    expect(account).not.to.match(/secret/);
  });
});
