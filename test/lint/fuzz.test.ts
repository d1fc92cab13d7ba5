/** Whatever is in a file: nothing throws, nothing loops, nothing points outside, and fixes come to rest. */
import {expect} from 'chai';
import fc from 'fast-check';
import type {Finding, Report} from '../../lint/finding.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';
import {Lines} from '../../lint/source/lines.ts';
import {presets} from '../../src/policy/presets.ts';
import {runs} from '../support/runs.ts';
import {whenInTurn} from '../support/turns.ts';
import {pageOf} from './support/page-of.ts';

const base =
  '{"maxAttempts": "unlimited", "deadlineMs": null, "routes": [{"match": {"methods": ["POST"]}, "retryOn": [503]}]}';
const files = {'base.json': base, 'base.yaml': 'backoff: {jitter: none}\n'};

/** Every policy that a rule shows or that comes with the package, as text. */
const seeds = [
  ...rules
    .map(pageOf)
    .flatMap(({bad, good}) => [...bad, ...good].map(({text, path}) => ({text, isYaml: /ya?ml$/.test(path ?? '')}))),
  ...Object.values(presets).map(preset => ({text: JSON.stringify(preset, null, 2), isYaml: false})),
];

/** What slips look like: a piece cut out, doubled, moved, replaced by something that does not belong. */
const debris = fc.constantFrom(
  ...[
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\n',
    '\r\n',
    '\t',
    ' ',
    '//',
    '/*',
    '*/',
    '#',
    '-',
    '&a ',
    '*a',
    '<<: ',
    '\\u12',
    '\\',
    '\u0000',
    '\uFEFF',
    '😀',
    '\uD800',
  ],
  ...[
    'null',
    '-1',
    '1e999',
    '0',
    '"unlimited"',
    '"30s"',
    '{}',
    '[]',
    'true',
    '9007199254740993',
    '"__proto__": {}',
    '"constructor": 1',
    '"x-note": 1',
  ],
  ...[
    '"jiter": "none", ',
    '"retries": 3, ',
    '"extends": ["./base.json"], ',
    '"extends": ["./policy.json"], ',
    'extends: [./base.yaml]\n',
    '"kind": "linear", ',
  ],
  ...[
    '// retry-lint-disable RL203\n',
    '// retry-lint-disable-next-line RL999 -- x until 2020-02-30\n',
    '"x-retry-lint": {"disable": [{"rule": 7}]}, ',
  ],
);
const cut = fc.record({
  at: fc.double({min: 0, max: 1, noNaN: true}),
  length: fc.nat(12),
  insert: fc.option(debris, {nil: ''}),
});
const mutated = fc
  .record({seed: fc.constantFrom(...seeds), cuts: fc.array(cut, {maxLength: 4})})
  .map(({seed, cuts}) => {
    const text = cuts.reduce((current, {at, length, insert}) => {
      const start = Math.floor(at * current.length);
      return current.slice(0, start) + insert + current.slice(start + length);
    }, seed.text);
    return {text, path: seed.isYaml ? 'policy.yaml' : 'policy.json'};
  });

function checkPlaces({findings, suppressed}: Report, text: string): void {
  const lines = new Lines(text);
  for (const finding of [...findings, ...suppressed.map(item => item.finding)]) {
    checkRange(finding, lines);
    for (const {edits} of [...(finding.fix ? [finding.fix] : []), ...finding.suggestions]) {
      for (const {start, end} of edits) {
        expect(start, finding.code).to.be.within(0, text.length);
        expect(end, finding.code).to.be.within(start, text.length);
      }
    }
  }
  const prints = findings.map(({fingerprint}) => fingerprint);
  expect(new Set(prints).size, 'fingerprints').to.equal(prints.length);
}

function checkRange({code, range: {start, end}}: Finding, lines: Lines): void {
  for (const {line, column} of [start, end]) {
    expect(line, code).to.be.within(1, lines.count);
    expect(column, code).to.be.within(1, lines.lineText(line).length + 3);
  }
  expect(end.line * 1e6 + end.column, code).to.be.at.least(start.line * 1e6 + start.column);
}

/** Ten thousand in test/endurance. */
const cases = Number(process.env.FUZZ_CASES ?? runs(400, 1200));

describe('the linter, given anything', function () {
  this.timeout(600_000);

  it('never throws, never points outside the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated,
        whenInTurn(async ({text, path}) => {
          checkPlaces(await lintText({path, files: {...files, [path]: text}}), text);
        }),
      ),
      {numRuns: cases, seed: 4},
    );
  });

  it('fixes until nothing changes, after which the fixed findings are gone', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated,
        fc.boolean(),
        whenInTurn(async ({text, path}, unsafe) => {
          const request = {path, files: {...files, [path]: text}};
          const {text: once, fixed, report} = await fixText(request, {unsafe});
          expect(
            report.findings.filter(({fix}) => fix !== undefined && (unsafe || fix.safety === 'safe')),
            'nothing is left to mend',
          ).to.deep.equal([]);
          const again = await fixText({path, files: {...files, [path]: once}}, {unsafe});
          expect(again.text).to.equal(once);
          const left = new Set(report.findings.map(({fingerprint}) => fingerprint.replace(/ #\d+$/, '')));
          for (const finding of fixed.filter(({code}) => /^RL[1-3]/.test(code))) {
            expect(left.has(finding.fingerprint.replace(/ #\d+$/, '')), `${finding.code} in ${once}`).to.equal(false);
          }
        }),
      ),
      {numRuns: cases / 4, seed: 5},
    );
  });

  it('accepts texts that are not policies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({unit: 'binary', maxLength: 200}), fc.json()),
        fc.constantFrom('a.json', 'a.yaml'),
        whenInTurn(async (text, path) => {
          checkPlaces(await lintText({path, files: {[path]: text}}), text);
        }),
      ),
      {numRuns: cases / 4, seed: 6},
    );
  });
});
