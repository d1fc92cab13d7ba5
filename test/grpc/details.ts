/** google.rpc.Status with details, as servers write it: just enough of protobuf to make the bytes of a test. */

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

export const number = (field: number, value: number): number[] => [field * 8, ...varint(BigInt(value))];
export const bytes = (field: number, value: readonly number[]): number[] => [
  field * 8 + 2,
  ...varint(BigInt(value.length)),
  ...value,
];
export const text = (field: number, value: string): number[] => bytes(field, [...new TextEncoder().encode(value)]);

/** A Duration leaves out what is 0, as protobuf does. */
const duration = (seconds: number, nanos: number): number[] => [
  ...(seconds === 0 ? [] : number(1, seconds)),
  ...(nanos === 0 ? [] : number(2, nanos)),
];

export const any = (type: string, value: readonly number[]): number[] => [
  ...text(1, `type.googleapis.com/${type}`),
  ...bytes(2, value),
];

/** @param before Other details that come first. */
export function retryInfoDetails(seconds: number, nanos = 0, before: readonly (readonly number[])[] = []): Uint8Array {
  const info = any('google.rpc.RetryInfo', bytes(1, duration(seconds, nanos)));
  return Uint8Array.from([
    ...number(1, 8),
    ...text(2, 'quota'),
    ...before.flatMap(detail => bytes(3, detail)),
    ...bytes(3, info),
  ]);
}
