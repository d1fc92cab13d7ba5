/** The bodies of fetch's responses. */
import {discard} from './discard.ts';
import {fetchReads} from './fetch-reads.ts';
import {holdBody} from './held-body.ts';
import type {ResponseBodies} from './response-bodies.ts';
import {trackResponse} from './track-response.ts';

export const fetchBodies: ResponseBodies<Response> = Object.assign(fetchReads, {
  track: trackResponse,
  hold: holdBody,
  discard,
});
