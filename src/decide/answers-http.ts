/** Answers of HTTP: a status, and headers. */
import type {AttemptResponse} from '../core/outcome.ts';
import type {Answers} from './answers.ts';
import {classifyResponse} from './classify-http.ts';
import {serverHint} from './server-hint.ts';

/** Said by a healthy server: it does not do this, or not in this version. */
const HEALTHY_5XX = [501, 505];

const isFailure = (status: number): boolean => status >= 400;

export const httpAnswers: Answers<AttemptResponse> = {
  classify: classifyResponse,
  // The response of a test double may have no headers, and `classify` of the user may still call it transient.
  hint: ({status, headers}, wall) => (headers === undefined ? null : serverHint(status, headers, wall)),
  isFailure,
  health(status, classification) {
    // A 429 asks for less load. It is not a failure of the server.
    if (classification.throttled || status === 429) return 'nothing';
    if (status >= 500 && !HEALTHY_5XX.includes(status)) return 'failure';
    // Below 500 only the user's own classify can call an answer a failure: a 200 that carries an error.
    return classification.transient && !isFailure(status) ? 'failure' : 'success';
  },
  nameOf: String,
};
