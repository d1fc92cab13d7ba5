/** The worker: takes the start message, then speaks the Language Server Protocol. One file for Node's workers and for those of browsers. */

import {type Port, portOf} from './port.ts';
import {READY, type Start} from './start.ts';

const port: Port = portOf();

port.onmessage = ({data}: MessageEvent<Start>) => {
  start(data).catch((error: Error) => port.postMessage({failed: error.message}));
};

async function start(data: Start): Promise<void> {
  if (data.files !== undefined) {
    const {files} = await import('./browser/files.ts');
    for (const [path, text] of Object.entries(data.files)) files.set(path, text);
  }
  // Read by the modules that the bundle replaces, which are evaluated with the next import: see tools/vscode/plugins.ts.
  Object.assign(globalThis, {
    filesAreCopied: data.files !== undefined,
    projectFolder: data.cwd,
    runsCode: data.runsPlugins,
  });
  const {serve} = await import('./serve.ts');
  serve(port, data);
  port.postMessage(READY);
}
