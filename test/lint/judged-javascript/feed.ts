import got from 'got';

export async function readFeed(url: string): Promise<string> {
  const {body} = await got(url, {retry: {limit: 3}});
  return body;
}
