import {expect} from 'chai';
import {Answer, answerBodies} from '../../src/transport/answer.ts';

describe('the error body of an answer that was read', () => {
  for (const [text, expected] of [
    ['{"error":"busy"}', {error: 'busy'}],
    ['x'.repeat(65), undefined],
  ] as const)
    it(`of ${text.length} characters, of which 64 may be read`, async () => {
      const limits = {maxBytes: 64} as Parameters<NonNullable<typeof answerBodies.readError>>[1];
      expect(await answerBodies.readError?.(new Answer(503, text), limits)).to.deep.equal(expected);
    });
});
