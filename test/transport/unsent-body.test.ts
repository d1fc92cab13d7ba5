import {expect} from 'chai';
import {cancelBody} from '../../src/transport/unsent-body.ts';

describe('cancelBody', () => {
  it('cancels bodies that can be cancelled', () => {
    const ended: string[] = [];
    cancelBody({destroy: () => ended.push('destroyed')}, null);
    cancelBody({return: () => ended.push('returned')}, null);
    expect(ended).to.deep.equal(['destroyed', 'returned']);
  });

  it('does not throw for other bodies', () => {
    const throwing = {
      get destroy(): never {
        throw new Error('a getter threw');
      },
    };
    const taken = new ReadableStream();
    taken.getReader();
    for (const body of [undefined, null, 'text', {}, new URLSearchParams('a=1'), throwing, taken])
      expect(() => cancelBody(body, null)).not.to.throw();
  });
});
