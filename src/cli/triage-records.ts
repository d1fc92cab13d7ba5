/** What `steadfetch triage --json` writes: a line for each failure, and one for the summary. Fields are added, and never renamed. */
import type {TriagedFailure} from '../triage/assess.ts';
import type {TriageSummary} from '../triage/summary.ts';

/** @param file Where several logs are read. */
export function failureRecord(triaged: TriagedFailure, file: string | undefined): object {
  const {line, failure, method, target, signal, light, sent, reason, decision, refusal, rule} = triaged;
  const {nextWait, isKeyNeeded, confidence, missing} = triaged;
  return {
    type: 'failure',
    ...(file !== undefined && {file}),
    line,
    at: failure.at === undefined ? null : new Date(failure.at).toISOString(),
    format: failure.format,
    method: method ?? null,
    target: target ?? null,
    signal,
    class: light,
    acted: sent,
    reason,
    decision,
    refusal,
    rule,
    attempt: failure.attempt ?? null,
    nextWait,
    keyNeeded: isKeyNeeded,
    confidence,
    missing,
  };
}

export function summaryRecord(summary: TriageSummary): object {
  const {lights, causes, suggestion, ...rest} = summary;
  return {
    type: 'summary',
    ...rest,
    classes: lights,
    causes: causes.map(({light, ...cause}) => ({...cause, class: light})),
    suggestion: suggestion.changes.length === 0 ? null : suggestion,
  };
}
