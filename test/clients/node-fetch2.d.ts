/** node-fetch 2 under another name, as far as the tests use it. */
declare module 'node-fetch2' {
  const fetch: (url: string, init?: object) => Promise<Response>;
  export default fetch;
}
