/** VS Code's own JSON language service, with the published schema: what an editor shows at a place of a policy. */
import {readFileSync} from 'node:fs';
import json, {type LanguageService} from 'vscode-json-languageservice';

const {ClientCapabilities, getLanguageService, TextDocument} = json;

const uri = 'file:///policy.json';

/** A place in a text: the bar of `{"retryOn": [|]}`. */
interface Place {
  readonly text: string;
  readonly offset: number;
}

function placeOf(marked: string): Place {
  const offset = marked.indexOf('|');
  return {text: marked.slice(0, offset) + marked.slice(offset + 1), offset};
}

export interface Suggestion {
  readonly label: string;
  readonly inserts: string;
  readonly about: string;
}

export class Editor {
  readonly #service: LanguageService = getLanguageService({clientCapabilities: ClientCapabilities.LATEST});

  /** @param schema A schema, or its path from the root of the package. */
  constructor(schema: string | object) {
    const text =
      typeof schema === 'string'
        ? readFileSync(new URL(`../../${schema}`, import.meta.url), 'utf8')
        : JSON.stringify(schema);
    this.#service.configure({
      validate: true,
      allowComments: true,
      schemas: [{uri: 'schema', fileMatch: ['*'], schema: JSON.parse(text)}],
    });
  }

  async suggestions(marked: string): Promise<Suggestion[]> {
    const {text, offset} = placeOf(marked);
    const document = TextDocument.create(uri, 'json', 1, text);
    const list = await this.#service.doComplete(
      document,
      document.positionAt(offset),
      this.#service.parseJSONDocument(document),
    );
    return (list?.items ?? []).map(({label, insertText, textEdit, documentation, detail}) => ({
      label,
      inserts: textEdit?.newText ?? insertText ?? label,
      about: typeof documentation === 'string' ? documentation : (documentation?.value ?? detail ?? ''),
    }));
  }

  async hover(marked: string): Promise<string> {
    const {text, offset} = placeOf(marked);
    const document = TextDocument.create(uri, 'json', 1, text);
    const hover = await this.#service.doHover(
      document,
      document.positionAt(offset),
      this.#service.parseJSONDocument(document),
    );
    return [hover?.contents ?? []]
      .flat()
      .map(part => (typeof part === 'string' ? part : part.value))
      .join('\n');
  }

  /** Each message, with the text that it underlines. */
  async messages(text: string): Promise<string[]> {
    const document = TextDocument.create(uri, 'json', 1, text);
    const found = await this.#service.doValidation(document, this.#service.parseJSONDocument(document));
    return found.map(({message, range}) => `${document.getText(range)}: ${message}`);
  }
}
