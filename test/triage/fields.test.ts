/** What a log can hold in a field, and what is read of it. */
import {expect} from 'chai';
import {
  attemptOf,
  failedStatus,
  fieldsOf,
  firstText,
  methodOf,
  textOf,
  timeOf,
  traceIdOf,
  wholeOf,
} from '../../src/triage/fields.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Values in, and the value that is read of each. */
const read: readonly (readonly [read: (value: unknown) => unknown, cases: readonly (readonly [unknown, unknown])[]])[] =
  [
    [
      fieldsOf,
      [
        [{a: 1}, {a: 1}],
        [null, {}],
        [['a'], {}],
        ['a', {}],
      ],
    ],
    [
      textOf,
      [
        ['a', 'a'],
        ['', undefined],
        [1, undefined],
      ],
    ],
    [
      wholeOf,
      [
        [7, 7],
        [-7, -7],
        [7.5, undefined],
        ['7', 7],
        ['-7', undefined],
        ['', undefined],
        ['7 ', undefined],
        ['9'.repeat(15), 999_999_999_999_999],
        ['9'.repeat(16), undefined],
        [true, undefined],
      ],
    ],
    [
      failedStatus,
      [
        [399, undefined],
        [400, 400],
        [599, 599],
        [600, undefined],
        ['503', 503],
      ],
    ],
    [
      attemptOf,
      [
        [0, undefined],
        ['0', undefined],
        [-1, undefined],
        [1, 1],
        ['2', 2],
        [1e6, 1e6],
        [1e6 + 1, undefined],
        [1.5, undefined],
      ],
    ],
    [
      timeOf,
      [
        [0, undefined],
        [-1, undefined],
        [AT, AT],
        [AT / 1000, AT],
        [1e11 - 1, 1e14 - 1000],
        [1e11, 1e11],
        [1e14 - 1, 1e14 - 1],
        [1e14, undefined],
        ['2026-01-02T03:04:05Z', AT],
        ['2026-01-02T04:04:05+01:00', AT],
        ['soon', undefined],
        [`Fri, 02 Jan 2026 03:04:05 GMT (${'x'.repeat(8)})`, AT],
        [`Fri, 02 Jan 2026 03:04:05 GMT (${'x'.repeat(9)})`, undefined],
        [true, undefined],
      ],
    ],
    [
      methodOf,
      [
        ['post', 'POST'],
        ['P'.repeat(20), 'P'.repeat(20)],
        ['P'.repeat(21), undefined],
        ['GET /', undefined],
        ['', undefined],
        [1, undefined],
      ],
    ],
    [
      traceIdOf,
      [
        [`00-${TRACE}-${SPAN}-01`, TRACE],
        [TRACE.toUpperCase(), TRACE],
        [SPAN, SPAN],
        [`${TRACE}0`, undefined],
        [`x${TRACE}`, undefined],
        ['', undefined],
        [1, undefined],
      ],
    ],
  ];

describe('triage: fields', () => {
  for (const [reader, cases] of read)
    for (const [value, expected] of cases)
      it(`${reader.name} reads ${JSON.stringify(value)} as ${JSON.stringify(expected)}`, () => {
        expect(reader(value)).to.deep.equal(expected);
      });

  it('the first text and the first failed status win', () => {
    expect(firstText(1, '', 'a', 'b')).to.equal('a');
    expect(firstText()).to.equal(undefined);
    expect(failedStatus(undefined, 200, '503', 429)).to.equal(503);
    expect(failedStatus()).to.equal(undefined);
  });
});
