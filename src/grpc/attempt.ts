/**
 * One attempt through gRPC: the listener of its call, and the answer that the engine decides about.
 *
 * A single response is whole when its status has come, so all of it is kept back until then. A stream of them is an answer
 * when its headers have come: from there on it flows to the caller, and its end is the caller's affair.
 */
import {type InterceptingListener, type Metadata, type NextCall, type StatusObject, status} from '@grpc/grpc-js';
import type {BodyListener} from '../body/body-listener.ts';
import type {ResponseBodies} from '../body/response-bodies.ts';
import type {AttemptResponse, ResponseHeaders} from '../core/outcome.ts';
import type {Sent} from '../decide/classification.ts';
import type {GrpcAnswer} from '../decide/grpc-hint.ts';
import {cancelStatus, type LocalStatus} from './local-status.ts';

/** A call of grpc-js below the interceptor. */
export type LowerCall = ReturnType<NextCall>;

/** The callbacks of an attempt, implemented by the call. */
export interface AttemptOwner {
  /** The method answers with a stream. */
  readonly streams: boolean;
  /** Whether the caller has asked for a message and has none yet. */
  readonly wantsMessage: boolean;
  /** The attempt's time is over, or as good as. */
  isOver(endsAt: number): boolean;
  receiveMetadata(metadata: Metadata): void;
  receiveMessage(message: unknown): void;
  /** @param localStatus The status with which this package ended the attempt, if it did. */
  receiveStatus(status: StatusObject, localStatus: LocalStatus | null): void;
  /** The attempt has ended. */
  left(attempt: RpcAttempt): void;
}

/**
 * The message of grpc-js for a stream that HTTP/2 refused: by RST_STREAM (RFC 9113 §8.7), or by a GOAWAY that names an earlier stream
 * (§6.8). No other public field shows it.
 */
const REFUSED_STREAM = 'Stream refused by server';

type Stage = 'undecided' | 'answer' | 'dropped';

export class RpcAttempt implements AttemptResponse, GrpcAnswer, InterceptingListener {
  /** The gRPC code; 0 also for a stream that has begun. */
  status = 0;
  committed = false;
  readonly call: LowerCall;
  readonly #owner: AttemptOwner;
  readonly #target: string;
  readonly #endsAt: number;
  readonly #arrived: (attempt: RpcAttempt) => void;
  #stage: Stage = 'undecided';
  #metadata: Metadata | null = null;
  #messages: unknown[] = [];
  #end: StatusObject | null = null;
  #localStatus: LocalStatus | null = null;
  #listener: BodyListener | null = null;

  /** @param target The peer of the call before it has a connection. */
  constructor(
    owner: AttemptOwner,
    call: LowerCall,
    target: string,
    endsAt: number,
    arrived: (attempt: RpcAttempt) => void,
  ) {
    this.#owner = owner;
    this.call = call;
    this.#target = target;
    this.#endsAt = endsAt;
    this.#arrived = arrived;
  }

  // The answer.

  readonly headers: ResponseHeaders = {
    get: name => {
      const value = this.trailer(name) ?? this.#metadata?.get(name)[0];
      return typeof value === 'string' ? value : null;
    },
    has: name => this.trailer(name) !== undefined || (this.#metadata?.get(name).length ?? 0) > 0,
  };

  /**
   * A call has a peer once it was given to a connection; until then its peer is the channel's target. A status without any metadata is
   * grpc-js's own, since every answer of a server has at least a content type: a server may pass on the details of its own calls.
   */
  get sent(): Sent {
    if (this.#end === null) return 'maybe-processed';
    if (this.call.getPeer() === this.#target) return 'not-sent';
    const {details, metadata} = this.#end;
    const isOwn = Object.keys(metadata.getMap()).length === 0;
    return isOwn && details === REFUSED_STREAM ? 'not-processed' : 'maybe-processed';
  }

  trailer(name: string): string | Uint8Array | undefined {
    return this.#end?.metadata.get(name)[0];
  }

  /** The status; null for a stream that goes on. */
  get end(): StatusObject | null {
    return this.#end;
  }

  /** The one response of a method without streams. */
  get message(): unknown {
    return this.#messages[0];
  }

  /** The status has come: there is nothing more to wait for. */
  get isComplete(): boolean {
    return this.#end !== null;
  }

  track(listener: BodyListener): void {
    this.#listener = listener;
    listener.streaming();
    if (this.#owner.wantsMessage) listener.awaitingChunk();
  }

  drop(): void {
    this.#stage = 'dropped';
    this.#messages = [];
    this.#owner.left(this);
    if (this.#end === null) this.call.cancelWithStatus(status.CANCELLED, 'Another attempt took the place of this one.');
  }

  /** It is the answer. */
  give(): void {
    this.#stage = 'answer';
    // A listener that throws still gets what comes after: without its status the call would not end.
    try {
      if (this.#metadata !== null) this.#owner.receiveMetadata(this.#metadata);
    } finally {
      try {
        for (const message of this.#messages) this.#owner.receiveMessage(message);
      } finally {
        this.#messages = [];
        if (this.#end !== null) this.#giveStatus(this.#end);
      }
    }
  }

  read(): void {
    this.#listener?.awaitingChunk();
    this.call.startRead();
  }

  abort(reason: unknown): void {
    if (this.#end !== null) return;
    this.#localStatus = cancelStatus(reason);
    this.call.cancelWithStatus(this.#localStatus.code, this.#localStatus.details);
  }

  // The listener.

  onReceiveMetadata(metadata: Metadata): void {
    this.committed = true;
    if (this.#stage === 'answer') return this.#owner.receiveMetadata(metadata);
    this.#metadata = metadata;
    if (this.#owner.streams) this.#arrived(this);
  }

  /** @param message null: the method without streams has no response, by grpc-js. */
  onReceiveMessage(message: unknown): void {
    if (message === null || this.#stage === 'dropped') return;
    this.committed = true;
    if (this.#stage === 'undecided') {
      this.#messages.push(message);
      return;
    }
    this.#listener?.chunkArrived();
    this.#owner.receiveMessage(message);
  }

  onReceiveStatus(end: StatusObject): void {
    // The server enforces the deadline too, and may be slightly ahead. Only the client's clock knows which limit has passed.
    if (end.code === status.DEADLINE_EXCEEDED && this.#stage === 'undecided' && this.#owner.isOver(this.#endsAt))
      return;
    this.#end = end;
    this.#owner.left(this);
    if (this.#stage === 'answer') return this.#giveStatus(end);
    if (!this.#owner.streams || !this.committed) this.status = end.code;
    this.#arrived(this);
  }

  #giveStatus(end: StatusObject): void {
    this.#listener?.ended(end.code === status.OK ? 'read' : 'network');
    this.#owner.receiveStatus(end, this.#localStatus);
  }
}

export const rpcBodies: ResponseBodies<RpcAttempt> = {
  track(attempt, listener) {
    if (!attempt.isComplete) attempt.track(listener);
    return !attempt.isComplete;
  },
  hold: () => null,
  discard: attempt => attempt.drop(),
};
