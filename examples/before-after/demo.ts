/** The demonstration: one faulty server, the same traffic through three clients at once, and what came of it. */
import type {Listener} from '../../src/core/events.ts';
import {attemptLog} from './attempt-log.ts';
import {AttemptRecorder} from './attempt-recorder.ts';
import {naiveLoop} from './naive-loop.ts';
import {spansOf} from './otlp.ts';
import {isListening, type OtlpReceiver, startReceiver} from './otlp-receiver.ts';
import {plainKy} from './plain-ky.ts';
import {type FaultyServer, startServer} from './server.ts';
import {showcase} from './showcase.ts';
import {tellingTrace} from './span-tree.ts';
import {summarize} from './summary.ts';
import {type RunSummary, successText, table} from './table.ts';
import {writeTraceFile} from './trace-file.ts';
import {defaultEndpoint, startTracing} from './tracing.ts';
import {type Call, type Client, runTraffic, type TrafficShape, traffic, urlOf} from './traffic.ts';
import {waterfall} from './waterfall.ts';

export interface DemoOptions extends TrafficShape {
  /** Makes the third client; tells the listener what happens to its calls. */
  readonly steadfetch: (on: Listener) => Client;
  readonly traceFile: string;
  readonly print: (text: string) => void;
  readonly width: number;
  readonly color: boolean;
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
  const {seed, print} = options;
  const endpoint = defaultEndpoint();
  const collector = await isListening(endpoint);
  const tracing = startTracing(receiver.tracesUrl, collector);

  const calls = traffic(options);
  const recorder = new AttemptRecorder();
  const clients = {'plain ky': plainKy, 'naive loop': naiveLoop, steadfetch: options.steadfetch(recorder.on)};
  const orders = calls.filter(({method}) => method === 'POST').length;
  print(
    `${calls.length} calls (${orders} of them charge an order), ${options.perSecond} a second, seed ${seed}, through`,
  );
  print(`${Object.keys(clients).join(', ')} at once. Each call meets the same faults in each of them.\n`);

  const runs = await runAll(clients, calls, server);
  await tracing.stop();

  print('Some calls of steadfetch, attempt by attempt\n');
  const shown = showcase(seed, calls).map(call => urlOf(server.origin, call, 'steadfetch'));
  print(`${attemptLog(shown.flatMap(url => recorder.of(url)))}\n`);

  print('One of its traces\n');
  const spans = spansOf(receiver.resourceSpans);
  print(`${waterfall(tellingTrace(spans), options)}\n`);
  await writeTraceFile(options.traceFile, receiver.resourceSpans);
  print(`${spans.length} spans are in ${options.traceFile}: open it in the Upload tab of Jaeger UI.`);
  print(
    collector ? `They also went to ${endpoint}.\n` : `Nothing listens at ${endpoint}, so they went nowhere else.\n`,
  );

  print('Before and after (latency of all calls, failed ones included; nearest rank)\n');
  print(`${table(runs)}\n`);
  const ours = runs.find(({name}) => name === 'steadfetch')!;
  print(`steadfetch: ${ours.duplicates} duplicated side effects, ${successText(ours)} success`);
  return ours.duplicates === 0 && ours.succeeded >= 0.99 * ours.calls;
}

/** At once: the clients share nothing but the server's port, and a third of the time is enough. */
function runAll(
  clients: Readonly<Record<string, Client>>,
  calls: readonly Call[],
  server: FaultyServer,
): Promise<readonly RunSummary[]> {
  return Promise.all(
    Object.entries(clients).map(async ([name, client]) => {
      const results = await runTraffic(name, server.origin, calls, client);
      return summarize(name, results, server.stats(name));
    }),
  );
}
