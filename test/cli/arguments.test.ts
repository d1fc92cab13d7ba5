// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are for the command to fill in.
/** What the command line takes, and the words for what it does not. */
import {expect} from 'chai';
import {readBatchArguments} from '../../src/cli/batch-arguments.ts';
import {readMeasureArguments} from '../../src/cli/measure-arguments.ts';
import {UsageError} from '../../src/cli/usage-error.ts';

const GOOD = ['a.jsonl', '--url', 'http://x/v1/', '--out', 'o.jsonl'];

describe('arguments of steadfetch batch', () => {
  it('are completed', () => {
    const read = readBatchArguments(GOOD, {});
    expect(read).to.include({
      requests: 'a.jsonl',
      out: 'o.jsonl',
      errors: undefined,
      journal: undefined,
      policyFile: undefined,
      preset: 'steadfetch:batch',
      concurrency: 16,
      resume: false,
      retryFailed: false,
      ordered: false,
      dedupe: true,
      dryRun: false,
    });
    expect((read as {base: URL}).base.href).to.equal('http://x/v1');
  });

  it('read the headers of endpoints, each with its secrets', () => {
    const headers = ['us Authorization: Bearer ${T}', 'us X-A: 1', 'ap x-a: 2'].flatMap(header => [
      '--endpoint-header',
      header,
    ]);
    expect(readBatchArguments([...GOOD, ...headers], {T: 'abc'})).to.deep.include({
      endpointHeaders: {us: {authorization: 'Bearer abc', 'x-a': '1'}, ap: {'x-a': '2'}},
    });
  });

  it('read secrets in headers from the environment, and keep the last of two headers of one name', () => {
    const headers = ['--header', 'Authorization: Bearer ${T}', '--header', 'X-A: 1', '--header', 'x-a:2 ${T}${T}'];
    const read = readBatchArguments([...GOOD, ...headers], {T: 'abc'});
    expect(read).to.deep.include({headers: {authorization: 'Bearer abc', 'x-a': '2 abcabc'}});
  });

  it('take standard input and output, and a policy by its file or by the name of a preset', () => {
    expect(readBatchArguments(['-', '--url', 'http://x', '--out', '-'], {})).to.include({requests: '-', out: '-'});
    expect(readBatchArguments([...GOOD, '--policy', 'p.json'], {})).to.include({policyFile: 'p.json', preset: ''});
    const preset = {policyFile: undefined, preset: 'steadfetch:llm'};
    expect(readBatchArguments([...GOOD, '--policy', 'steadfetch:llm'], {})).to.include(preset);
    expect(readBatchArguments([...GOOD, '--policy', './steadfetch:llm'], {})).to.include({
      policyFile: './steadfetch:llm',
    });
  });

  it('ask for help wherever that stands', () => {
    expect(readBatchArguments(['-h'], {})).to.equal('help');
    expect(readBatchArguments([...GOOD, '--help'], {})).to.equal('help');
  });

  const wrong: [string, string[], RegExp][] = [
    ['no requests', ['--url', 'http://x'], /name a \.jsonl file/],
    ['two files', ['a', 'b', '--url', 'http://x', '--out', 'o'], /One file of requests, not 2/],
    ['no url', ['a', '--out', 'o'], /--url/],
    ['no out', ['a', '--url', 'http://x'], /--out/],
    ['a url that is none', ['a', '--url', 'x', '--out', 'o'], /--url must be an http or https URL, got "x"/],
    ['a url with a password', ['a', '--url', 'http://u:s3cr3t@x', '--out', 'o'], /^--url must not hold a password/],
    ['a url with a query', ['a', '--url', 'http://x?key=s3cr3t', '--out', 'o'], /^--url must not have a query/],
    ['no count', [...GOOD, '--concurrency', 'many'], /--concurrency must be a whole number of at least 1, got "many"/],
    ['a count of 0', [...GOOD, '--concurrency', '0'], /--concurrency must be/],
    ['an unknown option', ['a', '--bogus'], /^Unknown option --bogus; "steadfetch batch --help" lists them\.$/],
    ['a misspelt option', ['a', '--resum'], /^Unknown option --resum; did you mean --resume\?$/],
    ['an option given twice', [...GOOD, '--out', 'p'], /^--out was given 2 times; it takes one value\.$/],
    ['a value for a switch', [...GOOD, '--resume=yes'], /^--resume takes no value, got "yes"\.$/],
    [
      'an option in place of a value',
      ['a', '--url', '--out', 'o'],
      /^--url needs a value, got the option --out\. Write --url=--out if that is the value\.$/,
    ],
    ['an option without its value', ['a', '--url'], /^--url needs a value: --url <base>\.$/],
    ['a header that is none', [...GOOD, '--header', 's3cr3t'], /'Name: value'/],
    ['a header for an endpoint without its name', [...GOOD, '--endpoint-header', 's3cr3t'], /'endpoint Name: value'/],
    [
      'a header for an endpoint that is none',
      [...GOOD, '--endpoint-header', 'us s3cr3t'],
      /--endpoint-header must be 'Name: value'/,
    ],
    ['a header of two lines', [...GOOD, '--header', 'a: s3cr3t\nb: c'], /--header a holds a character/],
    ['a secret that is not set', [...GOOD, '--header', 'a: ${NOPE}'], /variable NOPE, which is not set/],
  ];
  for (const [name, given, message] of wrong)
    it(`are refused, without a secret in the words: ${name}`, () => {
      expect(() => readBatchArguments(given, {}))
        .to.throw(UsageError, message)
        .with.property('message')
        .that.does.not.include('s3cr3t');
    });
});

