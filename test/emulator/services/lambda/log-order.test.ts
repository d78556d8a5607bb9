import { event, Functions } from './functions';

jest.setTimeout(60_000);

/** Logs before its response, and before it requests the next event. */
const RUNTIME = `
const http = require('node:http');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
const call = (method, path, body) => new Promise((resolve) => {
  http.request({ host, port, method, path: '/2018-06-01/runtime/invocation' + path, agent }, async (response) => {
    let text = '';
    for await (const part of response) text += part;
    resolve({ id: response.headers['lambda-runtime-aws-request-id'], text });
  }).end(body);
});
(async () => {
  for (let n = 0; ; n++) {
    const { id, text } = await call('GET', '/next');
    console.log('before response ' + n);
    await call('POST', '/' + id + '/response', text);
    console.log('before next ' + n);
  }
})();
`;

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

// The calls and the output of a process arrive on different sockets. Several functions make different orders likely.
test('what a function logs before a call to its Runtime API precedes the effect of the call', async () => {
  const late: string[] = [];
  const serve = async () => {
    const lines = new Set<string>();
    let n = 0;
    const fn = functions.make({
      command: [process.execPath, '-e', RUNTIME],
      onLog: (line) => lines.add(line),
      onPhase: (phase) => { if (phase === 'frozen' && !lines.has(`before next ${n}`)) late.push(`before next ${n}`); },
    });
    for (; n < 150; n++) {
      await fn.invoke(event('anything'));
      if (!lines.has(`before response ${n}`)) late.push(`before response ${n}`);
      while (fn.environments[0].state !== 'frozen') await new Promise(setImmediate);
    }
  };
  await Promise.all([1, 2, 3, 4].map(serve));
  expect(late).toEqual([]);
});
