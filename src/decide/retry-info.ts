/**
 * `google.rpc.RetryInfo`, out of the bytes of `grpc-status-details-bin`.
 *
 * Four small messages of protobuf, of which three fields are read: not worth a runtime. The bytes are the server's: what is
 * not well-formed is as if it were absent.
 *
 * @see googleapis google/rpc/status.proto, google/rpc/error_details.proto; protobuf's encoding guide
 */

/** google.rpc.Status.details, of google.protobuf.Any; RetryInfo.retry_delay, of google.protobuf.Duration. */
const DETAILS = 3;
const ANY_TYPE = 1;
const ANY_VALUE = 2;
const RETRY_DELAY = 1;
const SECONDS = 1;
const NANOS = 2;

/** The delay in milliseconds; undefined where the bytes hold no delay. */
export function retryInfoMs(bytes: Uint8Array): number | undefined {
  try {
    for (const [number, detail] of fields(bytes)) {
      if (number !== DETAILS || typeof detail === 'number') continue;
      const {[ANY_TYPE]: type, [ANY_VALUE]: info = NO_BYTES} = Object.fromEntries(fields(detail));
      if (type instanceof Uint8Array && isRetryInfo(type)) return durationMs(Object.fromEntries(fields(bytesOf(info))));
    }
  } catch {
    // Malformed.
  }
  return undefined;
}

function durationMs({[RETRY_DELAY]: delay = NO_BYTES}: Record<number, Value>): number | undefined {
  const {[SECONDS]: seconds = 0, [NANOS]: nanos = 0} = Object.fromEntries(fields(bytesOf(delay)));
  // Negative numbers are written as very large ones.
  if (!(Number(seconds) <= MOST_SECONDS && Number(nanos) < 1e9)) return undefined;
  return Number(seconds) * 1000 + Number(nanos) / 1e6;
}

/** A google.protobuf.Duration spans 10,000 years at the most. */
const MOST_SECONDS = 315_576_000_000;
const NO_BYTES = new Uint8Array();

const isRetryInfo = (type: Uint8Array): boolean => new TextDecoder().decode(type).endsWith('/google.rpc.RetryInfo');

function bytesOf(value: Value): Uint8Array {
  if (typeof value === 'number') throw MALFORMED;
  return value;
}

type Value = number | Uint8Array;

const MALFORMED = new Error('These bytes are no protobuf message.');

/** Number and value of each field, in the order they are written. Fixed-width ones are passed over. */
function* fields(bytes: Uint8Array): Generator<[number: number, value: Value]> {
  let at = 0;
  const skip = (length: number): number => {
    at += length;
    if (at > bytes.length) throw MALFORMED;
    return at - length;
  };
  const varint = (): number => {
    let value = 0;
    for (let digit = 0; digit < 10; digit++) {
      const byte = bytes[skip(1)]!;
      value += (byte & 0x7f) * 2 ** (7 * digit);
      if (byte < 0x80) return value;
    }
    throw MALFORMED;
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield [number, varint()];
        break;
      case 1:
        skip(8);
        break;
      case 2: {
        const length = varint();
        const start = skip(length);
        yield [number, bytes.subarray(start, at)];
        break;
      }
      case 5:
        skip(4);
        break;
      default:
        throw MALFORMED;
    }
  }
}
