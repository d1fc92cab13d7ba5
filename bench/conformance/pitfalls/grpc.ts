/** gRPC's own: what a server can say about coming back, and when it is too late to. */
import {pushback, UNAVAILABLE} from '../libraries/grpc/scene.ts';
import type {Pitfall} from '../library.ts';
import {absent, holds} from '../pitfall.ts';

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T55',
    title: 'A gRPC pushback that is negative, unreadable or no int32 ends the call',
    async run({grpc}) {
      if (grpc === undefined) return absent;
      const wrong: string[] = [];
      for (const value of ['-1', 'abc', '2147483648']) {
        const scene = await grpc(3, [pushback(value), {}], true);
        const {code, afterMs} = await scene.call().end;
        if (scene.sent !== 1 || code !== UNAVAILABLE)
          wrong.push(`grpc-retry-pushback-ms: ${value}, ${scene.sent} sent within ${afterMs} ms`);
      }
      return holds(wrong.length === 0, wrong.join('; '));
    },
  },
  {
    id: 'T55b',
    title: 'A gRPC call is not sent again once the headers of a response have come',
    async run({grpc}) {
      if (grpc === undefined) return absent;
      const scene = await grpc(3, [{code: UNAVAILABLE, afterMs: 50, headers: true}, {}], true);
      const {code} = await scene.call().end;
      return holds(scene.sent === 1 && code === UNAVAILABLE, `status ${code}, ${scene.sent} sent`);
    },
  },
  {
    id: 'T55c',
    title:
      'A gRPC call that was reset after its effect is not sent again, where nothing says that its method may run twice',
    async run({grpc}) {
      if (grpc === undefined) return absent;
      const scene = await grpc(3, [{resets: true}, {}]);
      const {code} = await scene.call().end;
      return holds(scene.sent === 1 && code === UNAVAILABLE, `status ${code}, ${scene.sent} sent`);
    },
  },
];
