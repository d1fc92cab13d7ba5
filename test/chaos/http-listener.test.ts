/** The listener of a fault server: what is asked of it while it begins to listen. */
import {expect} from 'chai';
import {HttpListener} from '../../src/chaos/http-listener.ts';

describe('HttpListener, while it begins to listen', () => {
  let lost: unknown[];
  let listener: HttpListener;
  beforeEach(() => {
    lost = [];
    listener = new HttpListener(
      {port: 0, host: '127.0.0.1'},
      (_, response) => void response.end(),
      error => lost.push(error),
    );
  });
  afterEach(() => listener.end());

  const isRefused = (url: string): Promise<boolean> =>
    fetch(url).then(
      async ({body}) => {
        await body?.cancel();
        return false;
      },
      ({cause}: Error) => (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED',
    );

  const accepts = async (url: string): Promise<void> => {
    while (await isRefused(url));
  };

  it('refuses connections once it has its port', async () => {
    const started = listener.start();
    listener.refuse(true);
    const url = await started;
    expect([await isRefused(url), lost]).to.deep.equal([true, []]);
    listener.refuse(false);
    await accepts(url);
  });

  it('accepts connections that were to be refused for a moment', async () => {
    const started = listener.start();
    listener.refuse(true);
    listener.refuse(false);
    await accepts(await started);
    expect(lost).to.deep.equal([]);
  });
});
