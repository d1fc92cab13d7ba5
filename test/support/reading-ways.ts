/** Every way to read the body of a response, or not to read it. */

type Body = ReadableStream<Uint8Array>;
export interface Way {
  /** Where the server of `stream-server.ts` has a body for this way; `/broken` ends its connection in the middle of the body. */
  readonly path?: '/json' | '/form' | '/broken';
  /** The body is left as it is: its attempt is held until the attempt timeout. */
  readonly leaves?: true;
  read(response: Response): unknown;
}

async function toEnd(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
  while (!(await reader.read()).done);
}

async function firstChunk(reader: ReadableStreamDefaultReader<unknown>): Promise<typeof reader> {
  await reader.read();
  return reader;
}

const bodyOf = (response: Response): Body => response.body!;
/** Node's types have two kinds of streams, which do not fit each other. */
const decoded = (response: Response): ReadableStream<string> =>
  bodyOf(response).pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>);

export const WAYS: Readonly<Record<string, Way>> = {
  'getReader, to the end': {read: response => toEnd(bodyOf(response).getReader())},
  'getReader, to the end, releaseLock': {
    async read(response) {
      const reader = bodyOf(response).getReader();
      await toEnd(reader);
      reader.releaseLock();
    },
  },
  'getReader, one chunk, cancel': {
    read: async response => (await firstChunk(bodyOf(response).getReader())).cancel(),
  },
  'getReader, one chunk': {path: '/broken', read: response => firstChunk(bodyOf(response).getReader())},
  'getReader, one chunk, releaseLock': {
    path: '/broken',
    read: async response => (await firstChunk(bodyOf(response).getReader())).releaseLock(),
  },
  'getReader, no chunk': {path: '/broken', read: response => bodyOf(response).getReader()},
  'BYOB reader, to the end': {
    async read(response) {
      const reader = bodyOf(response).getReader({mode: 'byob'});
      while (!(await reader.read(new Uint8Array(512))).done);
    },
  },
  'for await': {
    async read(response) {
      for await (const _ of bodyOf(response));
    },
  },
  'for await, break': {
    async read(response) {
      for await (const _ of bodyOf(response)) break;
    },
  },
  'iterator, one chunk': {path: '/broken', read: response => bodyOf(response)[Symbol.asyncIterator]().next()},
  'values({preventCancel}), break, read on': {
    async read(response) {
      for await (const _ of bodyOf(response).values({preventCancel: true})) break;
      await toEnd(bodyOf(response).getReader());
    },
  },
  pipeTo: {read: response => bodyOf(response).pipeTo(new WritableStream())},
  'pipeThrough, to the end': {read: response => toEnd(decoded(response).getReader())},
  'pipeThrough, one chunk, cancel': {
    read: async response => (await firstChunk(decoded(response).getReader())).cancel(),
  },
  'tee, both branches': {
    read: response =>
      Promise.all(
        bodyOf(response)
          .tee()
          .map(branch => toEnd(branch.getReader())),
      ),
  },
  'tee, one branch': {read: response => toEnd(bodyOf(response).tee()[0].getReader())},
  'clone, both': {read: response => Promise.all([response.clone().text(), response.text()])},
  'clone, one': {read: response => response.clone().text()},
  'new Response(body)': {read: response => new Response(response.body).text()},
  cancel: {read: response => bodyOf(response).cancel()},
  json: {path: '/json', read: response => response.json()},
  text: {read: response => response.text()},
  arrayBuffer: {read: response => response.arrayBuffer()},
  blob: {read: response => response.blob()},
  bytes: {read: response => response.bytes()},
  formData: {path: '/form', read: response => response.formData()},
  'body looked at': {path: '/broken', leaves: true, read: response => response.body},
  'not read': {path: '/broken', leaves: true, read: response => response.status},
};
