import {expect} from 'chai';
import {formatKey, needsKey, STANDARD_KEY_HEADER} from '../../src/decide/idempotency.ts';
import {defaultsOfPart} from '../../src/policy/defaults.ts';
import type {Idempotency} from '../../src/policy/types.ts';

const promised = defaultsOfPart.idempotency as Idempotency;

it('the header of the standard is the one of its draft (draft-ietf-httpapi-idempotency-key-header)', () => {
  expect(STANDARD_KEY_HEADER).to.equal('Idempotency-Key');
});

describe('formatKey', () => {
  for (const [format, expected] of [
    ['raw', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['sf-string', '"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
  ] as const) {
    it(`${format}: ${expected}`, () => {
      expect(formatKey('8e03978e-40d5-43e8-bc93-6894a57f9324', format)).to.equal(expected);
    });
  }
});

describe('needsKey', () => {
  for (const [idempotency, method, expected] of [
    [promised, 'POST', true],
    [promised, 'PATCH', true],
    [promised, 'GET', false],
    [promised, 'PUT', false],
    [{...promised, methods: ['LINK']}, 'LINK', true],
    [{...promised, methods: ['LINK']}, 'POST', false],
    [{...promised, methods: []}, 'POST', false],
    [null, 'POST', false],
  ] as const) {
    it(`${method} ${idempotency === null ? 'without a promise' : `among ${idempotency.methods.join(', ') || 'none'}`}: ${expected}`, () => {
      expect(needsKey(idempotency, method)).to.equal(expected);
    });
  }
});
