/** Where the server reads files, and how it calls them: on the disk, or in a copy of the workspace. */

import {Uri, workspace} from 'vscode';

export interface Place {
  /** Whether the server gets a copy of the workspace, because its files are on no disk that it can read. */
  readonly isCopy: boolean;
  /** The schemes of the documents. */
  readonly schemes: readonly string[];
  readonly uriForServer: (uri: Uri) => string;
  readonly uriForEditor: (uri: string) => Uri;
  /** The path of a file for the server. */
  readonly pathOf: (uri: Uri) => string;
  readonly uriOf: (path: string) => Uri;
}

/** @param hasNode Whether the extension runs in Node, and not in a browser. */
export function placeOf(hasNode: boolean): Place {
  const schemes = new Set((workspace.workspaceFolders ?? []).map(({uri}) => uri.scheme));
  if (hasNode && [...schemes].every(scheme => scheme === 'file')) return disk;
  return {...copy, schemes: [...new Set([...schemes, 'file'])]};
}

const disk: Place = {
  isCopy: false,
  schemes: ['file'],
  uriForServer: uri => uri.toString(),
  uriForEditor: uri => Uri.parse(uri),
  pathOf: uri => uri.fsPath,
  uriOf: path => Uri.file(path),
};

/** `vscode-vfs://github/acme/shop/a.json` is `/vscode-vfs/github/acme/shop/a.json` for the server, which knows files only. */
const copy: Place = {
  isCopy: true,
  schemes: [],
  uriForServer: uri => (uri.scheme === 'untitled' ? uri.toString() : Uri.file(pathInCopy(uri)).toString()),
  uriForEditor: text => {
    const uri = Uri.parse(text);
    return uri.scheme === 'file' ? uriOfCopy(uri.path) : uri;
  },
  pathOf: pathInCopy,
  uriOf: uriOfCopy,
};

/** An empty authority is a dash, so that each part has its place. */
function pathInCopy({scheme, authority, path}: Uri): string {
  return `/${scheme}/${encodeURIComponent(authority) || '-'}${path}`;
}

function uriOfCopy(path: string): Uri {
  const [, scheme = '', authority = '', ...rest] = path.split('/');
  return Uri.from({
    scheme,
    authority: authority === '-' ? '' : decodeURIComponent(authority),
    path: `/${rest.join('/')}`,
  });
}

export const isNode: boolean = typeof globalThis.process?.getBuiltinModule === 'function';
