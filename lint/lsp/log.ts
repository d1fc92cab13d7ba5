/** Reports a bug of the server where the editor shows its log. */

import {LogMessageNotification, MessageType, type ProtocolConnection} from 'vscode-languageserver-protocol';
import {VERSION} from '../../src/core/version.ts';

export function logBug(connection: ProtocolConnection, error: unknown): void {
  const trace = error instanceof Error ? error.stack : String(error);
  const message = `${trace}\nThis is a bug in retry-lint ${VERSION}, not in your policy. Please report it as an issue of steadfetch, with the lines above.`;
  void connection.sendNotification(LogMessageNotification.type, {type: MessageType.Error, message});
}
