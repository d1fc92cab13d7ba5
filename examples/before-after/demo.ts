/** The demonstration: one faulty server, the same traffic through three clients at once, and what came of it. */
import type {Listener} from '../../src/core/events.ts';
import {compare, introduction, tableOf} from '../model-client.ts';
import {attemptLog} from './attempt-log.ts';
import {AttemptRecorder} from './attempt-recorder.ts';
import {tooBusy, watchLoop} from './machine.ts';
import {naiveLoop} from './naive-loop.ts';
import {spansOf} from './otlp.ts';
import {isListening, type OtlpReceiver, startReceiver} from './otlp-receiver.ts';
import type {Paint} from './paint.ts';
import {plainKy} from './plain-ky.ts';
import {type Progress, startProgress} from './progress.ts';
import {type FaultyServer, startServer} from './server.ts';
import {showcase} from './showcase.ts';
import {tellingTrace} from './span-tree.ts';
import {summarize} from './summary.ts';
import {legend, type RunSummary, successText, table} from './table.ts';
import {writeTraceFile} from './trace-file.ts';
import {defaultEndpoint, SERVICE, startTracing} from './tracing.ts';
import {type Call, type Client, runTraffic, type TrafficShape, traffic} from './traffic.ts';
import {waterfall} from './waterfall.ts';

export interface DemoOptions extends TrafficShape {
  /** Makes the third client; `on` hears what happens to its calls. */
  readonly steadfetch: (on: Listener) => Client;
  readonly traceFile: string;
  /** Writes text as it is, without a line break of its own. */
  readonly write: (text: string) => void;
  /** Columns of the terminal. */
  readonly width: number;
  readonly isTerminal: boolean;
  readonly paint: Paint;
}

/** @returns Whether the third client kept its promise: nothing charged twice, at least 99 % success. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const server = await startServer(options.seed);
  const receiver = await startReceiver();
  try {
    return await demonstrate(options, server, receiver);
  } finally {
    await Promise.all([server.close(), receiver.close()]);
  }
}

async function demonstrate(options: DemoOptions, server: FaultyServer, receiver: OtlpReceiver): Promise<boolean> {
  const {seed, perSecond, paint} = options;
  const print = (text: string): void => options.write(`${text}\n`);
  const calls = traffic(options);
  const recorder = new AttemptRecorder();
  const clients = {'plain ky': plainKy, 'naive loop': naiveLoop, steadfetch: options.steadfetch(recorder.on)};
  const orders = calls.filter(({method}) => method === 'POST').length;
  print(`${calls.length} calls (${orders} of them charge an order), ${perSecond} a second, seed ${seed},`);
  print(`through three clients at once: ${Object.keys(clients).join(', ')}.`);
  print('Each call meets the same faults in each of them.\n');

  const endpoint = defaultEndpoint();
  const collector = await isListening(endpoint);
  const tracing = startTracing(receiver.tracesUrl, collector);
  const progress = startProgress({...options, calls: calls.length * Object.keys(clients).length});
  await warmUp(server);
  const loopTime = watchLoop();
  const runs = await runAll(clients, calls, server, progress);
  const busy = tooBusy(loopTime());
  await tracing.stop();
  progress.stop();

  print(`${paint('bold', 'Some calls of steadfetch, attempt by attempt')}\n`);
  const shown = showcase(seed, calls);
  print(
    `${attemptLog(
      shown.flatMap(({path}) => recorder.of(path)),
      paint,
    )}\n`,
  );

  print(`${paint('bold', 'One of its traces')}\n`);
  const spans = spansOf(receiver.resourceSpans);
  print(`${waterfall(tellingTrace(spans), options)}\n`);
  await writeTraceFile(options.traceFile, receiver.resourceSpans);
  for (const line of whereToLook(spans.length, options.traceFile, collector ? endpoint : null)) print(line);

  print(`\n${paint('bold', 'Before and after')} (latencies in ms, those of failed calls included)\n`);
  print(`${table(runs, paint)}\n`);
  for (const line of legend) print(paint('dim', line));
  if (busy !== null) print(`\n${paint('red', busy)}`);
  print(`\n${paint('bold', 'A failing model endpoint')}\n`);
  print(introduction);
  print(`\n${tableOf(await compare())}`);
  const ours = runs.find(({name}) => name === 'steadfetch')!;
  const isKept = ours.duplicates === 0 && ours.succeeded >= 0.99 * ours.calls;
  const promise = `steadfetch: ${ours.duplicates} duplicated side effects, ${successText(ours)} success`;
  print(`\n${paint(isKept ? 'green' : 'red', promise)}`);
  return isKept;
}

/** @param endpoint Of the collector that got the spans too; null where nothing listens. */
function whereToLook(spans: number, file: string, endpoint: string | null): readonly string[] {
  const ui = 'http://localhost:16686';
  const search = `service ${SERVICE}`;
  if (endpoint !== null)
    return [`${spans} spans went to ${endpoint}, and are in ${file}.`, `Jaeger's UI: ${ui}, ${search}.`];
  return [
    `${spans} spans are in ${file}. To look at them: start Jaeger`,
    `(README), open ${ui}, Upload, then search for ${search}.`,
    'Where Jaeger runs before npm start, the spans go there by themselves.',
  ];
}

/** Runs what all three clients use, on plain fetch: no client's numbers include the time in which the runtime compiles it. */
async function warmUp(server: FaultyServer): Promise<void> {
  for (let round = 0; round < 10; round++)
    await Promise.allSettled(
      Array.from({length: 20}, (_, index) =>
        fetch(`${server.origin}/items/warm-up-${round}-${index}?run=warm-up`, {signal: AbortSignal.timeout(500)}).then(
          response => response.text(),
        ),
      ),
    );
}

/** At once: the clients share nothing but the server's port, and a third of the time is enough. */
function runAll(
  clients: Readonly<Record<string, Client>>,
  calls: readonly Call[],
  server: FaultyServer,
  progress: Progress,
): Promise<readonly RunSummary[]> {
  return Promise.all(
    Object.entries(clients).map(async ([name, client]) => {
      const counted: Client = (call, url) => client(call, url).finally(() => progress.ended());
      const results = await runTraffic(name, server.origin, calls, counted);
      return summarize(name, results, server.stats(name));
    }),
  );
}
