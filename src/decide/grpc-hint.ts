/**
 * The hint of a gRPC server: pushback, which may also forbid a retry, else the RetryInfo in the details of the error.
 *
 * @see gRFC A6, "Pushback"; AIP-193, "RetryInfo"
 */

import type {Sent} from './classification.ts';
import {retryInfoMs} from './retry-info.ts';
import type {ServerHint} from './server-hint.ts';

/** As much of a gRPC answer as is read to decide. */
export interface GrpcAnswer {
  /** The code; 0 also for a stream that has begun and may still fail. */
  readonly status: number;
  /** Headers or a message have come: gRPC's point of commitment, after which no client sends again by itself. */
  readonly committed: boolean;
  /** How far the call came, as far as the client itself can prove. */
  readonly sent: Sent;
  /** First value of a key in the trailing metadata; bytes where its name ends in `-bin`. */
  trailer(name: string): string | Uint8Array | undefined;
}

/** The header holds an int32. */
const MOST_PUSHBACK_MS = 2 ** 31 - 1;

/** Whether pushback forbids a retry: it is negative or unreadable. */
export function stops(answer: GrpcAnswer): boolean {
  const pushback = answer.trailer('grpc-retry-pushback-ms');
  return pushback !== undefined && pushbackMs(pushback) === undefined;
}

export function grpcHint(answer: GrpcAnswer): ServerHint | null {
  const asked = pushbackMs(answer.trailer('grpc-retry-pushback-ms'));
  if (asked !== undefined) return {ms: asked, source: 'pushback'};
  const details = answer.trailer('grpc-status-details-bin');
  const ms = details instanceof Uint8Array ? retryInfoMs(details) : undefined;
  return ms === undefined ? null : {ms, source: 'retry-info'};
}

function pushbackMs(value: string | Uint8Array | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\d+$/.test(value)) return undefined;
  const ms = Number(value);
  return ms <= MOST_PUSHBACK_MS ? ms : undefined;
}
