import {expect} from 'chai';
import {green, harmless, listed, red, SUCCESS, unlisted, yellow} from '../../src/decide/classification.ts';

const MARKS = {throttled: false, once: false, final: false, unpaid: null, hint: null};

describe('classifications', () => {
  it('green, yellow and red have their fields', () => {
    expect(green('421', 'not-processed', {once: true})).to.deep.equal({
      ...MARKS,
      transient: true,
      sent: 'not-processed',
      reason: '421',
      once: true,
    });
    expect(yellow('503')).to.deep.equal({...MARKS, transient: true, sent: 'maybe-processed', reason: '503'});
    expect(red('404', 'maybe-processed')).to.deep.equal({
      ...MARKS,
      transient: false,
      sent: 'maybe-processed',
      reason: '404',
    });
  });

  it('a success was acted on', () => {
    expect(SUCCESS).to.deep.equal({...MARKS, transient: false, sent: 'processed', reason: 'success'});
  });

  for (const [title, change, found, transient] of [
    ['what the policy does not list is not transient', unlisted, yellow('503'), false],
    ['what it does not list and is not transient anyway stays', unlisted, red('404'), false],
    ['what it lists is', listed, red('404', 'maybe-processed'), true],
    ['what it lists and is transient anyway stays', listed, yellow('503'), true],
    ['what is final it cannot list', listed, red('a bad certificate', 'not-sent', {final: true}), false],
  ] as const)
    it(`${title}, without other changes`, () => {
      const made = change(found);
      expect(made).to.deep.equal({...found, transient});
      expect(made === found, 'the very same where nothing changes').to.equal(found.transient === transient);
      expect(made).to.satisfy(Object.isFrozen);
    });

  it('are harmless only if the request was not sent or not processed', () => {
    const all = ['not-sent', 'not-processed', 'maybe-processed', 'processed'] as const;
    expect(all.filter(harmless)).to.deep.equal(['not-sent', 'not-processed']);
  });
});
