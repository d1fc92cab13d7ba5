/** Runs a Jaeger of one's own: in memory, on loopback, on ports that are free. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePorts, isReady} from '../ports.ts';

export interface Jaeger {
  /** Of OTLP over HTTP, without a path: what OTEL_EXPORTER_OTLP_ENDPOINT takes. */
  readonly otlp: string;
  /** Of the UI and the query API. */
  readonly query: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Fixed ports, such as Jaeger's own 4318 and 16686; free ones if left out. */
  readonly ports?: {readonly otlp: number; readonly query: number};
  /** A folder with a built jaeger-ui. The Go module holds none. */
  readonly ui?: string;
}

/** @throws Error when it is not ready within half a minute, with what it printed. */
export async function startJaeger(binary: string, {ports, ui}: StartOptions = {}): Promise<Jaeger> {
  const [otlp, query, grpc, health] = ports ? [ports.otlp, ports.query, ...(await freePorts(2))] : await freePorts(4);
  const folder = await mkdtemp(join(tmpdir(), 'jaeger-'));
  const config = join(folder, 'jaeger.yaml');
  await writeFile(config, configOf({otlp: otlp!, query: query!, grpc: grpc!, health: health!}, ui));
  const child = spawn(binary, ['--config', config], {stdio: ['ignore', 'pipe', 'pipe']});
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => (printed = `${printed}${chunk}`.slice(-20_000)));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    await rm(folder, {recursive: true, force: true});
  };
  const base = `http://127.0.0.1:${query}`;
  if (await isReady(`${base}/api/v3/services`, () => child.exitCode !== null))
    return {otlp: `http://127.0.0.1:${otlp}`, query: base, stop};
  await stop();
  throw new Error(`Jaeger was not ready within 30 s. It printed:\n${printed.slice(-2000)}`);
}

interface Ports {
  readonly otlp: number;
  readonly query: number;
  readonly grpc: number;
  readonly health: number;
}

/** Traces alone, as the all-in-one of Jaeger itself has them, with nothing listening beyond loopback. */
const configOf = ({otlp, query, grpc, health}: Ports, ui: string | undefined): string => `
service:
  extensions: [jaeger_storage, jaeger_query, healthcheckv2]
  pipelines:
    traces: {receivers: [otlp], processors: [], exporters: [jaeger_storage_exporter]}
  telemetry:
    metrics: {level: none}
    logs: {level: warn}
extensions:
  healthcheckv2:
    use_v2: true
    http: {endpoint: "127.0.0.1:${health}"}
  jaeger_query:
    storage: {traces: memory}
    http: {endpoint: "127.0.0.1:${query}"}
    grpc: {endpoint: "127.0.0.1:${grpc}"}
${ui === undefined ? '' : `    ui: {assets_path: "${ui}"}\n`}  jaeger_storage:
    backends:
      memory: {memory: {max_traces: 100000}}
receivers:
  otlp:
    protocols:
      http: {endpoint: "127.0.0.1:${otlp}"}
exporters:
  jaeger_storage_exporter: {trace_storage: memory}
`;
