/** A safe fix takes an entry out of a list of conditions, and what is retried stays the same: also where the list is one text with commas. */

import {expect} from 'chai';
import fc from 'fast-check';
import {fixText} from '../../../lint/fix.ts';
import {runs} from '../../support/runs.ts';
import {whenInTurn} from '../../support/turns.ts';

interface Format {
  readonly name: string;
  readonly write: (conditions: string) => string;
  readonly statuses: boolean;
}

const formats: readonly Format[] = [
  {
    name: 'Istio',
    statuses: true,
    write: conditions => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: catalog}
spec:
  hosts: [catalog]
  http:
    - match: [{method: {exact: GET}}]
      route: [{destination: {host: catalog}}]
      timeout: 10s
      retries:
        attempts: 2
        perTryTimeout: 2s
        retryOn: ${conditions} # agreed with the team
`,
  },
  {
    name: 'Envoy',
    statuses: false,
    write: conditions => `virtual_hosts:
  - name: catalog
    domains: [catalog]
    routes:
      - match: {prefix: /}
        route: {cluster: catalog, timeout: 10s, retry_policy: {num_retries: 2, per_try_timeout: 2s, retry_on: ${conditions}}}
`,
  },
];

const fixed = async (text: string) => {
  const result = await fixText({path: 'route.yaml', files: {'route.yaml': text}});
  return {...result, left: result.report.findings.filter(({code, fix}) => code === 'RL407' && fix?.safety === 'safe')};
};

describe('the conditions of a proxy', function () {
  this.timeout(60_000);

  for (const {name, write} of formats)
    for (const [before, after] of [
      ['"5xx,reset,gateway-error"', '"5xx,reset"'],
      ["'gateway-error, reset, 5xx'", "'reset, 5xx'"],
      ['"5xx, gateway-error, reset"', '"5xx, reset"'],
      ['"5xx,503"', '"5xx"'],
      ...(name === 'Istio' ? [['5xx,gateway-error', '5xx']] : []),
    ] as const)
      it(`of ${name} keep what another entry does not cover: ${before}`, async () => {
        const {text, left} = await fixed(write(before));
        expect(text).to.equal(write(after));
        expect(left).to.deep.equal([]);
      });

  it('that are folded over lines get no fix', async () => {
    const folded = formats[0]!.write('>-\n          5xx,reset,\n          gateway-error').replace(/ #.*/, '');
    const {text, report} = await fixed(folded);
    expect(text).to.equal(folded);
    expect(report.findings.map(({code, fix}) => [code, fix])).to.deep.include(['RL407', undefined]);
  });

  it('are the same after safe fixes, whatever is listed', async () => {
    const word = fc.constantFrom(
      ...'5xx gateway-error reset reset-before-request connect-failure refused-stream retriable-4xx cancelled unavailable internal deadline-exceeded 500 501 502 503 505'.split(
        ' ',
      ),
    );
    const counts = {fixed: 0};
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...formats),
        fc.array(word, {minLength: 1, maxLength: 6}),
        fc.constantFrom(',', ', ', ' ,'),
        fc.constantFrom('"', "'"),
        whenInTurn(async (format, words, comma, quote) => {
          const before = format.write(`${quote}${words.join(comma)}${quote}`);
          const {text, fixed: findings} = await fixed(before);
          if (findings.length > 0) counts.fixed++;
          const found = /retry_?on: (["'])(.*)\1/i.exec(text);
          expect(found?.[1], text).to.equal(quote);
          expect(conditionsIn(found![2]!.split(',')), text).to.deep.equal(conditionsIn(words));
          expect(text.replace(/(retry_?on: ).*?(["'])(?= #|\}|\n)/i, '')).to.equal(
            before.replace(/(retry_?on: ).*?(["'])(?= #|\}|\n)/i, ''),
          );
        }),
      ),
      {numRuns: runs(200, 2000), seed: 5},
    );
    expect(counts.fixed).to.be.above(9);
  });
});

/** What Envoy retries, by its documentation: 5xx is every status of a server and all that resets. */
function conditionsIn(words: readonly string[]): string[] {
  const gateway = ['502', '503', '504', 'reset'];
  const meant = words.flatMap(each => {
    const word = each.trim();
    if (word === '5xx') return ['5xx', ...Array.from({length: 100}, (_, index) => String(500 + index)), 'reset'];
    return word === 'gateway-error' ? gateway : [word];
  });
  return [...new Set(meant)].sort();
}
