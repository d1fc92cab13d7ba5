/** Starts the worker in which the server runs: a thread of Node, or a worker of the browser. */

import {Uri, workspace} from 'vscode';
import {BrowserMessageReader, BrowserMessageWriter, type MessageTransports} from 'vscode-languageclient/browser';
import {READY, type Start, type StartFailure} from '../server/start.ts';
import {isNode} from './places.ts';

export interface RunningWorker {
  readonly transports: MessageTransports;
  readonly end: () => void;
}

/** @throws Error if the worker cannot be loaded. */
export async function startWorker(extension: Uri, start: Start): Promise<RunningWorker> {
  const script = Uri.joinPath(extension, 'dist/server.js');
  const {port, end, failed} = isNode ? await thread(script.fsPath) : ofBrowser(await urlOf(script));
  const ready = new Promise<void>((resolve, reject) => {
    port.onmessage = ({data}: MessageEvent<typeof READY | StartFailure>) => {
      if (data === READY) resolve();
      else reject(new Error(`The language server did not start: ${data.failed}`));
    };
  });
  port.postMessage(start);
  await Promise.race([ready, failed]);
  return {transports: {reader: new BrowserMessageReader(port), writer: new BrowserMessageWriter(port)}, end};
}

interface Started {
  readonly port: MessagePort | Worker;
  readonly end: () => void;
  /** Rejects when the worker ends by an error. */
  readonly failed: Promise<never>;
}

async function thread(file: string): Promise<Started> {
  const {Worker: Thread, MessageChannel: Channel} = await import('node:worker_threads');
  const {port1, port2} = new Channel();
  const worker = new Thread(file, {workerData: {port: port2}, transferList: [port2], stdout: true});
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  failed.catch(() => {});
  return {port: port1 as unknown as MessagePort, failed, end: () => void worker.terminate()};
}

/** VS Code starts no worker from a script that is on a remote machine, so its text becomes a script of this one. */
async function urlOf(script: Uri): Promise<string> {
  if (/^https?$/.test(script.scheme)) return script.toString(true);
  const bytes = await workspace.fs.readFile(script);
  return URL.createObjectURL(new Blob([new Uint8Array(bytes)], {type: 'text/javascript'}));
}

function ofBrowser(url: string): Started {
  const worker = new Worker(url);
  const failed = new Promise<never>((_, reject) =>
    worker.addEventListener('error', ({message}) => reject(new Error(`The language server did not start: ${message}`))),
  );
  failed.catch(() => {});
  return {port: worker, failed, end: () => worker.terminate()};
}
