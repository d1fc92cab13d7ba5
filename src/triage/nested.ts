/** Finds retries of several layers around the same request: their attempts multiply. */

import type {TriagedFailure} from './assess.ts';
import type {ClientSpan} from './formats/otlp.ts';

/** What several layers did, as far as the log shows it. */
export interface NestedRetries {
  /** Failed requests on which a client above had retried already, by its own header. */
  readonly byHeader: number;
  /** Requests for which a proxy asked more than one server, those included that then succeeded. */
  readonly byProxy: number;
  /** Servers asked for those, in all. */
  readonly proxyTries: number;
  /** Traces in which a retried span stands below another retried span. */
  readonly traces: number;
  /** The most attempts of one trace, with its id. */
  readonly worst: {readonly traceId: string; readonly attempts: number} | null;
}

/** Traces that are remembered, and their spans and repeated attempts; of a larger log, the latest. */
const MOST_TRACES = 2_000;
const MOST_SPANS = 50_000;
/** The most spans of one trace that are kept. */
const MOST_SPANS_OF_TRACE = 256;

/** Lists, and no maps: most traces have one span, and a map for each of them would be most of the memory. */
interface Trace {
  spans: number;
  readonly seen: Pick<ClientSpan, 'spanId' | 'parentId' | 'retries'>[];
  /** Each attempt from 2 on of lines, with its request. */
  readonly repeats: string[];
}

export class NestedRetriesFinder {
  readonly #traces = new Map<string, Trace>();
  #byHeader = 0;
  #byProxy = 0;
  #proxyTries = 0;
  #nested = 0;
  #worst: NestedRetries['worst'] = null;
  /** Spans and repeated attempts of all traces. */
  #remembered = 0;

  addFailure({failure, method, target}: TriagedFailure): void {
    const {outerRetries = 0, proxyTries = 0, traceId, attempt} = failure;
    if (outerRetries > 0) this.#byHeader++;
    if (proxyTries > 1) this.addProxyTries(proxyTries);
    if (traceId === undefined || failure.format === 'OTLP span' || attempt === undefined) return;
    const trace = this.#traceOf(traceId);
    trace.spans++;
    if (attempt >= 2) this.#remember(trace.repeats, `${attempt} ${method} ${target}`);
  }

  addProxyTries(tries: number): void {
    this.#byProxy++;
    this.#proxyTries += tries;
  }

  /** Spans come in any order, so they are compared at the end. */
  addSpan({traceId, spanId, parentId, retries}: ClientSpan): void {
    if (traceId === '') return;
    const trace = this.#traceOf(traceId);
    trace.spans++;
    this.#remember(trace.seen, {spanId, parentId, retries});
  }

  end(): NestedRetries {
    for (const [traceId, trace] of this.#traces) this.#close(traceId, trace);
    this.#traces.clear();
    this.#remembered = 0;
    return {
      byHeader: this.#byHeader,
      byProxy: this.#byProxy,
      proxyTries: this.#proxyTries,
      traces: this.#nested,
      worst: this.#worst,
    };
  }

  #traceOf(traceId: string): Trace {
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    if (this.#traces.size >= MOST_TRACES) this.#forgetOldest();
    const made: Trace = {spans: 0, seen: [], repeats: []};
    this.#traces.set(traceId, made);
    return made;
  }

  #remember<T>(list: T[], each: T): void {
    if (list.length >= MOST_SPANS_OF_TRACE) return;
    list.push(each);
    if (++this.#remembered > MOST_SPANS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest, trace] = this.#traces.entries().next().value!;
    this.#close(oldest, trace);
    this.#traces.delete(oldest);
    this.#remembered -= trace.seen.length + trace.repeats.length;
  }

  #close(traceId: string, trace: Trace): void {
    if (!isNested(trace)) return;
    this.#nested++;
    if (trace.spans > (this.#worst?.attempts ?? 0)) this.#worst = {traceId, attempts: trace.spans};
  }
}

/** An attempt from 2 on that was made twice: something above began the retries anew. Or a retry below a retry, or beside one's parent. */
function isNested({seen, repeats}: Trace): boolean {
  if (repeats.length > 1 && new Set(repeats).size < repeats.length) return true;
  const retried = seen.filter(({retries = 0}) => retries > 0);
  if (retried.length === 0) return false;
  const parents = new Map(seen.map(({spanId, parentId}) => [spanId, parentId]));
  const retriedSpans = new Set(retried.map(({spanId}) => spanId));
  /** Parents of which one child was a retry: each of their children is one of several attempts. */
  const retriedUnder = new Set(retried.map(({parentId}) => parentId));
  return retried.some(({parentId}) => {
    for (let above = parentId, depth = 0; above !== undefined && depth < 64; depth++) {
      const next = parents.get(above);
      if (retriedSpans.has(above) || (parents.has(above) && next !== undefined && retriedUnder.has(next))) return true;
      above = next;
    }
    return false;
  });
}
