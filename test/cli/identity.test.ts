/** Two names of one file, whichever way they differ. */
import {linkSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {type BatchArguments, readBatchArguments} from '../../src/cli/batch-arguments.ts';
import {filesOf} from '../../src/cli/files.ts';
import {UsageError} from '../../src/cli/usage-error.ts';
import {Workplace} from './running.ts';

describe('filesOf', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.write('in.jsonl', '');
  });
  afterEach(() => place.remove());

  const path = (name: string): string => join(place.folder, name);
  /** Arguments that begin with `@` are in the folder. */
  const files = (...more: string[]) => {
    const args = ['@in.jsonl', '--url', 'http://x', ...more];
    const inFolder = (arg: string): string => (arg.startsWith('@') ? `${place.folder}/${arg.slice(1)}` : arg);
    return filesOf(readBatchArguments(args.map(inFolder), {}) as BatchArguments);
  };

  it('puts errors and journal beside the results', () => {
    const {requests, out, errors, journal} = files('--out', '@o.jsonl');
    expect(requests).to.deep.equal({name: path('in.jsonl'), path: path('in.jsonl')});
    expect(out).to.deep.equal({place: {name: path('o.jsonl'), path: path('o.jsonl')}, isFile: true});
    expect(errors!.place.name).to.equal(path('o.errors.jsonl'));
    expect(journal).to.equal(path('o.jsonl.journal'));
  });

  it('puts neither beside standard output or a device', () => {
    for (const out of ['-', '/dev/null'])
      expect(files('--out', out)).to.deep.include({errors: undefined, journal: undefined});
  });

  const clashes: [name: string, more: string[], clash: string, prepare?: () => void][] = [
    ['the same name', ['--out', '@in.jsonl'], 'the requests and of the results'],
    ['another spelling of the path', ['--out', '@./in.jsonl'], 'the requests and of the results'],
    [
      'a hard link',
      ['--out', '@hard'],
      'the requests and of the results',
      () => linkSync(path('in.jsonl'), path('hard')),
    ],
    [
      'a link to its folder',
      ['--out', '@to/in.jsonl'],
      'the requests and of the results',
      () => symlinkSync('.', path('to')),
    ],
    ['new files of one name', ['--out', '@o', '--errors', '@./o'], 'the results and of the errors'],
    [
      'new files of one name behind a link',
      ['--out', '@o', '--errors', '@to/o'],
      'the results and of the errors',
      () => symlinkSync('.', path('to')),
    ],
    ['new files whose names differ in case', ['--out', '@o.j', '--errors', '@O.J'], 'the results and of the errors'],
    [
      'new files whose names differ in form',
      ['--out', '@\u00e9', '--errors', '@e\u0301'],
      'the results and of the errors',
    ],
    ['errors and journal', ['--out', '@o', '--errors', '@o.journal'], 'the errors and of the journal'],
    ['journal and requests', ['--out', '@o', '--journal', '@in.jsonl'], 'the requests and of the journal'],
    ['results and lock', ['--out', '@j.lock', '--journal', '@j'], 'the results and of the lock of the journal'],
    [
      'policy and results',
      ['--out', '@p', '--policy', '@p'],
      'the policy and of the results',
      () => writeFileSync(path('p'), ''),
    ],
    ['both outputs on standard output', ['--out', '-', '--errors', '/dev/stdout'], 'the results and of the errors'],
  ];
  for (const [name, more, clash, prepare] of clashes)
    it(`refuses one file for two uses: ${name}`, () => {
      prepare?.();
      expect(() => files(...more)).to.throw(UsageError, `is the file of ${clash}. Name two files.`);
    });

  it('lets devices have several uses', () => {
    expect(files('--out', '/dev/null', '--errors', '/dev/null').errors).to.include({isFile: false});
  });

  it('refuses symbolic links to files, and to nothing', () => {
    symlinkSync('in.jsonl', path('soft'));
    symlinkSync('nothing', path('dangling'));
    for (const link of ['@soft', '@dangling']) {
      expect(() => files('--out', link)).to.throw(UsageError, 'is a symbolic link, which is not followed');
      expect(() => files('--out', '@o', '--errors', link)).to.throw(UsageError, 'is a symbolic link');
    }
  });

  it('takes a symbolic link to a device', () => {
    symlinkSync('/dev/null', path('soft'));
    expect(files('--out', '@soft').out.isFile).to.equal(false);
  });

  it('refuses a descriptor that is not open', () => {
    expect(() => files('--out', '/dev/fd/987')).to.throw(UsageError, '/dev/fd/987 is not open.');
  });

  it('needs a journal to resume', () => {
    expect(() => files('--out', '-', '--resume')).to.throw(UsageError, /^--resume needs a journal/);
    expect(() => files('--out', '-', '--retry-failed')).to.throw(UsageError, /^--retry-failed needs a journal/);
    expect(files('--out', '-', '--resume', '--journal', '@j').journal).to.equal(path('j'));
  });
});
