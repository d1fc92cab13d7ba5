/** Loops without a wait, and without a name that says what they are: only what they do tells a retry from other loops. */
import {expect} from 'chai';
import {codesIn} from './programs.ts';

const post = "fetch('https://pay.example/charges', {method: 'POST', body})";
const call = (text: string): string =>
  `import axios from 'axios';\nexport async function charge(body, url, hosts, queue) {\n${text}\n}`;

describe('JavaScript: loops that retry, whatever their counter is called', () => {
  const found: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    'fifty attempts': [
      `for (let i = 0; i < 50; i++) { try { return await ${post}; } catch {} }`,
      ['RL101', 'RL201', 'RL204'],
    ],
    'the last one throws': [
      `for (let i = 0; i < 50; i++) { try { return await ${post}; } catch (e) { if (i === 49) throw e; } }`,
      ['RL101', 'RL201', 'RL204'],
    ],
    'without an end': [`while (true) { try { return await ${post}; } catch {} }`, ['RL101', 'RL201', 'RL204']],
    'with a log': [
      `while (true) { try { return await ${post}; } catch (e) { console.error(e); } }`,
      ['RL101', 'RL201', 'RL204'],
    ],
    'with a comment': [`for (;;) { try { return await ${post}; } catch { /* flaky */ } }`, ['RL101', 'RL201', 'RL204']],
    'with a counter of its own': [
      `let n = 0; while (true) { try { return await ${post}; } catch (e) { n++; if (n > 2) throw e; } }`,
      ['RL101', 'RL204'],
    ],
    'counted down': [
      `let k = 3; while (k > 0) { try { return await ${post}; } catch { k--; } } throw new Error('x');`,
      ['RL101', 'RL204'],
    ],
    'counted in the head': [
      `let k = 3; while (k--) { try { return await ${post}; } catch {} } throw new Error('x');`,
      ['RL101', 'RL204'],
    ],
    'behind its body': [
      `let n = 0; do { try { return await ${post}; } catch {} } while (++n < 3); throw new Error('x');`,
      ['RL101', 'RL204'],
    ],
    'with a break': [
      `let r; for (let i = 0; i < 3; i++) { try { r = await ${post}; break; } catch {} } return r;`,
      ['RL101', 'RL204'],
    ],
    'with a flag': [`let ok = false; while (!ok) { try { await ${post}; ok = true; } catch {} }`, ['RL101', 'RL204']],
    'of a good status': [
      `while (true) { try { const r = await ${post}; if (r.ok) return r; } catch {} }`,
      ['RL101', 'RL201', 'RL204'],
    ],
    'of a status that is thrown': [
      `for (let i = 0; i < 3; i++) { try { const r = await ${post}; if (!r.ok) throw new Error('x'); return r; } catch (e) { if (i === 2) throw e; } }`,
      ['RL101', 'RL103', 'RL204'],
    ],
    'whose answer is read': [
      `for (let i = 0; i < 3; i++) { try { const r = await ${post}; return await r.json(); } catch (e) { if (i === 2) throw e; } }`,
      ['RL101', 'RL103', 'RL204'],
    ],
    'of axios': [
      `while (true) { try { return await axios.post('https://pay.example/charges', body, {timeout: 3000}); } catch (e) { console.error(e); } }`,
      ['RL101', 'RL103', 'RL201', 'RL204'],
    ],
    'of a body that the loop writes': [
      `for (let i = 0; i < 3; i++) { try { const text = JSON.stringify(body); return await fetch('https://pay.example/charges', {method: 'POST', body: text}); } catch (e) { if (i === 2) throw e; } }`,
      ['RL101', 'RL204'],
    ],
    'with a signal of each attempt': [
      `for (let i = 0; i < 3; i++) { const c = new AbortController(); try { return await fetch('https://pay.example/charges', {method: 'POST', body, signal: c.signal}); } catch (e) { if (i === 2) throw e; } }`,
      ['RL101', 'RL204'],
    ],
    'with the turn in a header': [
      `for (let i = 0; i < 3; i++) { try { return await fetch('https://pay.example/charges', {method: 'POST', body, headers: {'x-turn': String(i)}}); } catch (e) { if (i === 2) throw e; } }`,
      ['RL101', 'RL204'],
    ],
    'with the error kept': [
      `let last; for (let i = 0; i < 3; i++) { try { return await ${post}; } catch (e) { last = e; } } throw last;`,
      ['RL101', 'RL204'],
    ],
    'of a read': [
      'while (true) { try { const r = await fetch(url); if (r.ok) return r.json(); } catch {} }',
      ['RL201', 'RL204'],
    ],
    'of an answer': [
      `for (let i = 0; i < 3; i++) { const r = await ${post}; if (r.status === 503) continue; return r; } throw new Error('x');`,
      ['RL101', 'RL204'],
    ],
    'of a function of the file': [
      `const send = () => ${post}; while (true) { try { return await send(); } catch {} }`,
      ['RL201', 'RL204'],
    ],
  };
  for (const [name, [text, codes]] of Object.entries(found))
    it(name, () => {
      expect(codesIn(call(text))).to.include.members([...codes]);
    });
});

