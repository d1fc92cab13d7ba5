/** Measured attempts, in each format. */

import {expect} from 'chai';
import {readingNotes} from '../../src/cli/plan-rows.ts';
import {PlanInputError} from '../../src/plan/input-error.ts';
import {boundedService} from '../../src/plan/measurements/bound.ts';
import {type Measurements, serviceOf} from '../../src/plan/measurements/measurements.ts';
import {readMeasurements} from '../../src/plan/measurements/read.ts';
import type {ServiceModel} from '../../src/plan/request.ts';

/** Chunks of seven characters, which end in the midst of lines. */
async function* chunksOf(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 7) yield text.slice(at, at + 7);
}

const read = (text: string): Promise<Measurements> => readMeasurements(chunksOf(text), 'a file');

const shown = ({succeeded, failed, unsent, timedOut, skipped}: Measurements) => ({
  succeeded,
  failed,
  unsent,
  timedOut,
  skipped,
});

const span = (ms: number, attributes: Record<string, string | number>, kind: number | string = 3) => ({
  name: 'POST',
  kind,
  startTimeUnixNano: '1764100000000000000',
  endTimeUnixNano: String(1_764_100_000_000_000_000n + BigInt(ms * 1e6)),
  attributes: Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? {intValue: String(value)} : {stringValue: value},
  })),
});
const traces = {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            span(120.5, {'http.response.status_code': 200}),
            span(20, {'http.response.status_code': 503, 'error.type': '503'}),
            span(600, {'error.type': 'ATTEMPT_TIMEOUT'}),
            span(3, {'error.type': 'ECONNREFUSED'}, 'SPAN_KIND_CLIENT'),
            span(900, {}, 1),
          ],
        },
      ],
    },
  ],
};
const har = {
  log: {
    entries: [
      {time: 150, timings: {wait: 120, receive: 30}, response: {status: 200}},
      {time: 25, timings: {receive: -1}, response: {status: 502}},
      {time: 800, response: {status: 0, _error: 'net::ERR_TIMED_OUT'}},
      {response: {status: 200}},
    ],
  },
};

