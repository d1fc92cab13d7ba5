/** What `useModelEndpoints` of `steadfetch/features` adds to the bodies of fetch's responses: errors are read, and streams read ahead. */
import type {ResponseBodies} from './response-bodies.ts';

export const fetchReads: Pick<ResponseBodies<Response>, 'readError' | 'readAhead'> = {};
