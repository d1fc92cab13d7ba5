import {expect} from 'chai';
import fc from 'fast-check';
import {retryInfoMs} from '../../src/decide/retry-info.ts';
import {any, bytes, number, retryInfoDetails, text} from '../grpc/details.ts';

describe('retryInfoMs', () => {
  for (const [seconds, nanos, ms] of [
    [0, 0, 0],
    [1, 0, 1000],
    [0, 1_000_000, 1],
    [3, 500_000_000, 3500],
    [0, 1, 1e-6],
    [315_576_000_000, 0, 315_576_000_000_000],
  ] as const) {
    it(`${seconds} s and ${nanos} ns are ${ms} ms`, () =>
      expect(retryInfoMs(retryInfoDetails(seconds, nanos))).to.equal(ms));
  }

  for (const [what, seconds, nanos] of [
    ['a negative delay', -1, 0],
    ['negative nanoseconds', 0, -1],
    ['a second of nanoseconds', 0, 1_000_000_000],
    ['more than ten thousand years', 315_576_000_001, 0],
  ] as const) {
    it(`${what} has no delay`, () => expect(retryInfoMs(retryInfoDetails(seconds, nanos))).to.equal(undefined));
  }

  it('is found among other details, and fields it does not know are passed over', () => {
    const other = [...any('google.rpc.DebugInfo', text(2, 'stack')), 0x4d, 1, 2, 3, 4, 0x49, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(retryInfoMs(retryInfoDetails(2, 0, [other]))).to.equal(2000);
  });

  it('other details alone have no delay', () => {
    expect(retryInfoMs(Uint8Array.from(bytes(3, any('google.rpc.DebugInfo', []))))).to.equal(undefined);
    expect(retryInfoMs(Uint8Array.from(bytes(3, any('acme.RetryInfo', []))))).to.equal(undefined);
    expect(retryInfoMs(new Uint8Array())).to.equal(undefined);
  });

  it('fields of another type have no delay', () => {
    expect(retryInfoMs(Uint8Array.from(number(3, 5)))).to.equal(undefined);
    const asNumber = [...text(1, 'a/google.rpc.RetryInfo'), ...number(2, 5)];
    expect(retryInfoMs(Uint8Array.from(bytes(3, asNumber)))).to.equal(undefined);
  });

  describe('bytes that are not a protobuf message have no delay, even if a delay is in them', () => {
    const honest = retryInfoDetails(2, 0);
    const lengthAt = honest.indexOf(3 * 8 + 2) + 1; // Of the detail, a field of bytes.
    for (const [what, spoilt] of [
      ['a field that is longer than what is left', honest.with(lengthAt, honest[lengthAt]! + 1)],
      ['a number of eleven digits', [0x08, ...Array(10).fill(0x80), 0x01, ...honest]],
      ['a wire type that is no more', [0x0b, ...honest]],
      ['a wire type that never was', [0x0f, ...honest]],
    ] as const)
      it(what, () => expect(retryInfoMs(Uint8Array.from(spoilt))).to.equal(undefined));

    it('reads a number of ten digits', () =>
      expect(retryInfoMs(Uint8Array.from([0x08, ...Array(9).fill(0x80), 0x01, ...honest]))).to.equal(2000));
  });

  it('every cut through honest bytes is a number or nothing, never an error', () => {
    const whole = retryInfoDetails(3, 500_000_000);
    expect(whole).not.to.be.empty;
    for (let end = 0; end < whole.length; end++)
      expect(retryInfoMs(whole.subarray(0, end)) ?? 0, `cut at ${end}`).to.be.within(0, 3500);
  });

  it('any bytes at all are a delay or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), noise => {
        const ms = retryInfoMs(noise);
        return ms === undefined || (Number.isFinite(ms) && ms >= 0);
      }),
      {numRuns: 2000, seed: 6},
    );
  });
});
