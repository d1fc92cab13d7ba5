import {expect} from 'chai';
import {mutantOf, shuffled} from '../../tools/mutate/mutants.ts';

const source = 'export const ratio = (a: number, b: number): number => a + b * 2;\n';

describe('mutants', () => {
  it('are the same for the same seed, and others for another one', () => {
    const items = Array.from({length: 50}, (_, index) => index);
    expect(shuffled(items, 7)).to.deep.equal(shuffled(items, 7)).and.not.deep.equal(shuffled(items, 8));
    expect(shuffled(items, 7).sort((a, b) => a - b)).to.deep.equal(items);
  });

  it('keep an expression together beside a stronger operator', () => {
    const at = source.indexOf('b * 2');
    const mutant = mutantOf('src/ratio.ts', source, {start: at, end: at + 'b * 2'.length, to: 'b - 2'});
    expect(mutant).to.include({line: 1, from: 'b * 2', to: 'b - 2'});
    expect(mutant?.text).to.contain('a + (b - 2);');
  });

  it('leave a statement without parentheses', () => {
    const text = 'f();\ng();\n';
    expect(mutantOf('src/f.ts', text, {start: 5, end: 9, to: ';'})).to.include({line: 2, text: 'f();\n;\n'});
  });

  it('do not exist where the program stays the same', () => {
    const text = 'export const f = (a: boolean) => !(a === true);\n';
    const at = text.indexOf('true');
    expect(mutantOf('src/f.ts', text, {start: at, end: at + 4, to: '!false'})).to.equal(undefined);
  });

  it('do not exist where the change makes no program', () => {
    const at = source.indexOf('=>');
    expect(mutantOf('src/ratio.ts', source, {start: at, end: at + 2, to: '+'})).to.equal(undefined);
  });
});
