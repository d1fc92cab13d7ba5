/** The status codes of gRPC, by number. */
export const CODE_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type CodeName = (typeof CODE_NAMES)[number];

/** The name of a code. An unknown number is UNKNOWN, by the specification. */
export const codeName = (code: number): CodeName => CODE_NAMES[code] ?? 'UNKNOWN';

export const isCodeName = (word: unknown): word is CodeName => (CODE_NAMES as readonly unknown[]).includes(word);