describe('JavaScript: loops without a wait that are no retries', () => {
  const silent: Readonly<Record<string, string>> = {
    'each of a list': `for (const host of hosts) { try { return await fetch(host, {method: 'POST', body}); } catch {} }`,
    'each by its index': `for (let i = 0; i < 3; i++) { try { return await fetch(hosts[i], {method: 'POST', body}); } catch {} }`,
    'a host by its number': `for (let i = 0; i < 3; i++) { try { return await fetch(\`https://h\${i}.example/charges\`, {method: 'POST', body}); } catch {} }`,
    'a host by its number, named': `for (let i = 0; i < 3; i++) { const to = \`https://h\${i}.example/charges\`; try { return await fetch(to, {method: 'POST', body}); } catch {} }`,
    'another host in each turn': `for (let i = 0; i < 3; i++) { const to = hosts.at(i); try { return await fetch(to, {method: 'POST', body}); } catch {} }`,
    'a second host after an error': `let to = 'https://a.example/x'; for (let i = 0; i < 2; i++) { try { return await fetch(to, {method: 'POST', body}); } catch { to = 'https://b.example/x'; } }`,
    'a second host by a condition': `for (let i = 0; i < 2; i++) { try { return await fetch(i === 0 ? url : hosts[0], {method: 'POST', body}); } catch {} }`,
    'hosts in turn': `while (true) { try { return await fetch(queue.current, {method: 'POST', body}); } catch { queue.rotate(); } }`,
    'hosts in turn, in this': `while (true) { try { return await fetch(this.hosts[this.at], {method: 'POST', body}); } catch { this.at++; } }`,
    'the next host': `while (true) { const to = hosts.shift(); try { return await fetch(to, {method: 'POST', body}); } catch {} }`,
    'a random host': `for (let i = 0; i < 3; i++) { try { return await fetch(hosts[Math.floor(Math.random() * 3)], {method: 'POST', body}); } catch {} }`,
    'a name in the body': `for (let i = 0; i < 9; i++) { try { return await fetch(url, {method: 'POST', body: JSON.stringify({name: 'x' + i})}); } catch {} }`,
    'a name that is made anew': `for (let i = 0; i < 9; i++) { const id = nanoid(); try { return await axios.post('https://a.example/x', {id}, {timeout: 5}); } catch {} }`,
    'a port': `let port = 3000; while (true) { try { return await fetch('http://h.example:' + port, {method: 'POST', body}); } catch { port++; } }`,
    pages: `let page = 1; while (true) { try { const r = await fetch('https://a.example/x?page=' + page); if (r.last) return; page++; } catch {} }`,
    'pages of a parameter': `const u = new URL(url); for (let i = 0; i < 50; i++) { u.searchParams.set('p', i); try { const r = await fetch(u); if (r.ok) return r; } catch {} }`,
    'pages by a link': `let next = url; while (next) { try { const r = await fetch(next); next = (await r.json()).next; } catch { continue; } }`,
    'a poll for a state': `while (true) { try { const r = await (await fetch(url)).json(); if (r.state === 'done') return r; } catch {} }`,
    'a poll for something new': `while (true) { try { const r = await fetch(url); const list = await r.json(); if (list.length > 0) return list; } catch {} }`,
    'a poll without an end': `while (true) { try { await fetch(url); } catch (e) { console.error(e); } }`,
    'a poll that ends from outside': `while (true) { if (queue.closed) break; try { await ${post}; } catch {} }`,
    'a catch that throws': `for (let i = 0; i < 3; i++) { try { return await ${post}; } catch (e) { throw new Error('x', {cause: e}); } }`,
    'a catch that breaks': `while (true) { try { return await ${post}; } catch { break; } }`,
    'a catch that returns': `while (true) { try { return await ${post}; } catch { return undefined; } }`,
    'a server that comes up': `for (let i = 0; i < 50; i++) { try { const r = await fetch('http://127.0.0.1:8080/'); if (r.ok) break; } catch {} await new Promise(r => setTimeout(r, 100)); }`,
    'a server that comes up, by any answer': `while (true) { try { await fetch('http://127.0.0.1:8080/'); break; } catch { await new Promise(r => setTimeout(r, 100)); } }`,
    'a server that goes away': `while (true) { try { const r = await fetch(url); if (!r.ok) break; } catch {} }`,
    messages: `while (true) { const m = await queue.receive(); try { await fetch(url, {method: 'POST', body: m}); return; } catch {} }`,
    'messages until none is left': `while (true) { const m = queue.pull(); if (!m) return; try { await fetch(url, {method: 'POST', body: m}); } catch {} }`,
    'a user who is asked again': `while (true) { const name = prompt('Name'); try { return await fetch(url, {method: 'POST', body: name}); } catch { console.log('not free'); } }`,
    'a user who is asked in the handler': `while (true) { try { return await ${post}; } catch { body = askAgain(body); } }`,
    'a conversation': `const said = []; while (true) { try { const r = await fetch(url, {method: 'POST', body: said}); said.push(r); if (r.ok) return r; } catch (e) { said.push(e); } }`,
    'states of a machine': `let at = 'a'; while (true) { try { switch (at) { case 'a': return await ${post}; default: at = 'a'; } } catch {} }`,
    'a first turn that differs': `for (let i = 0; i < 2; i++) { try { if (i === 0) return await ${post}; return await fetch(url); } catch {} }`,
    'something that is mended': `while (true) { try { return await ${post}; } catch (e) { await signIn(); } }`,
    'a cache that is cleared': `while (true) { try { return await ${post}; } catch (e) { forget(url); } }`,
  };
  for (const [name, text] of Object.entries(silent))
    it(name, () => {
      expect(codesIn(call(text))).to.deep.equal([]);
    });
});
