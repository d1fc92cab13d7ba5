import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {type ResourceSpans, spansOf} from '../../examples/before-after/otlp.ts';
import {isListening, type OtlpReceiver, startReceiver} from '../../examples/before-after/otlp-receiver.ts';
import {writeTraceFile} from '../../examples/before-after/trace-file.ts';
import {defaultEndpoint} from '../../examples/before-after/tracing.ts';

const exported: ResourceSpans = {
  scopeSpans: [
    {
      spans: [
        {
          traceId: 't1',
          spanId: 's1',
          name: 'GET',
          kind: 3,
          startTimeUnixNano: '1764000000000250000',
          endTimeUnixNano: '1764000000010500999',
          attributes: [
            {key: 'number', value: {intValue: 503}},
            {key: 'int64', value: {intValue: '2'}},
            {key: 'text', value: {stringValue: ''}},
            {key: 'flag', value: {boolValue: false}},
          ],
          status: {code: 2},
        },
      ],
    },
  ],
};

describe('before-after: OTLP', () => {
  it('is read with its oddities: int64 as number or string, nanoseconds beyond 2^53', () => {
    expect(spansOf([exported])).to.deep.equal([
      {
        traceId: 't1',
        spanId: 's1',
        parentSpanId: '',
        name: 'GET',
        kind: 'client',
        startMs: 1764000000000.25,
        endMs: 1764000000010.5,
        failed: true,
        attributes: {number: 503, int64: 2, text: '', flag: false},
        events: [],
        links: [],
      },
    ]);
  });

  it('goes to a file as one OTLP JSON document', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trace-'));
    try {
      await writeTraceFile(join(folder, 'trace.json'), [exported]);
      expect(JSON.parse(await readFile(join(folder, 'trace.json'), 'utf8'))).to.deep.equal({resourceSpans: [exported]});
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});

describe('before-after: OTLP receiver', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  const json = JSON.stringify({resourceSpans: [exported]});
  const post = (body: BodyInit, headers: HeadersInit = {'Content-Type': 'application/json'}): Promise<Response> =>
    fetch(receiver.tracesUrl, {method: 'POST', body, headers});

  it('takes JSON, and answers with an empty object', async () => {
    const answer = await post(json);
    expect([answer.status, await answer.text()]).to.deep.equal([200, '{}']);
    expect(receiver.resourceSpans).to.deep.equal([exported]);
  });

  it('takes gzip', async () => {
    const answer = await post(gzipSync(json), {'Content-Type': 'application/json', 'Content-Encoding': 'gzip'});
    expect(answer.status).to.equal(200);
    expect(receiver.resourceSpans).to.deep.equal([exported]);
  });

  it('refuses what it cannot read', async () => {
    expect((await post('{')).status).to.equal(400);
    expect((await post('x', {'Content-Type': 'application/x-protobuf'})).status).to.equal(415);
    expect((await fetch(receiver.tracesUrl)).status).to.equal(405);
    expect((await fetch(new URL('/v1/metrics', receiver.tracesUrl), {method: 'POST'})).status).to.equal(404);
    expect(receiver.resourceSpans).to.deep.equal([]);
  });

  it('is seen while it listens, and only then', async () => {
    expect(await isListening(receiver.tracesUrl)).to.equal(true);
    await receiver.close();
    expect(await isListening(receiver.tracesUrl)).to.equal(false);
    expect(await isListening('no URL')).to.equal(false);
  });
});

describe('before-after: default endpoint', () => {
  for (const [env, expected] of [
    [{}, 'http://localhost:4318'],
    [{OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318'}, 'http://c:4318'],
    [{OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/v1'}, 'http://t/v1'],
  ] as const) {
    it(`${JSON.stringify(env)} -> ${expected}`, () => {
      expect(defaultEndpoint(env)).to.equal(expected);
    });
  }
});
