/** After which errors a POST may have been carried out: those that its client raises once it is sent. */
import {expect} from 'chai';
import {said} from './findings.ts';

const text = (call: string, errors: string): string => `import random
import socket
import time
import urllib.error
import urllib.request
import aiohttp
import httpx
import requests
def charge(order):
    for i in range(3):
        try:
            return ${call}
        except ${errors}:
            if i == 2:
                raise
            time.sleep(random.uniform(0, 2 ** i))
`;
const CALLS = {
  requests: 'requests.post("https://pay.example/charges", json=order, timeout=5)',
  urllib:
    'urllib.request.urlopen(urllib.request.Request("https://pay.example/charges", data=b"x", method="POST"), timeout=5)',
  httpx: 'httpx.post("https://pay.example/charges", json=order, timeout=5)',
};
const BASES = ['OSError', 'IOError', 'EnvironmentError', 'socket.error', '(OSError, ValueError)'];

describe('Python: the errors after which a POST is repeated', () => {
  const found: readonly (readonly [keyof typeof CALLS, readonly string[]])[] = [
    ['requests', [...BASES, 'requests.exceptions.RequestException', 'requests.ConnectionError', 'Exception']],
    ['urllib', [...BASES, 'socket.timeout', 'TimeoutError', 'urllib.error.URLError', 'Exception']],
    ['httpx', ['httpx.HTTPError', 'httpx.TransportError', 'Exception']],
  ];
  for (const [client, errors] of found)
    for (const error of errors)
      it(`${error} is raised by ${client}`, async () => {
        expect(await said(text(CALLS[client], error), ['RL101'])).to.have.lengthOf(1);
      });

  const silent: readonly (readonly [keyof typeof CALLS, readonly string[]])[] = [
    ['requests', ['socket.timeout', 'socket.gaierror', 'struct.error', 'requests.exceptions.ConnectTimeout']],
    ['urllib', ['ConnectionRefusedError', 'ValueError', 'zlib.error']],
    ['httpx', [...BASES, 'socket.timeout', 'httpx.ConnectError']],
  ];
  for (const [client, errors] of silent)
    for (const error of errors)
      it(`${error} is not raised by ${client}, or before it sends`, async () => {
        expect(await said(text(CALLS[client], error), ['RL101'])).to.deep.equal([]);
      });

  it('OSError is raised by a session of aiohttp', async () => {
    const program = `import asyncio
import random
import aiohttp
async def charge(session: aiohttp.ClientSession, order):
    for i in range(3):
        try:
            return await session.post("https://pay.example/charges", json=order)
        except OSError:
            if i == 2:
                raise
            await asyncio.sleep(random.uniform(0, 2 ** i))
`;
    expect(await said(program, ['RL101'])).to.have.lengthOf(1);
  });

  it('counts for what tenacity retries too', async () => {
    const program = (error: string): string => `import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential
@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(), retry=retry_if_exception_type(${error}), reraise=True)
def charge(order):
    return requests.post("https://pay.example/charges", json=order, timeout=5)
`;
    expect(await said(program('OSError'), ['RL101'])).to.have.lengthOf(1);
    expect(await said(program('ValueError'), ['RL101'])).to.deep.equal([]);
  });
});
