/** Errors of gRPC as Go, Java, Python and C++ print them; those of Node are read with the error that they are. */
import {answered} from '../../core/outcome.ts';
import {CODE_NAMES, isCodeName} from '../../decide/grpc-codes.ts';
import {type ErrorReading, LoggedAnswer} from '../failure.ts';

/** `StatusCode.UNAVAILABLE`, `code = Unavailable desc`, `StatusRuntimeException: UNAVAILABLE`, `grpc-status: 14`. */
const PATTERNS: readonly RegExp[] = [
  /\bStatusCode\.([A-Z_]{2,20})\b/,
  /\brpc error: code = (\w{2,20}) desc/,
  /\bStatus(?:Runtime)?Exception: ([A-Z_]{2,20})\b/,
  /\bStatus\(StatusCode="?(\w{2,20})\b/,
  /\bgrpc[-_]?status(?:[-_]?code)?["']?[:=] ?["']?(\d{1,2}|[A-Za-z_]{2,20})\b/i,
];
/** What a program prints of the code and the details of an error of Python. */
const BARE =
  /(?:ailed|rror|xception): (CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|UNAUTHENTICATED): /;
/** No connection was made. A broken one says `Connection reset`. */
const NOT_SENT =
  /No connection established|failed to connect to all addresses|Connect Failed|Error while dialing|[Nn]ame resolution|DNS resolution|errors? resolving|[Uu]nable to resolve|lookup failed|UnknownHost|[Cc]onnection refused|No route to host/;

/** Null where the text names no code of gRPC, or OK. */
export function readGrpcText(text: string): ErrorReading | null {
  const word = PATTERNS.map(pattern => pattern.exec(text)?.[1]).find(found => found !== undefined) ?? numberedIn(text);
  const bare = word === undefined ? BARE.exec(text)?.[1] : undefined;
  const code = grpcCodeOf(word ?? bare);
  if (code === undefined || code === 0) return null;
  return {...grpcReading(code, text), ...(bare !== undefined && {doubt: 'protocol (gRPC assumed)'})};
}

/** `13 INTERNAL: `, as grpc-js writes it; undefined where number and name do not belong together. */
function numberedIn(text: string): string | undefined {
  const [, number, name] = /(?:^|[\s:"])(\d{1,2}) ([A-Z_]{5,20}): /m.exec(text) ?? [];
  return isCodeName(name) && CODE_NAMES.indexOf(name) === Number(number) ? name : undefined;
}

/** @param text In which the reason stands. */
export function grpcReading(code: number, text: string): ErrorReading {
  const sent = NOT_SENT.test(text) ? 'not-sent' : 'maybe-processed';
  return {protocol: 'grpc', method: 'POST', outcome: answered(new LoggedAnswer(code, undefined, sent))};
}

/** `14`, `UNAVAILABLE`, `Unavailable`; undefined for every other word. */
export function grpcCodeOf(word: unknown): number | undefined {
  if (typeof word === 'number' || (typeof word === 'string' && /^\d{1,2}$/.test(word)))
    return Number(word) < CODE_NAMES.length && Number.isInteger(Number(word)) && Number(word) >= 0
      ? Number(word)
      : undefined;
  if (typeof word !== 'string') return undefined;
  const name = word === 'Canceled' ? 'CANCELLED' : word.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return isCodeName(name) ? CODE_NAMES.indexOf(name) : undefined;
}
