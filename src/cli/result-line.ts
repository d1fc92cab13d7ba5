/** A line of the results, in the shape that the batch APIs of model servers use. */
import {digest} from '../batch/content-key.ts';
import type {ItemResult} from '../batch/types.ts';
import type {RequestItem} from './request-line.ts';

/** The response of the server. */
export interface LineResponse {
  readonly status_code: number;
  readonly request_id: string | null;
  readonly body: unknown;
}

export interface ResultLine {
  /** The same after a restart. */
  readonly id: string;
  readonly custom_id: string;
  /** null: there was none. */
  readonly response: LineResponse | null;
  /** null: it succeeded. */
  readonly error: {readonly code: string; readonly message: string} | null;
}

export function resultLine(result: ItemResult<RequestItem, LineResponse>, runId: string): ResultLine {
  const {customId} = result.item;
  const id = `batch_req_${digest(`${runId}\n${customId}`)}`;
  if (result.ok) return {id, custom_id: customId, response: result.value, error: null};
  const {code, reason, status, body} = result.failure;
  const response = status === undefined ? null : (body as LineResponse);
  return {id, custom_id: customId, response, error: {code, message: reason}};
}
