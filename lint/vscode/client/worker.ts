/** Starts the worker in which the server runs: a thread of Node, or a worker of the browser. */

import type {Uri} from 'vscode';
import {BrowserMessageReader, BrowserMessageWriter, type MessageTransports} from 'vscode-languageclient/browser';
import {CHUNKS, type ChunkName, READY, type Start, type StartFailure} from '../server/start.ts';
import {isNode} from './places.ts';
import {Scripts} from './scripts.ts';

export interface RunningWorker {
  readonly transports: MessageTransports;
  /** The URL of a chunk of the server. */
  readonly urlOfChunk: (name: ChunkName) => Promise<string>;
  readonly end: () => void;
}

/** @throws Error if the worker cannot be loaded. */
export async function startWorker(extension: Uri, start: Start): Promise<RunningWorker> {
  const scripts = new Scripts(extension);
  const url = await scripts.urlOf('server.js');
  const {port, failed, ...started} = isNode ? await thread(url) : ofBrowser(url);
  const end = (): void => {
    started.end();
    scripts.dispose();
  };
  const ready = new Promise<void>((resolve, reject) => {
    port.onmessage = ({data}: MessageEvent<typeof READY | StartFailure>) => {
      if (data === READY) resolve();
      else reject(new Error(`The language server did not start: ${data.failed}`));
    };
  });
  port.postMessage(start);
  await Promise.race([ready, failed]).catch(error => {
    end();
    throw error;
  });
  return {
    transports: {reader: new BrowserMessageReader(port), writer: new BrowserMessageWriter(port)},
    urlOfChunk: name => scripts.urlOf(chunkFile(name)),
    end,
  };
}

interface Started {
  readonly port: MessagePort | Worker;
  readonly end: () => void;
  /** Rejects when the worker ends by an error. */
  readonly failed: Promise<never>;
}

/** @throws Error for a name that is not a chunk's: only scripts of the extension are loaded. */
function chunkFile(name: ChunkName): string {
  if (!CHUNKS.includes(name)) throw new Error(`The extension has no chunk ${JSON.stringify(name)}.`);
  return `chunks/${name}.js`;
}

async function thread(url: string): Promise<Started> {
  const {Worker: Thread, MessageChannel: Channel} = await import('node:worker_threads');
  const {port1, port2} = new Channel();
  const worker = new Thread(new URL(url), {workerData: {port: port2}, transferList: [port2], stdout: true});
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  failed.catch(() => {});
  return {port: port1 as unknown as MessagePort, failed, end: () => void worker.terminate()};
}

function ofBrowser(url: string): Started {
  const worker = new Worker(url);
  const failed = new Promise<never>((_, reject) =>
    worker.addEventListener('error', ({message}) => reject(new Error(`The language server did not start: ${message}`))),
  );
  failed.catch(() => {});
  return {port: worker, failed, end: () => worker.terminate()};
}
