/** The bodies of fetch's responses. */
import {discard} from './discard.ts';
import {holdBody} from './held-body.ts';
import {readResponseAhead} from './read-ahead.ts';
import {readErrorOf} from './read-error.ts';
import type {ResponseBodies} from './response-bodies.ts';
import {trackResponse} from './track-response.ts';

export const fetchBodies: ResponseBodies<Response> = {
  track: trackResponse,
  hold: holdBody,
  readError: readErrorOf,
  readAhead: readResponseAhead,
  discard,
};
