/** One response, written when and as the model of the service says. */
import type {ServerResponse} from 'node:http';
import {type Clock, Timer} from '../core/timer.ts';
import type {Exchange, Reply, ServiceAnswer, StreamEvent} from '../simulate/service/service.ts';
import {LimitedBody, type Line} from './bandwidth.ts';
import {eventText} from './bodies.ts';
import type {ResponseCounts} from './counts.ts';

/** What the responses of one server share. */
export interface ReplySettings {
  readonly clock: Clock;
  readonly counts: ResponseCounts;
  /** Status that an error in an event stream stands for. */
  readonly streamErrorStatus: number;
  /** How long the body of a success takes after its headers, in ms; undefined: as long as the scenario says. */
  readonly bodyMs: number | undefined;
  /** What the body of one response passes through; none where the bandwidth has no limit. */
  lines(): readonly Line[];
  /** Whether a connection may be used again: not while the scenario refuses connections. */
  keepsConnections(): boolean;
}

export class HttpReply implements Reply {
  /** What to leave when the client has gone. */
  exchange: Exchange | null = null;
  readonly #response: ServerResponse;
  readonly #successBody: string;
  readonly #settings: ReplySettings;
  #slowBody: SlowBody | null = null;
  /** Null where the bandwidth has no limit, or nothing of the body has come. */
  #limitedBody: LimitedBody | null = null;
  /** Whether the service has said all that it will say. */
  #isOver = false;

  /** @param successBody Body of a response that is neither an error nor an event stream. */
  constructor(response: ServerResponse, successBody: string, settings: ReplySettings) {
    this.#response = response;
    this.#successBody = successBody;
    this.#settings = settings;
    settings.counts.waiting++;
    response.once('close', () => this.#closed());
  }

  answer({status, headers, body, isStream}: ServiceAnswer, scenarioBodyMs = 0): void {
    const response = this.#response;
    this.#settings.counts.answered(status);
    const lines = headers.entries.flat();
    if (!this.#settings.keepsConnections()) lines.push('connection', 'close');
    if (isStream) {
      response.writeHead(status, [...lines, 'cache-control', 'no-cache']);
      if (response.req.method === 'HEAD') this.#end();
      else response.flushHeaders();
      return;
    }
    const text = body ?? (status < 400 ? this.#successBody : '');
    if (text !== '' && !headers.has('content-type')) lines.push('content-type', typeOf(text));
    const bytes = ENCODER.encode(text);
    response.writeHead(status, [...lines, 'content-length', String(bytes.length)]);
    const {clock} = this.#settings;
    const bodyMs = status >= 400 ? 0 : (this.#settings.bodyMs ?? scenarioBodyMs);
    if (bytes.length === 0 || response.req.method === 'HEAD') return this.#end(bytes);
    if (bodyMs === 0) return this.#write(bytes, true);
    response.flushHeaders();
    this.#slowBody = new SlowBody(bytes, bodyMs, clock, (part, isLast) => this.#write(part, isLast));
  }

  event(event: StreamEvent): void {
    if (this.#isOver) return; // The response to a HEAD has no events.
    const bytes = ENCODER.encode(eventText(event, this.#settings.streamErrorStatus));
    if (event === 'error') this.#settings.counts.streamErrors++;
    this.#write(bytes, event === 'error' || event === 'end');
  }

  /** A request that was read cannot be refused any more: its connection breaks, too. */
  broke(): void {
    this.#isOver = true;
    this.#settings.counts.broken++;
    const {socket} = this.#response;
    if (socket?.resetAndDestroy === undefined) this.#response.destroy();
    else socket.resetAndDestroy();
  }

  #write(part: Uint8Array, isLast: boolean): void {
    const {clock} = this.#settings;
    const lines = this.#limitedBody === null ? this.#settings.lines() : [];
    if (lines.length > 0) {
      this.#response.flushHeaders();
      this.#limitedBody = new LimitedBody(lines, clock, (slice, isEnd) => this.#send(slice, isEnd));
    }
    if (this.#limitedBody === null) this.#send(part, isLast);
    else this.#limitedBody.add(part, isLast);
  }

  #send(part: Uint8Array, isLast: boolean): void {
    if (isLast) this.#end(part);
    else this.#response.write(part);
  }

  #end(rest: string | Uint8Array = ''): void {
    this.#isOver = true;
    this.#response.end(rest);
  }

  #closed(): void {
    const {counts} = this.#settings;
    counts.waiting--;
    if (!this.#isOver) counts.abandoned++;
    this.#slowBody?.stop();
    this.#limitedBody?.stop();
    this.exchange?.leave();
  }
}

const ENCODER = new TextEncoder();

/** A policy that reads error bodies looks at their type. */
const typeOf = (text: string): string => (/^\s*[[{]/.test(text) ? 'application/json' : 'text/plain');

const PARTS = 10;

/** Sends a body in parts of equal size at equal distances. */
class SlowBody extends Timer {
  readonly #bytes: Uint8Array;
  readonly #everyMs: number;
  readonly #clock: Clock;
  readonly #send: (part: Uint8Array, isLast: boolean) => void;
  #sent = 0;

  constructor(bytes: Uint8Array, ms: number, clock: Clock, send: (part: Uint8Array, isLast: boolean) => void) {
    super();
    this.#bytes = bytes;
    this.#everyMs = ms / PARTS;
    this.#clock = clock;
    this.#send = send;
    clock.arm(this, this.#everyMs);
  }

  override fire(): void {
    const {length} = this.#bytes;
    const from = Math.floor((this.#sent * length) / PARTS);
    this.#sent++;
    const to = Math.floor((this.#sent * length) / PARTS);
    if (this.#sent < PARTS) this.#clock.arm(this, this.#everyMs);
    this.#send(this.#bytes.subarray(from, to), this.#sent === PARTS);
  }

  stop(): void {
    this.#clock.disarm(this);
  }
}
