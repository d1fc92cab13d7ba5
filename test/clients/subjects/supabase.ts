import {json, parts} from '../fault-server.ts';
import {connect} from '../recipes/supabase.ts';
import {GAP_MS, PARTS, type Subject, textOf} from '../subject.ts';

const unwrap = <T>({data, error}: {data: T; error: unknown}): NonNullable<T> => {
  if (error !== null) throw error;
  return data!;
};
const NEVER = new AbortController().signal;

export const supabase: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const items = () => client.from('items');
    return {
      read: async (signal = NEVER) =>
        unwrap(await items().select('name').eq('id', 1).abortSignal(signal).single()).name,
      write: async (signal = NEVER) =>
        unwrap(await items().insert({name: 'ok'}).select('name').abortSignal(signal).single()).name,
      stream: async () => textOf(unwrap(await client.functions.invoke('tell')) as Response),
    };
  },
  answers: {
    read: json({name: 'ok'}),
    write: json({name: 'ok'}, 201),
    refusal: json({message: 'bad column', code: '42703', details: null, hint: null}, 400),
    stream: parts(PARTS, GAP_MS, 'text/event-stream'),
  },
};
