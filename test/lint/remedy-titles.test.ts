/** The title of a fix or a suggestion names each field that it sets: who accepts it has read what it writes. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {checksOf, lastingCode} from '../../lint/check-of.ts';
import {loadDialects, policiesOf} from '../../lint/dialects/policies.ts';
import {modelOf} from '../../lint/model/model.ts';
import {draftsOf} from '../../lint/report/drafts.ts';
import type {FixDraft} from '../../lint/rule.ts';
import {rules} from '../../lint/rules/index.ts';
import {readerOf} from '../../lint/source/files.ts';
import {readSource} from '../../lint/source/read.ts';
import {pageOf} from './support/page-of.ts';

interface File {
  readonly path?: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
}

const examples: readonly File[] = rules.flatMap(rule => pageOf(rule).bad);
const judged: readonly File[] = ['judged', 'judged-again', 'judged-third', 'judged-fourth', 'judged-fifth'].flatMap(
  set => {
    const folder = new URL(`${set}/`, import.meta.url);
    const names = readdirSync(folder).filter(name => name !== 'judgements.json');
    const files = Object.fromEntries(names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')]));
    return names.map(path => ({path, text: files[path]!, files}));
  },
);
const more: readonly File[] = [
  {text: '{"retryOn": [429], "backoff": {"baseMs": 5, "throttledBaseMs": 8, "capMs": 500}}'},
  {text: '{"breaker": {"kind": "ratio", "openMs": 5, "maxOpenMs": 50}}'},
];

async function unnamed({path = 'p.jsonc', text, files = {}}: File): Promise<string[]> {
  const source = await readSource(path, text);
  if (source.problems.length > 0) return [];
  await loadDialects(source);
  const found: string[] = [];
  for (const {dialect, shape} of policiesOf(source)) {
    const model = await modelOf(shape, readerOf({files}), dialect);
    for (const check of rules.flatMap(checksOf))
      for (const {scope, draft} of draftsOf(check, model))
        for (const remedy of [...(draft.fix ? [draft.fix] : []), ...(draft.suggestions ?? [])])
          for (const path of valuesOf(remedy))
            if (!remedy.title.includes(scope.words.key(path)))
              found.push(`${lastingCode(check)} "${remedy.title}" sets ${path} in ${text}`);
  }
  return found;
}

/** Numbers that are set beside another field. A single field is the place of the finding, and the message has the numbers of a program. */
const valuesOf = ({changes}: FixDraft): string[] =>
  changes.length < 2
    ? []
    : changes.flatMap(change =>
        change.do === 'set' && typeof change.value === 'number' && !change.path.startsWith('code.')
          ? [change.path]
          : [],
      );

describe('the title of a remedy names what it sets', () => {
  it('in the examples of the rules, the judged policies, and others with two limits', async () => {
    const found: string[] = [];
    for (const file of [...examples, ...judged, ...more]) found.push(...(await unnamed(file)));
    expect(found).to.deep.equal([]);
  });
});