describe('measurements', () => {
  const all = {succeeded: [120.5], failed: [20], unsent: [3], timedOut: 1, skipped: 0};
  const sources: [string, string, ReturnType<typeof shown>][] = [
    [
      'CSV with names, quotes and CRLF',
      'url,"status",latency_ms,error\r\n"/a,b",200,120.5,\r\n/a,503,20,\r\n/a,,600,"timeout, sorry"\r\n/a,,3,ECONNREFUSED',
      all,
    ],
    [
      'connections that were open',
      'status,latency_ms,error\n200,120.5,\n,20,read EHOSTUNREACH\n,3,connect EHOSTUNREACH',
      {...all, timedOut: 0},
    ],
    ['CSV without names', '\n120.5,200\n20,503\n', {...all, unsent: [], timedOut: 0}],
    ['one number a line', '120.5\n\n80\n', {succeeded: [120.5, 80], failed: [], unsent: [], timedOut: 0, skipped: 0}],
    [
      'lines of the log of steadfetch',
      [
        '{"latencyMs":120.5,"status":200}',
        '{"latencyMs":20,"status":503,"error":"503","sent":"maybe-processed"}',
        '{"latencyMs":600,"error":"attempt timeout","sent":"maybe-processed"}',
        '{"latencyMs":3,"error":"EPIPE","sent":"not-sent"}',
        '{"outcome":"refused"}',
        'not JSON',
      ].join('\n'),
      {...all, skipped: 2},
    ],
    [
      'lines of pino-http, and of an error object',
      [
        '{"level":30,"res":{"statusCode":200},"responseTime":120.5}',
        '{"level":50,"res":{"statusCode":429},"responseTime":20}',
        '{"err":{"type":"TimeoutError","message":"late"},"duration_ms":600}',
        '{"err":{"code":"ENOTFOUND"},"duration_ms":3}',
      ].join('\n'),
      all,
    ],
    ['OTLP JSON on one line', JSON.stringify(traces), all],
    ['OTLP JSON on many lines', `\uFEFF${JSON.stringify(traces, null, 2)}`, all],
    ['HAR', JSON.stringify(har, null, 1), {succeeded: [120], failed: [25], unsent: [], timedOut: 1, skipped: 1}],
    [
      'a JSON array',
      '[\n{"ms": 5, "status": 404},\n{"ms": 6, "status": 200}\n]',
      {succeeded: [5, 6], failed: [], unsent: [], timedOut: 0, skipped: 0},
    ],
    [
      'a JSON array on one line',
      '[{"ms":120.5,"status":200},{"ms":20,"status":503}]',
      {...all, unsent: [], timedOut: 0},
    ],
    ['decimal commas between semicolons', 'ms;status\n120,5;200\n20,0;503', {...all, unsent: [], timedOut: 0}],
    ['decimal commas between tabs, without names', '120,5\t200\n20,0\t503', {...all, unsent: [], timedOut: 0}],
    [
      'thousands in quotes, and decimal commas after thousands',
      'ms;status\n"1,197.8";200\n1.197,8;503',
      {...all, succeeded: [1197.8], failed: [1197.8], unsent: [], timedOut: 0},
    ],
    ['a status in words', 'ms,status\n120.5,200 OK\n20,503 Service Unavailable\n600,timeout\n3,ECONNREFUSED', all],
    [
      'a field of such a name that means something else',
      '{"code":"user_created","status":200,"ms":120.5}\n{"status":"active","statusCode":503,"ms":20}\n{"code":"23505","err":{"name":"TimeoutError"},"ms":600}',
      {...all, unsent: []},
    ],
    ['a status that is a word', 'ms,status\n120.5,ok\n20,error\n', {...all, unsent: [], timedOut: 0}],
    ['status 0, which is no answer', 'ms,status\n120.5,200\n20,0', {...all, unsent: [], timedOut: 0}],
    [
      'status 0 with an error',
      '{"ms":120.5,"status":200}\n{"ms":600,"status":0,"error":"timeout"}',
      {
        ...all,
        failed: [],
        unsent: [],
      },
    ],
    ['a status that is left empty', 'ms,status,error\n120.5,200,\n20,,', {...all, unsent: [], timedOut: 0}],
    ['a status that is left out', '{"ms":120.5,"status":200}\n{"ms":20}', {...all, unsent: [], timedOut: 0}],
    ['errors that are left out', '{"ms":120.5}\n{"ms":20,"error":"EPIPE"}', {...all, unsent: [], timedOut: 0}],
    ['a word that says there was no error', 'ms,error\n120.5,none\n20,EPIPE\n', {...all, unsent: [], timedOut: 0}],
    [
      "JMeter's columns",
      'timeStamp,elapsed,label,responseCode,responseMessage,success\n1,120.5,x,200,OK,true\n1,20,x,200,OK,false',
      {...all, unsent: [], timedOut: 0},
    ],
    ['a column named code', 'ms,code\n120.5,200\n20,503', {...all, unsent: [], timedOut: 0}],
    ['names in upper case', 'LATENCY_MS,STATUS\n120.5,200\n20,503', {...all, unsent: [], timedOut: 0}],
    ['durations with units', 'ms,status\n120.5ms,200\n0.02s,503', {...all, unsent: [], timedOut: 0}],
    ['a unit in the name', 'seconds,status\n0.1205,200\n0.02,503', {...all, unsent: [], timedOut: 0}],
    ['a unit in brackets', 'status,Duration (us)\n200,120500\n503,20000', {...all, unsent: [], timedOut: 0}],
    ...['passed', 'result', 'outcome'].map((column): (typeof sources)[number] => [
      `a column ${column}`,
      `ms,${column}\n120.5,true\n20,false`,
      {...all, unsent: [], timedOut: 0},
    ]),
    ...['is_error', 'failed', 'failure', 'hasError'].map((column): (typeof sources)[number] => [
      `a column ${column}`,
      `ms,${column}\n120.5,false\n20,true`,
      {...all, unsent: [], timedOut: 0},
    ]),
    ['an outcome in words', 'ms,outcome\n120.5,success\n20,failure\n600,timeout', {...all, unsent: []}],
    ['letters for yes and no', 'ms,success\n120.5,t\n20,N', {...all, unsent: [], timedOut: 0}],
    ['numbers for yes and no', '{"ms":120.5,"failed":0}\n{"ms":20,"failed":1}', {...all, unsent: [], timedOut: 0}],
    [
      'a duration in hexadecimal, which is none',
      'ms,status\n120.5,200\n0x10,200\n20,503',
      {...all, unsent: [], timedOut: 0, skipped: 1},
    ],
    ['rows that end in a separator', 'ms,status\n120.5,200,\n20,503,', {...all, unsent: [], timedOut: 0}],
    [
      'two columns of a name that says nothing',
      'x,ms,x,status\n1,120.5,2,200\n1,20,2,503',
      {...all, unsent: [], timedOut: 0},
    ],
    ['nothing', '\n', {succeeded: [], failed: [], unsent: [], timedOut: 0, skipped: 0}],
  ];
  for (const [name, text, expected] of sources)
    it(`are read from ${name}`, async () => expect(shown(await read(text))).to.deep.equal(expected));

  it('count a connection that was never made as not sent, although it timed out', async () => {
    const lines = [
      '{"err":{"code":"UND_ERR_CONNECT_TIMEOUT","message":"Connect Timeout Error"},"duration_ms":10000}',
      '{"latencyMs":600,"error":"attempt timeout","sent":"not-sent"}',
    ];
    const entries = [
      'CONNECTION_REFUSED',
      'CONNECTION_TIMED_OUT',
      'NAME_NOT_RESOLVED',
      'TIMED_OUT',
      'CONNECTION_RESET',
    ];
    const document = {
      log: {entries: entries.map((word, at) => ({time: at, response: {status: 0, _error: `net::ERR_${word}`}}))},
    };
    const none = {succeeded: [], failed: [], skipped: 0};
    expect(shown(await read(lines.join('\n')))).to.deep.equal({...none, unsent: [10_000], timedOut: 1});
    expect(shown(await read(JSON.stringify(document)))).to.deep.equal({
      ...none,
      unsent: [0, 1, 2],
      failed: [4],
      timedOut: 1,
    });
  });

  it('count a span whose status is an error as failed, and as timed out where it says so', async () => {
    const ended = (ms: number, attributes: Record<string, string | number>, status: object) => ({
      ...span(ms, attributes),
      status,
    });
    const spans = [
      ended(1, {}, {code: 0}),
      ended(2, {}, {code: 1}),
      ended(3, {}, {}),
      ended(4, {}, {code: 2}),
      ended(5, {'rpc.system': 'grpc'}, {code: 'STATUS_CODE_ERROR', message: 'UNAVAILABLE'}),
      ended(6, {}, {code: 2, message: 'context deadline exceeded'}),
      ended(7, {'rpc.grpc.status_code': 4}, {code: 2}),
      ended(8, {}, {code: 2, message: 'connect ECONNREFUSED 127.0.0.1'}),
      // The client of a 404 states an error, too. A retry would not change it.
      ended(9, {'http.response.status_code': 404, 'error.type': '404'}, {code: 2}),
      ended(10, {'http.response.status_code': 200}, {code: 2, message: 'the body broke off'}),
      ended(11, {'http.response.status_code': 200, 'error.type': 'timeout'}, {code: 0}),
    ];
    expect(shown(await read(JSON.stringify({resourceSpans: [{scopeSpans: [{spans}]}]})))).to.deep.equal({
      succeeded: [1, 2, 3, 9],
      failed: [4, 5, 10],
      unsent: [8],
      timedOut: 3,
      skipped: 0,
    });
  });

  describe('of which some have no duration', () => {
    /** 380 answers after 100 ms to 479 ms, and twenty others. */
    const withOthers = (names: string, other: string): string =>
      [names, ...Array.from({length: 400}, (_, at) => (at % 20 === 0 ? other : `${100 + (at % 380)},200,`))].join('\n');
    const shares = (service: ServiceModel) => ({
      failed: service.failures.reduce((sum, {ratio}) => sum + ratio, 0),
      hung: service.hangRatio,
    });

    it('count failures among the shares, in CSV and JSON', async () => {
      for (const other of [',503,', 'NaN,503,', '-1,503,', ',,EPIPE', ',,ECONNREFUSED', '-,error,'])
        expect(shares(serviceOf(await read(withOthers('ms,status,error', other)))), other).to.deep.equal({
          failed: 0.05,
          hung: 0,
        });
      expect(shares(serviceOf(await read(withOthers('ms,status,error', ',,timeout'))))).to.deep.equal({
        failed: 0,
        hung: 0.05,
      });
      const found = await read('{"ms":5,"status":200}\n{"ms":null,"status":503}\n{"ms":null,"error":"timeout"}');
      expect(shown(found)).to.deep.equal({
        succeeded: [5],
        failed: [Number.NaN],
        unsent: [],
        timedOut: 1,
        skipped: 0,
      });
    });

    it('gives them the durations of the other failures, or else the median of the answers', async () => {
      const alone = await read(withOthers('ms,status,error', ',503,'));
      expect(serviceOf(alone).failures).to.deep.equal([{ratio: 0.05, afterMs: 279, isUnsent: false}]);
      expect(readingNotes(alone)).to.deep.equal([
        '20 failed without a duration: taken to fail after the median of the answers.',
      ]);
      const others = await read(`${withOthers('ms,status,error', ',503,')}\n10,503,\n10,503,\n20,503,\n20,503,`);
      expect(serviceOf(others).failures).to.deep.equal([
        {ratio: 12 / 404, afterMs: 10, isUnsent: false},
        {ratio: 12 / 404, afterMs: 20, isUnsent: false},
      ]);
      expect(readingNotes(others)).to.deep.equal([
        '20 failed without a duration: taken to fail as fast as the others.',
      ]);
    });

    it('say that answers are left out, and what else has no duration', async () => {
      for (const other of ['inf,200,', 'NaN,200,', '-5,200,', ',200,', ',,']) {
        const found = await read(withOthers('ms,status,error', other));
        expect([found.count, found.skipped], other).to.deep.equal([380, 20]);
        expect(readingNotes(found)[0]).to.equal(
          '20 records without a usable duration were left out, as if they were like the others.',
        );
      }
    });
  });

  it('of an unknown document are refused', async () => {
    const error = await read('{\n"a": 1\n}').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(PlanInputError);
    expect((error as Error).message).to.equal('a file is neither HAR, nor OTLP JSON, nor a JSON value for each line.');
  });

  const refusals: [string, string, string][] = [
    [
      'a status that is no status',
      'ms,status\n120,200\n20,261.5\n',
      'a file, line 3: status is "261.5". It must be an HTTP status such as 503, or a word such as timeout, error or ok.',
    ],
    [
      'a word that says neither',
      '{"ms":1,"status":"perhaps"}',
      'a file, line 1: status is "perhaps". It must be an HTTP status such as 503, or a word such as timeout, error or ok.',
    ],
    [
      'columns without a duration',
      'url,status\n/a,200\n',
      'a file, line 1: No column is a duration. Name one ms, latency_ms or seconds; the columns are url, status.',
    ],
    [
      'records without a duration',
      '{"a":1}\n{"a":2}',
      'a file: none of the 2 records has a duration, such as "ms": 180 or "latency_ms": "180".',
    ],
    [
      'spans of Zipkin, whose microseconds and errors would be misread',
      '[{"traceId":"1","kind":"CLIENT","duration":120500,"tags":{"error":"true"}}]',
      'a file, line 1: These are spans of Zipkin. Export OTLP JSON.',
    ],
    ['two columns of one name', 'ms,status,Status\n120,200,503\n', 'a file, line 1: Two columns are named Status.'],
    [
      'more cells than columns',
      'ms,status\n120,200\n120,200,503\n',
      'a file, line 3: This row has 3 cells, and the names 2. Put a cell with a comma in quotes.',
    ],
    [
      'a duration of years',
      'ms,status\n120,200\n1e12,200\n',
      'a file, line 3: A duration of 1000000000000 ms is more than 11 days. It may be a time, or in another unit.',
    ],
    [
      'a time in the first of the columns without names',
      '1700000000000000000,200,120\n',
      'a file, line 1: The first column is 1700000000000000000, which looks like a time. Without a line of names it must be the duration: add one, such as ms,status.',
    ],
    [
      'a span of years',
      JSON.stringify({resourceSpans: [{scopeSpans: [{spans: [span(2e9, {})]}]}]}, null, 1),
      'a file: A duration of 2000000000 ms is more than 11 days. It may be a time, or in another unit.',
    ],
    [
      'a comma that may be a decimal one',
      'ms,status\n"1,197",200\n',
      'a file, line 2: ms is "1,197", which may be thousands or a decimal comma.',
    ],
  ];
  for (const [name, text, message] of refusals)
    it(`with ${name} are refused, and never taken for a success`, async () => {
      const error = await read(text).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(PlanInputError);
      expect((error as Error).message).to.equal(message);
    });

  it('say what the records leave out', async () => {
    const said = async (text: string) => {
      const {withoutStatus, isUnsaid, unitless} = await read(text);
      return {withoutStatus, isUnsaid, unitless};
    };
    const none = {withoutStatus: 0, isUnsaid: false, unitless: undefined};
    expect(await said('ms,status\n1,200\n2,\n')).to.deep.equal({...none, withoutStatus: 1});
    expect(await said('ms,url\n1,/a\n2,/b\n')).to.deep.equal({...none, isUnsaid: true});
    expect(await said('duration,status\n1,200\n')).to.deep.equal({...none, unitless: 'duration'});
    expect(await said('{"ms":1,"status":200}\n{"ms":2,"error":"EPIPE"}')).to.deep.equal(none);
  });

  it('give the shares of what happened, and the durations of failures', async () => {
    const rows = Array.from({length: 100}, (_, index) => {
      if (index < 5) return `${10 + index},503,`;
      if (index < 7) return '900,,timeout';
      return index < 8 ? '2,,ECONNREFUSED' : `${100 + index},200,`;
    });
    const service = serviceOf(await read(`ms,status,error\n${rows.join('\n')}`));
    expect(service.hangRatio).to.equal(0.02);
    expect(service.failures).to.deep.equal([
      {ratio: 0.03, afterMs: 11, isUnsent: false},
      {ratio: 0.02, afterMs: 13.5, isUnsent: false},
      {ratio: 0.01, afterMs: 2, isUnsent: true},
    ]);
    expect(service.quantiles.p50).to.be.closeTo(154, 1.5);
  });

  it('leave a worse service possible: of 30 attempts without a failure, 11.4 % may fail, and of 10,000 few more than did', async () => {
    const rows = (count: number): string =>
      Array.from({length: count}, (_, index) => `${100 + ((index * 37) % 400)},${index % 100 === 99 ? 503 : 200}`).join(
        '\n',
      );
    const of = async (count: number): Promise<[ServiceModel, ServiceModel]> => {
      const service = serviceOf(await read(`ms,status\n${rows(count)}`));
      return [service, boundedService(service, count)];
    };
    const [few, bounded] = await of(30);
    expect(few.hangRatio).to.equal(0);
    expect(bounded.hangRatio).to.be.closeTo(0.114, 0.001);
    for (const ms of [110, 200, 350, 480, 600]) expect(bounded.latency(ms)).to.be.at.most(few.latency(ms));
    const [many, near] = await of(10_000);
    expect(many.failures.reduce((sum, {ratio}) => sum + ratio, 0)).to.be.closeTo(0.01, 1e-9);
    expect(near.failures.reduce((sum, {ratio}) => sum + ratio, 0)).to.be.within(0.0115, 0.0125);
    expect(near.latency(300)).to.be.within(many.latency(300) - 0.02, many.latency(300));
  });
});
