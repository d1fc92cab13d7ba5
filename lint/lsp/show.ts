/** Shows something to the user, outside of any document. */

import {MessageType, ShowDocumentRequest, ShowMessageNotification} from 'vscode-languageserver-protocol';
import {logBug} from './log.ts';
import type {Session} from './session.ts';

/**
 * Opens a page outside of the editor.
 *
 * @returns Whether the editor did so.
 */
export async function showPage({connection, settings}: Session, uri: string): Promise<boolean> {
  if (!settings.opensUrls) return false;
  try {
    const {success} = await connection.sendRequest(ShowDocumentRequest.type, {uri, external: true});
    return success;
  } catch {
    // The editor refused. A message takes the place of the page.
    return false;
  }
}

export function showMessage({connection}: Session, message: string): void {
  connection
    .sendNotification(ShowMessageNotification.type, {type: MessageType.Info, message})
    .catch(error => logBug(connection, error));
}
