/** The text of a streamed chat completion, in pieces, as a careful user without an SDK reads it. */
export async function* readStream(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let isDone = false;
  // Not through a TextDecoderStream, which reads ahead.
  for await (const part of response.body!) {
    // A CR at the end of a part may be half of a line end.
    const lines = (rest + decoder.decode(part, {stream: true})).split(/\r\n|\n|\r(?=[^\n])/);
    rest = lines.pop()!;
    for (const line of lines) {
      const data = /^data: ?(.*)$/.exec(line)?.[1];
      if (data === undefined) continue;
      if (data === '[DONE]') isDone = true;
      else yield contentOf(data);
    }
  }
  if (!isDone) throw new Error('The stream ended early.');
}

function contentOf(data: string): string {
  const {error, choices} = JSON.parse(data) as {
    readonly error?: {readonly message: string};
    readonly choices?: readonly {readonly delta: {readonly content?: string}}[];
  };
  if (error !== undefined) throw new Error(error.message);
  return choices?.[0]?.delta.content ?? '';
}
