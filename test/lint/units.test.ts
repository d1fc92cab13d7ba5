/** A file with several policies: each is read, checked and fixed by itself. */

import {expect} from 'chai';
import {policiesAt} from '../../lint/dialects/policies-at.ts';
import {explainFile} from '../../lint/explain/explain.ts';
import {fixText} from '../../lint/fix.ts';
import {dependencies, lintText} from '../../lint/lint.ts';
import {synchronizedRetries} from '../../lint/rules/no-synchronized-retries.ts';
import {readSource, toValue} from '../../lint/source/read.ts';

const path = 'policies.yaml';
const two = `name: orders
backoff: {jitter: none}
---
# The second.
name: search
maxAttempts: many
routes:
  - match: {path: /v1/search}
    backoff:
      baseMs: 200
      jitter: none
`;

const lint = (text: string, files: Readonly<Record<string, string>> = {}) =>
  lintText({path, files: {...files, [path]: text}});

async function found(text: string, files?: Readonly<Record<string, string>>): Promise<string[]> {
  const {findings} = await lint(text, files);
  return findings.map(({code, range, pointer}) => `${range.start.line}:${range.start.column} ${code} ${pointer}`);
}

describe('a YAML file with several documents', () => {
  const shapes: [title: string, text: string, values: unknown[]][] = [
    ['one after a mark', '---\na: 1\n', [{a: 1}]],
    ['one between marks', '---\na: 1\n...\n---\n', [{a: 1}]],
    ['two', 'a: 1\n---\nb: 2\n', [{a: 1}, {b: 2}]],
    ['empty ones, which are left out', '---\n---\n# why\n---\na: 1\n', [{a: 1}]],
    ['a null, which is a value', '~\n---\na: 1\n', [null, {a: 1}]],
  ];
  for (const [title, text, values] of shapes) {
    it(`reads ${title}`, async () => {
      const {documents, problems} = await readSource(path, text);
      expect(problems).to.deep.equal([]);
      expect(documents.map(node => toValue(node))).to.deep.equal(values);
    });
  }

  it('is empty if all its documents are', async () => {
    expect(await found('---\n---\n')).to.deep.equal(['1:1 RL001 ']);
  });

  it('resolves aliases within a document only', async () => {
    const {documents} = await readSource(path, 'a: &x {b: 1}\nc: *x\n---\nd: &x {e: 2}\nf: *x\n');
    expect(documents.map(node => toValue(node))).to.deep.equal([
      {a: {b: 1}, c: {b: 1}},
      {d: {e: 2}, f: {e: 2}},
    ]);
  });

  it('names slips of every document', async () => {
    expect(await found('a: [\n---\nb: {\n')).to.deep.equal(['2:1 RL001 ', '4:1 RL001 ']);
  });
});

describe('several policies in a file', () => {
  it('are each checked where they are written', async () => {
    expect(await found(two)).to.deep.equal([
      '2:11 RL203 backoff.jitter',
      '6:14 RL003 maxAttempts',
      '11:7 RL203 routes[0].backoff.jitter',
    ]);
  });

  it('are identified by name, or by number', async () => {
    const fingerprints = async (text: string) => (await lint(text)).findings.map(({fingerprint}) => fingerprint);
    expect(await fingerprints(two)).to.deep.equal([
      'RL203 document[orders].backoff.jitter',
      'RL003 document[search].maxAttempts',
      'RL203 document[search].routes[* /v1/search].backoff.jitter',
    ]);
    const nameless = 'backoff: {jitter: none}\n';
    expect(await fingerprints(`${nameless}---\n${nameless}`)).to.deep.equal([
      'RL203 document[1].backoff.jitter',
      'RL203 document[2].backoff.jitter',
    ]);
  });

  it('are each fixed, without other changes', async () => {
    const {text, fixed} = await fixText({path, files: {[path]: two}}, {unsafe: true});
    expect(fixed.map(({code}) => code)).to.deep.equal(['RL203', 'RL203']);
    expect(text).to.equal(two.replaceAll('jitter: none', 'jitter: "full"'));
  });

  it('are explained by their names', async () => {
    const explanations = await explainFile(synchronizedRetries, {path, files: {[path]: two}});
    expect(explanations.map(({title}) => title)).to.deep.equal(['policy "orders"', 'route * /v1/search']);
  });

  it('are suppressed each by its own block', async () => {
    const block = 'x-retry-lint: {disable: [{rule: RL203, at: backoff, reason: a single client}]}\n';
    const policy = 'backoff: {jitter: none}\n';
    const {findings, suppressed} = await lint(`${policy}---\n${policy}${block}`);
    expect(findings.map(({code, range}) => [code, range.start.line])).to.deep.equal([['RL203', 1]]);
    expect(suppressed.map(({finding}) => finding.range.start.line)).to.deep.equal([3]);
  });

  it('are steadfetch’s own where they stand in another file', async () => {
    const text = '{"retry": {"maxAttempts": "unlimited", "deadlineMs": null, "extends": ["./gone.json"]}}';
    const config = {dialects: [policiesAt(['/retry'])]};
    const {findings} = await lintText({path: 'package.json', files: {'package.json': text}, config});
    expect(findings.map(({code}) => code)).to.deep.equal(['RL201', 'RL406']);
    expect(findings[0]!.message).to.match(/The client refuses this policy\./);
  });

  it('extend their own files', async () => {
    const text = 'extends: [./a.json]\n---\nextends: [./b.json]\n';
    const files = {'a.json': '{"backoff": {"jitter": "none"}}', 'b.json': '{}'};
    expect(await dependencies(text, path)).to.deep.equal(['a.json', 'b.json']);
    expect(await found(text, files)).to.deep.equal(['1:11 RL203 backoff.jitter']);
  });

  it('are not what a policy can extend', async () => {
    const files = {'base.yaml': two};
    const {findings} = await lint('extends: [./base.yaml]\n', files);
    expect(findings.map(({message}) => message)).to.deep.equal([
      'extends[0] is the file base.yaml, which holds 2 policies; extend a file that holds one.',
    ]);
  });
});
