/** Tables with a header: CSV as spreadsheets and databases export it, TSV, and the W3C format of IIS and CloudFront. */
import {expect} from 'chai';
import {shortly, triaged} from './triaged.ts';

const read = (log: string, chunk?: number): string[] => triaged(log, undefined, chunk).failures.map(shortly);

const ROWS = [
  ['2026-11-24T10:15:01Z', 'users', '200', '', '12'],
  ['2026-11-24T10:15:02Z', 'users', '429', 'rate limited', '8'],
  ['2026-11-24T10:15:03Z', 'payments', '503', '', '31'],
  ['2026-11-24T10:15:04Z', 'payments', '', 'ECONNRESET', '1002'],
];
const table = (separator: string): string =>
  [['time', 'service', 'status', 'error', 'latency_ms'], ...ROWS].map(row => row.join(separator)).join('\n');

const EXPECTED = ['3 ? 429 green wait', '4 ? 503 yellow retry-with-key', '5 ? ECONNRESET yellow retry-with-key'];

describe('triage: tables with a header', () => {
  for (const [name, separator] of [
    ['commas', ','],
    ['tabs', '\t'],
    ['semicolons', ';'],
    ['bars', '|'],
  ] as const)
    it(`are read with ${name}, in chunks of any size`, () => {
      for (const chunk of [1, 7, 65_536]) expect(read(table(separator), chunk)).to.deep.equal(EXPECTED);
    });

  it('are read with quoted fields, also over several lines', () => {
    const csv =
      '"Timestamp","Method","URL","Status Code","Message"\r\n' +
      '"2026-11-24T10:15:02Z","POST","https://a.test/x,y","503","said ""no"",\r\nand left"\r\n' +
      '"2026-11-24T10:15:03Z","GET","https://a.test/","504",""\r\n';
    for (const chunk of [1, 9, 65_536])
      expect(read(csv, chunk)).to.deep.equal(['2 POST 503 yellow retry-with-key', '4 GET 504 yellow retry']);
  });

  it('give the time and the method of a row', () => {
    const {failures} = triaged('date,method,path,status_code,attempt\n2026-11-24T10:15:02Z,GET,/a,502,2\n');
    expect(failures[0]!.failure).to.include({
      method: 'GET',
      target: '/a',
      attempt: 2,
      at: Date.UTC(2026, 10, 24, 10, 15, 2),
    });
  });

  it('are read where the text of an error is the only sign', () => {
    expect(read('time,error\n10:15,connect ECONNREFUSED 10.0.0.9:443\n')).to.deep.equal([
      '2 ? ECONNREFUSED green retry',
    ]);
  });

  it('are read in the W3C format of IIS', () => {
    const iis =
      '#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status sc-substatus sc-win32-status time-taken\n' +
      '2026-11-24 10:15:01 10.0.0.1 GET /ok - 443 10.0.0.7 200 0 0 12\n2026-11-24 10:15:02 10.0.0.1 POST /predict - 443 10.0.0.7 503 2 0 12\n';
    const {failures} = triaged(iis);
    expect(failures.map(shortly)).to.deep.equal(['5 POST 503 yellow retry-with-key']);
    expect(failures[0]!.failure.at).to.equal(Date.UTC(2026, 10, 24, 10, 15, 2));
  });

  it('are read in the W3C format of CloudFront', () => {
    const log =
      '#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status\n' +
      '2026-11-24\t10:15:02\tFRA2\t2390\t192.0.2.1\tGET\td1.cloudfront.net\t/view\t502\n';
    expect(read(log)).to.deep.equal(['3 GET 502 yellow retry']);
  });

  it('are not seen in other logs that begin with a comma', () => {
    expect(read('2026-11-24 10:15:02,123 INFO status, error\nError: connect ECONNREFUSED 10.0.0.9:443')).to.deep.equal([
      '2 ? ECONNREFUSED green retry',
    ]);
  });
});

describe('triage: a table with a quote that is never closed', () => {
  const HEADER = 'time,method,url,status,error';
  const row = (index: number): string => `2026-11-24T10:15:02Z,POST,/x/${index},503,`;

  it('loses no row behind it', () => {
    const rows = Array.from({length: 3000}, (_, index) => row(index));
    rows.splice(1000, 0, '2026-11-24T10:15:02Z,POST,/y,503,"left');
    expect(read([HEADER, ...rows].join('\n'))).to.have.length(3001);
  });

  it('loses none at the end of the log', () =>
    expect(read([HEADER, row(1), '2026-11-24T10:15:02Z,POST,/y,503,"left', row(2)].join('\n'))).to.have.length(3));
});
