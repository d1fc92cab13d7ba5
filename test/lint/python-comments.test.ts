/** Suppressions in the comments of a program, of which some speak to other linters. */
import {expect} from 'chai';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {suppress} from '../../lint/editor/suppress.ts';
import {Collector} from '../../lint/report/collector.ts';
import {RuleSet} from '../../lint/rule-set.ts';
import {linesOf} from '../../lint/source/lines.ts';
import type {Comment, ObjectNode, Source} from '../../lint/source/tree.ts';
import {type Unit, unitAt} from '../../lint/source/unit.ts';
import {applySuppressions, type Outcome} from '../../lint/suppress/apply.ts';
import {ReadBefore} from './support/read-before.ts';

/** A program whose calls are marked: `«@retry(…)»`. Their finding of RL203 is at `wait`. */
function programOf(marked: string): {source: Source; calls: Unit[]} {
  const calls: ObjectNode[] = [];
  let text = '';
  let start = 0;
  for (const part of marked.split(/([«»])/)) {
    if (part === '«') start = text.length;
    else if (part === '»') calls.push({kind: 'object', properties: [], flow: true, span: {start, end: text.length}});
    else text += part;
  }
  const comments = [...text.matchAll(/#[^\n]*/g)].map(
    ({0: whole, index}): Comment => ({
      span: {start: index, end: index + whole.length},
      text: whole.slice(1).trim(),
      alone: /(?:^|\n)[ \t]*$/.test(text.slice(0, index)),
    }),
  );
  const source: Source = {path: 'app/main.py', text, format: 'yaml', documents: calls, comments, problems: []};
  return {source, calls: calls.flatMap((_, document) => unitAt(source, {document, segments: [], id: ''}) ?? [])};
}

const rules = new RuleSet(undefined, {}, undefined);

function outcomeOf(marked: string): Outcome & {source: Source} {
  const {source, calls} = programOf(marked);
  const collector = new Collector(source);
  for (const {index} of source.text.matchAll(/\bwait\b/g)) {
    const span = {start: index, end: index + 4};
    const at = String(linesOf(source).positionAt(index).line);
    for (const code of ['RL203', 'RL204']) {
      const rule = rules.get(code);
      collector.add({rule, severity: 'error', message: `At ${at}.`, span, pointer: at, identity: at});
    }
  }
  return {
    source,
    ...applySuppressions(source, rules, collector, {
      today: '2026-11-30',
      refused: false,
      calls,
      units: [],
      rulesRan: true,
    }),
  };
}

/** `code line` of what is accepted, and of what is reported besides. */
function said(marked: string): {accepted: string[]; open: string[]; weak: string[]} {
  const {findings, suppressed} = outcomeOf(marked);
  const shown = ({code, range}: (typeof findings)[number]): string => `${code} ${range.start.line}`;
  const isWeak = ({code}: (typeof findings)[number]): boolean => /RL60[45]/.test(code);
  return {
    accepted: suppressed.map(({finding}) => shown(finding)),
    open: findings.filter(finding => !isWeak(finding)).map(shown),
    weak: findings.filter(isWeak).map(({code, message}) => `${code} ${message}`),
  };
}

describe('a comment in Python', () => {
  const cases: [what: string, program: string, accepted: string[]][] = [
    ['on the line before', '# retry-lint-ignore RL203: a single client\n«@retry(wait)»\n', ['RL203 2']],
    ['at the end of the line', '«@retry(wait)»  # retry-lint-ignore RL203: a single client\n', ['RL203 1']],
    [
      'with two rules',
      '«@retry(wait)»  # retry-lint-ignore RL203, no-immediate-retries: one\n',
      ['RL203 1', 'RL204 1'],
    ],
    ['with two hyphens before the reason', '«@retry(wait)»  # retry-lint-ignore RL203 -- one: two\n', ['RL203 1']],
    [
      'before the first line of a call',
      '# retry-lint-ignore RL203: one\n«@retry(\n    stop,\n    wait,\n)»\n',
      ['RL203 4'],
    ],
    ['behind the last line of a call', '«@retry(\n    wait,\n)»  # retry-lint-ignore RL203: one\n', ['RL203 2']],
    ['of all files', '# retry-lint-disable-next-line RL203 -- one\n«@retry(wait)»\n', ['RL203 2']],
    ['for the file', '# retry-lint-disable RL203 -- one\n\n«@retry(wait)»\n«@retry(wait)»\n', ['RL203 3', 'RL203 4']],
    ['until a day', '«@retry(wait)»  # retry-lint-ignore RL203: one until 2026-12-01\n', ['RL203 1']],
    ['behind another one', '«@retry(wait)»  # type: ignore # retry-lint-ignore RL203: one\n', ['RL203 1']],
    ['noqa', '«@retry(wait)»  # noqa: RL203\n', ['RL203 1']],
    ['noqa among other codes', '«@retry(wait)»  # NOQA: E501,RL203 F401\n', ['RL203 1']],
    ['noqa behind another one', '«@retry(wait)»  # type: ignore  # noqa:RL203\n', ['RL203 1']],
    ['noqa on the last line of a call', '«@retry(\n    wait,\n    stop,\n)»  # noqa: RL203\n', ['RL203 2']],
  ];
  for (const [what, program, accepted] of cases) {
    it(`accepts a finding ${what}`, () => {
      const outcome = said(program);
      expect(outcome.accepted.toSorted()).to.deep.equal(accepted);
      expect(outcome.weak).to.deep.equal([]);
    });
  }

  const silent: [what: string, program: string][] = [
    ['is a bare noqa', '«@retry(wait)»  # noqa\n'],
    ['is a noqa for others', '«@retry(wait)»  # noqa: E501, BLE001\n'],
    ['is a noqa on a line of its own', '# noqa: RL203\n«@retry(wait)»\n'],
    ['only speaks of it', '# We retry-lint-ignore RL203 nothing here.\n«@retry(wait)»\n'],
    ['is about retries', '# retry: twice\n«@retry(wait)»\n'],
  ];
  for (const [what, program] of silent) {
    it(`accepts nothing where it ${what}`, () => {
      expect(said(program)).to.deep.include({accepted: [], weak: []});
    });
  }

  it('does not reach the next call', () => {
    const program = '«@retry(\n    wait,\n)»  # noqa: RL203\n«@retry(wait)»\n';
    expect(said(program).open).to.include('RL203 4');
  });

  it('is a finding if it does nothing', () => {
    expect(said('«@retry(wait)»  # retry-lint-ignore RL203\n').weak).to.deep.equal([
      'RL604 This suppression has no reason. Write after : why the finding is accepted.',
    ]);
    expect(said('x = 1  # retry-lint-ignore RL203: one\n').weak).to.deep.equal([
      'RL605 RL203 reports nothing here. Remove this suppression.',
    ]);
    expect(said('«@retry(wait)»  # noqa: RL999\n').weak).to.deep.equal([
      'RL604 Unknown rule: "RL999". This suppression has no effect.',
    ]);
  });

  it('is removed where it does nothing, unless it also speaks to others', () => {
    const fixed = (program: string): string => {
      const {source, findings} = outcomeOf(program);
      return applyEdits(source.text, findings.find(({code}) => code === 'RL605')?.fix?.edits ?? []);
    };
    expect(fixed('x = 1  # noqa: RL203\n')).to.equal('x = 1\n');
    expect(fixed('# retry-lint-ignore RL203: one\nx = 1\n')).to.equal('x = 1\n');
    expect(fixed('x = 1  # noqa: E501, RL203\n')).to.equal('x = 1  # noqa: E501, RL203\n');
  });

  it('is written by an editor, behind the line that names the interpreter', async () => {
    const program = '#!/usr/bin/env python3\n\ndef main():\n    «client(wait)»\n';
    const {source, findings} = outcomeOf(program);
    const finding = findings.find(({code}) => code === 'RL203')!;
    const request = {path: source.path, files: {[source.path]: source.text}, cache: new ReadBefore(source), finding};
    const here = await suppress({...request, reason: 'one'});
    expect(applyEdits(source.text, here?.edits ?? [])).to.contain(
      'main():\n    # retry-lint-disable-next-line RL203 -- one\n    client(wait)\n',
    );
    const inFile = await suppress({...request, reason: 'one', where: 'file'});
    expect(applyEdits(source.text, inFile?.edits ?? [])).to.match(
      /^#!\/usr\/bin\/env python3\n# retry-lint-disable RL203 -- one\n\ndef/,
    );
  });
});
