import {expect} from 'chai';
import {cancelBody} from '../../src/transport/unsent-body.ts';

describe('cancelBody', () => {
  it('ends what can be ended', () => {
    const ended: string[] = [];
    cancelBody({destroy: () => ended.push('destroyed')}, null);
    cancelBody({return: () => ended.push('returned')}, null);
    expect(ended).to.deep.equal(['destroyed', 'returned']);
  });

  it('throws nothing where nothing can be ended', () => {
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
