/** How the requests of a file are named: by their content, or by their custom_id. */
import {contentKey} from '../batch/content-key.ts';
import type {RequestItem} from './request-line.ts';

export type RequestKey = (request: RequestItem, index: number) => string;

/** Not by the base: a run can go on through another way to the same server. */
export const requestKey = (dedupe: boolean): RequestKey => (dedupe ? contentOf : ({customId}) => customId);

const contentOf: RequestKey = ({method, path, body}, index) => contentKey({method, path, body}, index);
