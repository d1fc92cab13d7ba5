/** A POST in a retry loop, by whatever name the file calls it. */

import {expect} from 'chai';
import {findingsOf} from './findings.ts';

const codesOf = async (text: string): Promise<string[]> => (await findingsOf(text)).map(({code}) => code);

describe('a POST that a loop repeats', () => {
  it('is seen whichever way the client is imported', async () => {
    const uses: readonly (readonly [imports: string, call: string, status: string])[] = [
      ['from requests import post', 'post("https://bank.example/v1/transfers", json=body, timeout=5)', 'status_code'],
      ['from requests import post as send', 'send("https://bank.example/v1/transfers", timeout=5)', 'status_code'],
      ['import requests as rq', 'rq.post("https://bank.example/v1/transfers", json=body, timeout=5)', 'status_code'],
      ['from httpx import post', 'post("https://bank.example/v1/transfers", json=body)', 'status_code'],
      ['import httpx as x', 'x.request("POST", "https://bank.example/v1/transfers", json=body)', 'status_code'],
      [
        'from requests import request',
        'request("POST", "https://bank.example/v1/transfers", timeout=5)',
        'status_code',
      ],
      [
        'from requests import Session\ns = Session()',
        's.post("https://bank.example/v1/transfers", timeout=5)',
        'status_code',
      ],
      ['from urllib.request import urlopen', 'urlopen("https://bank.example/v1/transfers", body, 5)', 'status'],
      [
        'import urllib.request',
        'urllib.request.urlopen("https://bank.example/v1/transfers", data=body, timeout=5)',
        'status',
      ],
      [
        'from urllib.request import Request, urlopen',
        'urlopen(Request("https://bank.example/v1/transfers", data=body, method="POST"), timeout=5)',
        'status',
      ],
      [
        'import urllib.request as u',
        'u.urlopen(u.Request("https://bank.example/v1/transfers", data=body), timeout=5)',
        'status',
      ],
    ];
    for (const [imports, call, status] of uses) {
      const text = `import time\n${imports}\n\n\ndef transfer(body):\n    for attempt in range(4):\n        r = ${call}\n        if r.${status} >= 500:\n            time.sleep(1)\n            continue\n        return r.read()\n`;
      expect(await codesOf(text), imports).to.include('RL101');
    }
  });

  it('is seen with a client that a with holds', async () => {
    for (const [client, call, status] of [
      ['httpx.AsyncClient() as c', 'r = await c.post("https://bank.example/v1/transfers", json=body)', 'status_code'],
      ['aiohttp.ClientSession() as a', 'r = await a.post("https://bank.example/v1/transfers", json=body)', 'status'],
      [
        'aiohttp.ClientSession() as s',
        'async with s.post("https://bank.example/v1/transfers") as r:\n            ',
        'status',
      ],
    ] as const) {
      const nested = call.endsWith(' ') ? '    ' : '';
      const text = `import asyncio
import aiohttp
import httpx


async def transfer(body):
    async with ${client}:
        for attempt in range(4):
            ${call.trimEnd().replace('\n            ', '')}
${nested}            if r.${status} < 500:
${nested}                return await r.json()
            await asyncio.sleep(1)
`;
      expect(await codesOf(text), client).to.include('RL101');
    }
  });
});
