/** Policies in programs are linted as those of a file, as far as the program says what is in them. */
import {expect} from 'chai';
import {findingsIn} from './programs.ts';

const said = (policy: string, call = 'createFetch', from = 'steadfetch/fetch'): string[] =>
  findingsIn(`import {${call}} from '${from}';\nimport {values} from './values';\n${call}(${policy});`)
    .filter(({severity}) => severity !== 'info')
    .map(({code, pointer}) => `${code} ${pointer}`);

describe('JavaScript: policies in programs', () => {
  it('are found in every function that takes one', () => {
    for (const [call, from] of [
      ['createFetch', 'steadfetch'],
      ['createFetch', 'steadfetch/lite'],
      ['resilience', 'steadfetch/ky'],
      ['definePolicy', 'steadfetch/unchecked'],
      ['resilienceInterceptor', 'steadfetch/undici'],
      ['grpcInterceptor', 'steadfetch/grpc'],
      ['guard', 'steadfetch/function'],
    ] as const)
      expect(said('{backoff: {jitter: "none"}}', call, from), call).to.include('RL203 backoff.jitter');
  });

  it('are not looked for in functions of others', () => {
    expect(said('{backoff: {jitter: "none"}}', 'createFetch', './fetch')).to.deep.equal([]);
  });

  it('are checked as a file is', () => {
    expect(said('{backoff: {jiter: "none"}}')).to.deep.equal(['RL004 backoff.jiter', 'RL203 backoff.jiter']);
    expect(said('{maxAttempts: "many"}')).to.deep.equal(['RL003 maxAttempts']);
    expect(said('{extends: ["steadfetch:no-such"]}')).to.deep.equal(['RL406 extends[0]']);
    expect(said('{extends: ["./orders.retry.json"]}')).to.deep.equal(['RL406 extends[0]']);
    expect(said('{routes: [{maxAttempts: 2}]}')).to.include('RL005 routes[0].match');
  });

  it('are not known where their values are', () => {
    expect(said('values')).to.deep.equal([]);
    expect(said('{...values}')).to.deep.equal([]);
    expect(said('{backoff: values.backoff, deadlineMs: values.deadlineMs}')).to.deep.equal([]);
    expect(said('{routes: [{match: values.match, maxAttempts: 2}]}')).to.deep.equal([]);
    expect(said('{retryOn: [503, ...values.statuses]}')).to.deep.equal([]);
    expect(said('{...values, backoff: {jitter: "none"}}')).to.deep.equal([]);
    expect(said('{backoff: {...values.backoff, jitter: "none"}}')).to.deep.equal([]);
  });

  it('of modelFetch have a preset below them', () => {
    expect(said('{name: "openai"}', 'modelFetch', 'steadfetch/models')).to.deep.equal([]);
  });

  it('are changed as a person writes them', () => {
    const text = `import {createFetch} from 'steadfetch';\ncreateFetch({\n  // Ours.\n  'backoff': {'jitter': 'none', baseMs: 100},\n});`;
    const [{fix}] = findingsIn(text).filter(({code}) => code === 'RL203') as [ReturnType<typeof findingsIn>[number]];
    const [edit] = fix?.edits ?? [];
    expect(edit && text.slice(0, edit.start) + edit.text + text.slice(edit.end)).to.equal(
      text.replace(`'none'`, `'full'`),
    );
  });

  it('keep the quotes of a computed name', () => {
    for (const quote of ["'", '"']) {
      const written = `import {createFetch} from 'steadfetch';\ncreateFetch({[${quote}maxAttemps${quote}]: 3});`;
      const changed = findingsIn(written)
        .flatMap(({fix, suggestions}) => [...(fix ? [fix] : []), ...suggestions])
        .map(({edits: [edit]}) => written.slice(0, edit!.start) + edit!.text + written.slice(edit!.end));
      expect(changed).to.include(written.replace('maxAttemps', 'maxAttempts'));
    }
  });

  const shorthands: readonly (readonly [written: string, code: string, expected: string])[] = [
    [
      "import {createFetch} from 'steadfetch';\nconst maxAttemps = 2;\ncreateFetch({maxAttemps});",
      'RL004',
      'createFetch({maxAttempts: maxAttemps});',
    ],
    [
      "import pRetry from 'p-retry';\nconst retries = 50;\npRetry(() => fetch('/a'), {retries});",
      'RL201',
      '{retries: 2});',
    ],
  ];
  for (const [written, code, expected] of shorthands)
    it(`keep what a shorthand stands for: ${expected}`, () => {
      const changed = findingsIn(written)
        .filter(finding => finding.code === code)
        .flatMap(({fix, suggestions}) => [...(fix ? [fix] : []), ...suggestions])
        .map(({edits}) =>
          edits.reduceRight((text, {start, end, text: now}) => text.slice(0, start) + now + text.slice(end), written),
        );
      expect(changed).not.to.be.empty;
      expect(
        changed.some(text => text.includes(expected)),
        changed.join('\n'),
      ).to.equal(true);
      for (const text of changed) expect(text).not.to.match(/\{\d|\{maxAttempts\}/);
    });
});
