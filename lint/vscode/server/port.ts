/** The other end of the connection: the worker itself in a browser, a port that Node hands to the worker. */

export type Port = MessagePort;

/** What is used of Node's `worker_threads`. */
interface WorkerThreads {
  readonly workerData: {readonly port: Port};
}

/** The scope of a browser's worker, which is a port, too. */
declare const self: Port;

export function portOf(): Port {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
  return node?.workerData?.port ?? self;
}
