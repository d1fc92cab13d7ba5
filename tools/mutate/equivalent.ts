/**
 * Changes of the code that no test can notice, by the reason. Before a change is added here, look for a test that notices it.
 */

/** In which file, what code, what it was changed into, and what stands directly before it, if the same code stands elsewhere too. */
export type Change = readonly [file: string, from: string, to: string, before?: string];

export interface Reason {
  readonly why: string;
  readonly changes: readonly Change[];
}

export const EQUIVALENT: readonly Reason[] = [
  {
    why: 'A number that only has to be unlike others still is',
    changes: [
      // A ticket without a breaker is recorded nowhere.
      ['src/guards/breaker.ts', '-1', '+1'],
      ['src/guards/breaker.ts', 'this.#epoch++', 'this.#epoch--'],
    ],
  },
  {
    why: 'The two sides differ by the allowance for rounding, 1e-9, so they are never equal',
    changes: [
      ['src/guards/ratio-trip.ts', 'failed >= all * ratio - 1e-9', 'failed > all * ratio - 1e-9'],
      [
        'src/guards/hedge-load.ts',
        'this.#load.marked + 1 > this.#load.all * this.#policy.maxLoadRatio + 1e-9',
        'this.#load.marked + 1 >= this.#load.all * this.#policy.maxLoadRatio + 1e-9',
      ],
      [
        'src/guards/ratio-budget.ts',
        'this.#window.marked + 1 <= this.#allowed()',
        'this.#window.marked + 1 < this.#allowed()',
      ],
      ['src/guards/ratio-budget.ts', 'allowed < 1', 'allowed <= 1'],
    ],
  },
  {
    why: 'Where the two are equal, both ways do the same: nothing is added, nothing forgotten',
    changes: [
      ['src/guards/sliding-window.ts', 'newest <= this.#newest', 'newest < this.#newest'],
      ['src/guards/token-bucket.ts', 'now > this.#filledAt', 'now >= this.#filledAt'],
    ],
  },
  {
    why: 'The limits themselves are lower than the highest rate that is learned',
    changes: [['src/guards/quota.ts', '1000', '1001', '(max / perMs) * ']],
  },
  {
    why: 'Every point moves alike, and only their distances count',
    changes: [['src/charts/scatter-chart.ts', '0', '1', 'most === least ? ']],
  },
  {
    why: 'A bound that only has to be far from what work takes',
    changes: [['src/core/virtual-clock.ts', '1000', '1001', 'const STUCK_AFTER = ']],
  },
  {
    why: 'A word that stands in no table, and is no number, means as little as an empty one',
    changes: [
      ['src/decide/classify-failure.ts', "''", '"Stryker was here!"'],
      ['src/decide/server-hint.ts', "''", '"Stryker was here!"'],
    ],
  },
  {
    why: 'A short cut, whose long way round comes to the same',
    changes: [
      // Nothing ends such an attempt before its response.
      ['src/call/attempt-request.ts', 'isAbortable', 'true', 'if ('],
      // Plans with the same failures reach no more than before, and are left out.
      ['src/plan/binding.ts', 'service.failures.length > 0', 'service.failures.length >= 0'],
      // The messages of Node have one line.
      [
        'lint/config-file/plugin-place.ts',
        "/^Cannot find \\w+ '([^']+)' imported from (.+)$/",
        "/^Cannot find \\w+ '([^']+)' imported from (.+)/",
      ],
      // A list of objects begins with a brace, and no mark does.
      ['src/triage/line-scanner.ts', '0', '1', 'MARK.lastIndex = '],
      // The default budget allows a retry a minute, which the rule accepts: without a budget it finds nothing.
      ['lint/rules/no-toothless-budget.ts', "'objective'", '""', "needs: ['budget', "],
      // The name of a field has no line feed.
      ['lint/model/scope.ts', '/\\[\\d+\\].*$/', '/\\[\\d+\\].*/'],
      // Reading null throws, and a value that throws while it is read has no information.
      ['src/decide/failure-facts.ts', 'outer === null', 'false'],
      ['src/decide/redact.ts', '!/[@?#]/.test(url)', 'false'],
      // null is no object either way, and undefined is above no limit.
      ['src/decide/failure-facts.ts', 'value !== null', 'true'],
      ['src/decide/http-date.ts', 'at !== undefined', 'true'],
      // Every part begins with its number.
      ['src/decide/rate-limit.ts', '/^[\\d.]+/', '/[\\d.]+/'],
      // A number has no bytes in which a field could be found.
      ['src/decide/retry-info.ts', "typeof detail === 'number'", 'false'],
      ['src/decide/retry-info.ts', "'number'", '""'],
      // What is no code is kept, and never asked for.
      ['src/decide/transients.ts', 'retryOn.filter(isCodeName)', 'retryOn'],
      ['src/decide/transients.ts', "typeof entry === 'number'", 'true'],
    ],
  },
  {
    why: 'The interface asks for a function, which is never called here',
    changes: [
      // Without jitter there is no chance.
      ['src/triage/wait-range.ts', '0', '1', 'isThrottled, 0, () => '],
      // The line was parsed before, and none of its parts is longer than a line may be.
      ['src/triage/triage.ts', 'this.#unreadable++', 'this.#unreadable--', 'line), unreadable: () => void '],
    ],
  },
  {
    why: 'Date.parse takes nothing after the zone either',
    changes: [
      [
        'src/decide/rate-limit.ts',
        '/^(\\d{4}-\\d\\d-(\\d\\d))T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$/',
        '/^(\\d{4}-\\d\\d-(\\d\\d))T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)/',
      ],
    ],
  },
  {
    why: 'The message is never shown: the error is caught where it was thrown',
    changes: [['src/decide/retry-info.ts', "'These bytes are no protobuf message.'", '""']],
  },
];
