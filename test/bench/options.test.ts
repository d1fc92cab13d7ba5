import {expect} from 'chai';
import {benchOptions, isWanted} from '../../bench/perf/options.ts';

describe('the options of the bench', () => {
  const groups = ['stub', 'retried'];

  it('ask for every group and row, in five processes, without arguments', () => {
    expect(benchOptions([], groups)).to.deep.equal({
      groups: [],
      rows: [],
      processes: 5,
      rounds: undefined,
      list: false,
      save: false,
    });
  });

  it('take groups, rows and the effort', () => {
    const options = benchOptions(
      ['retried', '--row', 'ky', '--row', 'loop', '--processes', '3', '--rounds', '9'],
      groups,
    );
    expect(options).to.deep.include({groups: ['retried'], rows: ['ky', 'loop'], processes: 3, rounds: 9});
  });

  it('refuse an unknown group and name the known ones', () => {
    expect(() => benchOptions(['stubs'], groups)).to.throw('Unknown group: stubs. The groups are stub, retried.');
  });

  it('refuse an effort that is not a positive integer', () => {
    expect(() => benchOptions(['--processes', '0'], groups)).to.throw(
      '--processes must be an integer of at least 1, not 0.',
    );
    expect(() => benchOptions(['--rounds', 'many'], groups)).to.throw(
      '--rounds must be an integer of at least 1, not many.',
    );
  });
});

describe('--save', () => {
  it('is refused beside --row, since results are kept by group', () => {
    expect(() => benchOptions(['stub', '--save', '--row', 'ky'], ['stub'])).to.throw(
      '--save keeps whole groups: leave out --row.',
    );
  });
});

describe('isWanted', () => {
  it('takes every row where no text is given', () => expect(isWanted('bare fetch', [])).to.equal(true));
  it('takes a row that contains one of the texts', () => {
    expect(isWanted('bare fetch', ['ky', 'bare'])).to.equal(true);
    expect(isWanted('bare fetch', ['ky'])).to.equal(false);
  });
});
