/** Reads a streamed chat completion to its end, as a careful user without an SDK does. */
export async function readStream(response: Response): Promise<string> {
  let text = '';
  let rest = '';
  let isDone = false;
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    // A CR at the end of a part may be half of a line end.
    const lines = (rest + part).split(/\r\n|\n|\r(?=[^\n])/);
    rest = lines.pop()!;
    for (const line of lines) {
      const data = /^data: ?(.*)$/.exec(line)?.[1];
      if (data === undefined) continue;
      if (data === '[DONE]') isDone = true;
      else text += contentOf(data);
    }
  }
  if (!isDone) throw new Error('The stream ended early.');
  return text;
}

function contentOf(data: string): string {
  const {error, choices} = JSON.parse(data) as {
    readonly error?: {readonly message: string};
    readonly choices?: readonly {readonly delta: {readonly content?: string}}[];
  };
  if (error !== undefined) throw new Error(error.message);
  return choices?.[0]?.delta.content ?? '';
}