describe('arguments of steadfetch measure', () => {
  it('are completed', () => {
    const read = readMeasureArguments(['https://x/a?b=1#c'], {});
    expect(read).to.deep.include({
      policy: undefined,
      count: 50,
      ratePerSecond: 5,
      timeoutMs: 30_000,
      headers: {},
      allowsUnsafe: false,
      isConfirmed: false,
      json: false,
    });
    expect((read as {target: {url: URL}}).target.url.href).to.equal('https://x/a?b=1');
  });

  it('take a file with the URL of its requests, and a rate below one', () => {
    const read = readMeasureArguments(['-', '--url', 'http://x/v1/', '--rate', '0.5'], {});
    expect(read).to.include({ratePerSecond: 0.5});
    const {target} = read as {target: {requests: string; base: URL}};
    expect([target.requests, target.base.href]).to.deep.equal(['-', 'http://x/v1']);
  });

  const wrong: [string, string[], RegExp][] = [
    ['nothing to measure', [], /^Missing what to measure: name a URL, or a \.jsonl file of requests, or -/],
    [
      'two URLs',
      ['http://x/?a=s3cr3t', 'http://y'],
      /^One URL or file of requests, not 2: http:\/\/x\/\?a=REDACTED, http:\/\/y\.$/,
    ],
    ['a file without --url', ['a.jsonl'], /^Missing --url: give the address that the requests of a\.jsonl go to/],
    ['a URL with --url', ['http://x', '--url', 'http://x'], /^--url is for a file of requests/],
    [
      'a URL that is none',
      ['http://[x?a=s3cr3t'],
      /^The URL must be an http or https URL, got "http:\/\/\[x\?a=REDACTED"\.$/,
    ],
    ['a URL with a password', ['http://u:s3cr3t@x'], /^The URL must not hold a password/],
    ['a count of 0', ['http://x', '--count', '0'], /^--count must be a whole number of at least 1, got "0"\.$/],
    ['a rate of 0', ['http://x', '--rate', '0'], /^--rate must be a number above 0 and at most 1000, got "0"\.$/],
    ['a rate that is none', ['http://x', '--rate', 'fast'], /^--rate must be a number above 0/],
    ['a timeout with a unit', ['http://x', '--deadline', '30s'], /^--deadline must be a whole number of at least 1/],
    ['an unknown option', ['http://x', '--rates', '1'], /^Unknown option --rates; did you mean --rate\?$/],
  ];
  for (const [name, given, message] of wrong)
    it(`are refused, without a secret in the words: ${name}`, () => {
      expect(() => readMeasureArguments(given, {}))
        .to.throw(UsageError, message)
        .with.property('message')
        .that.does.not.include('s3cr3t');
    });
});
