/** The folders that are open in the editor, and the files in them. */

import {basename, dirname, resolve} from 'node:path';
import type {TextDocument} from 'vscode-languageserver-textdocument';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';
import {isBelow} from '../io/paths.ts';
import {repositoryOf} from '../io/repository.ts';
import {fileOf} from './documents.ts';
import {Project} from './project.ts';

/** By the language of the editor. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['yaml', 'yaml'],
  ['python', 'py'],
]);

/** A file, and the project that it is linted in. */
export interface Place {
  readonly project: Project;
  /** Absolute. */
  readonly file: string;
}

export class Projects {
  readonly #args: Arguments;
  readonly #io: Io;
  readonly #open = new Map<string, string>();
  readonly #byFolder = new Map<string, Project>();
  /** The URIs that are no files, by the order in which they came. */
  readonly #unsavedUris = new Map<string, number>();
  #folders: readonly string[] = [];

  constructor(args: Arguments, io: Io) {
    this.#args = args;
    this.#io = io;
  }

  /** The projects of the folders that are open in the editor. */
  get ofFolders(): readonly Project[] {
    return this.#folders.map(folder => this.#projectOf(folder));
  }

  /** @param folders Absolute. */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
    this.#byFolder.clear();
  }

  changeFolders(added: readonly string[], removed: readonly string[]): void {
    this.setFolders([...new Set([...this.#folders.filter(folder => !removed.includes(folder)), ...added])]);
  }

  placeOf({uri, languageId}: Pick<TextDocument, 'uri' | 'languageId'>): Place {
    const file = fileOf(uri) ?? this.#unsaved(uri, languageId);
    return {project: this.#projectOf(this.#folderOf(file)), file};
  }

  setText(document: TextDocument): void {
    const {file} = this.placeOf(document);
    this.#open.set(file, document.getText());
    for (const project of this.#byFolder.values()) project.setText(file, document.getText());
  }

  close(document: TextDocument): void {
    const {file} = this.placeOf(document);
    this.#open.delete(file);
    for (const project of this.#byFolder.values()) project.forget(file);
  }

  renew(): void {
    for (const project of this.#byFolder.values()) project.renew();
  }

  #projectOf(folder: string): Project {
    const project = this.#byFolder.get(folder) ?? new Project(folder, this.#args, this.#io, this.#open);
    this.#byFolder.set(folder, project);
    return project;
  }

  /** The innermost open folder. A file outside of all of them is linted from its repository. */
  #folderOf(file: string): string {
    const around = this.#folders.filter(folder => isBelow(folder, file)).sort((a, b) => b.length - a.length);
    return around[0] ?? repositoryOf(dirname(file)) ?? dirname(file);
  }

  /**
   * A text that is no file, such as one that was never saved or the version of a file in a repository, is treated as a file of a folder of its own in
   * the first folder: a file or another text may have its name. Its language decides its format.
   */
  #unsaved(uri: string, languageId: string): string {
    const name = basename(uri.replace(/^[a-z-]+:|[?#].*$/gi, '')) || 'unsaved';
    const isNamed = /\.(?:jsonc?|ya?ml|py)$/i.test(name);
    const order = this.#unsavedUris.get(uri) ?? this.#unsavedUris.size;
    this.#unsavedUris.set(uri, order);
    return resolve(
      this.#folders[0] ?? this.#io.cwd,
      `.unsaved-${order}`,
      isNamed ? name : `${name}.${ENDINGS.get(languageId) ?? 'json'}`,
    );
  }
}
