/**
 * A log of any size takes little CPU for its length, and no memory. On a quiet machine it is 180 MB for each second of CPU; the limit leaves room
 * for one that is busy.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createWriteStream, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Runs the command, and says what it took. */
const PROBE = `
process.on('exit', () => {
  const {user, system} = process.cpuUsage();
  console.error(JSON.stringify({cpuMs: (user + system) / 1000, maxMb: process.resourceUsage().maxRSS / 1024}));
});
await import(process.argv[1]);
`;

describe('endurance: triage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-triage-'));
  after(() => rmSync(folder, {recursive: true}));

  for (const [title, line, megabytes, ratio, leastMbPerSecond, mostMb] of [
    ['300 MB of lines, of which 2 % are failures', lineOf, 300, 0.02, 50, 200],
    ['60 MB of lines, of which half are failures', lineOf, 60, 0.5, 8, 200],
    ['200 MB of OTLP JSON, of which 2 % are failures', traceOf, 200, 0.02, 20, 230],
  ] as const)
    it(`reads ${title}, in ${mostMb} MB and at ${leastMbPerSecond} MB for each second of CPU`, async () => {
      const path = join(folder, 'app.log');
      await writeLog(path, line, megabytes, ratio);
      const child = spawn(
        process.execPath,
        ['--no-warnings', '--input-type=module', '-e', PROBE, '--', program, 'triage', path, '--json'],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      child.stdout.resume();
      const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
      expect(code).to.equal(0);
      // Before it come lines of progress, where the machine is slow.
      const {cpuMs, maxMb} = JSON.parse(stderr.trim().split('\n').at(-1)!) as {cpuMs: number; maxMb: number};
      console.log(
        `        ${Math.round(megabytes / (cpuMs / 1000))} MB for each second of CPU, ${Math.round(maxMb)} MB`,
      );
      expect(maxMb, 'MB').to.be.below(mostMb);
      expect(megabytes / (cpuMs / 1000), 'MB for each second of CPU').to.be.above(leastMbPerSecond);
    });
});

type Line = (id: number, isFailed: boolean) => object;

async function writeLog(path: string, line: Line, megabytes: number, ratio: number): Promise<void> {
  const file = createWriteStream(path);
  const random = seededRandom(15);
  for (let id = 0; file.bytesWritten + file.writableLength < megabytes * 1e6; ) {
    const lines = Array.from({length: 2000}, () => `${JSON.stringify(line(id++, random() < ratio))}\n`);
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** As pino-http writes it. */
function lineOf(id: number, isFailed: boolean): object {
  return {
    level: isFailed ? 50 : 30,
    time: 1_795_716_467_141 + id,
    pid: 7,
    hostname: 'web-1',
    req: {
      id,
      method: id % 2 === 0 ? 'GET' : 'POST',
      url: `/v1/items/${id}?page=${id % 7}`,
      headers: {
        host: 'api.example',
        'user-agent': 'curl/8.5.0',
        traceparent: `00-${id.toString(16).padStart(32, '0')}-00f067aa0ba902b7-01`,
      },
      remoteAddress: '10.0.0.7',
    },
    res: {statusCode: isFailed ? 503 : 200, headers: {'content-type': 'application/json'}},
    ...(isFailed && {
      err: {
        type: 'Error',
        message: 'failed with status code 503',
        stack: 'Error: failed with status code 503\n    at onResFinished (logger.js:115:39)',
      },
    }),
    responseTime: id % 600,
    msg: isFailed ? 'request errored' : 'request completed',
  };
}

/** As the collector's file exporter writes it: a span of the server, and one of its client. */
function traceOf(id: number, isFailed: boolean): object {
  const span = (kind: number, spanId: number, status: number): object => ({
    traceId: id.toString(16).padStart(32, '0'),
    spanId: spanId.toString(16).padStart(16, '0'),
    parentSpanId: '00f067aa0ba902b7',
    name: 'GET /v1/items/:id',
    kind,
    startTimeUnixNano: `${1_795_716_467_141 + id}000000`,
    attributes: [
      {key: 'http.request.method', value: {stringValue: 'GET'}},
      {key: 'url.full', value: {stringValue: `https://api.example/v1/items/${id}?page=${id % 7}`}},
      {key: 'server.address', value: {stringValue: 'api.example'}},
      {key: 'http.response.status_code', value: {intValue: String(status)}},
    ],
  });
  const spans = Array.from({length: 8}, (_, each) => span((each % 2) + 2, each, isFailed && each === 1 ? 503 : 200));
  return {resourceSpans: [{resource: {}, scopeSpans: [{scope: {}, spans}]}]};
}
