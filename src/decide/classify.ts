/** Turns an outcome into a classification. Pure: the same outcome, policy and call give the same classification. */
import type {AttemptResponse, Outcome, ResponseHeaders, StreamError} from '../core/outcome.ts';
import type {AnswerContext, Answers} from './answers.ts';
import {type Classification, final, green, unlisted, yellow} from './classification.ts';
import {classifyMistake, classifyNetworkFailure} from './classify-failure.ts';

const TIMEOUT = yellow('attempt timeout');
const TIMEOUT_BEFORE_SENDING = green('attempt timeout', 'not-sent');
/** A model may have worked all that time. */
const NO_CONTENT = yellow('no content in time');
const DEADLINE = final('deadline');
const ABORTED = final('aborted by the caller');
const HOOK = final('a function of the user threw');
const STOPPED = final('stopped by a hook');
const REJECTED = final('refused before sending', 'not-sent');

/** Classifies an error event before any content; null before `useStreams`, and no outcome has a stream error then. */
export const streamErrors: {
  classify: ((error: StreamError, headers: ResponseHeaders, context: AnswerContext) => Classification) | null;
} = {classify: null};

export function classify<R extends AttemptResponse>(
  outcome: Outcome<R>,
  answers: Answers<R>,
  context: AnswerContext,
): Classification {
  switch (outcome.kind) {
    case 'response':
      if (outcome.streamError === null) return answers.classify(outcome.response!, context);
      return streamErrors.classify!(outcome.streamError, outcome.response!.headers, context);
    case 'network':
      return classifyNetworkFailure(outcome.error, context.transients);
    case 'attempt-timeout': {
      const found = outcome.reachedTransport ? TIMEOUT : TIMEOUT_BEFORE_SENDING;
      return context.transients.timeout ? found : unlisted(found);
    }
    case 'content-timeout':
      return context.transients.timeout ? NO_CONTENT : unlisted(NO_CONTENT);
    case 'deadline':
      return DEADLINE;
    case 'aborted':
      return ABORTED;
    case 'hook':
      return HOOK;
    case 'stopped':
      return STOPPED;
    case 'rejected':
      return REJECTED;
    case 'other':
      return classifyMistake(outcome.error);
  }
}
