// A runtime for the tests of the Runtime API double: the event selects the behavior.
const http = require('node:http');
const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const base = '/2018-06-01/runtime';
const agent = new http.Agent({ keepAlive: true });

function call(method, path, headers = {}, write = (request) => request.end()) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: base + path, headers, agent }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    request.on('error', reject);
    write(request);
  });
}

const STREAMING = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked', 'Content-Type': 'text/plain' };

const actions = {
  echo: (event, id) => call('POST', `/invocation/${id}/response`, {}, (r) => r.end(JSON.stringify(event))),
  environment: (event, id) => call('POST', `/invocation/${id}/response`, {}, (r) => r.end(JSON.stringify(process.env))),
  // Writes each chunk when the test has created a file with its number in the folder of the event.
  stepwise: (event, id) => call('POST', `/invocation/${id}/response`, STREAMING, async (r) => {
    r.flushHeaders();
    for (const [i, piece] of event.pieces.entries()) {
      while (!fs.existsSync(`${event.folder}/${i}`)) await sleep(5);
      r.write(piece);
    }
    r.end();
  }),
  stream: (event, id) => call('POST', `/invocation/${id}/response`, { ...STREAMING, Trailer: Object.keys(event.trailers) }, (r) => {
    for (const piece of event.pieces) r.write(piece);
    r.addTrailers(event.trailers);
    r.end();
  }),
  // Responds, and stays busy until the file exists.
  hold: async (event, id) => {
    await actions.echo(event, id);
    while (!fs.existsSync(event.file)) await sleep(5);
  },
  big: (event, id) => call('POST', `/invocation/${id}/response`, {}, (r) => r.end('x'.repeat(event.bytes))),
  fail: (event, id) => call('POST', `/invocation/${id}/error`, { 'Lambda-Runtime-Function-Error-Type': 'Runtime.Bad' },
    (r) => r.end(JSON.stringify({ errorType: 'Bad', errorMessage: event.message }))),
  crash: () => process.exit(event.status ?? 1),
  // Exits when the test has created the file.
  crashMidStream: (event, id) => call('POST', `/invocation/${id}/response`, STREAMING, async (r) => {
    r.write('partial');
    while (!fs.existsSync(event.file)) await sleep(5);
    process.exit(1);
  }),
  never: () => new Promise(() => setInterval(() => undefined, 1000)),
  // Appends to the file while the process may run.
  tick: async (event, id) => {
    setInterval(() => fs.appendFileSync(event.file, '.'), 5).unref();
    await actions.echo(event, id);
  },
  child: async (event, id) => {
    const file = event.file ?? `${process.env.TMPDIR}/ticks`;
    require('node:child_process').spawn(process.execPath, ['-e', `setInterval(() => require('fs').appendFileSync(${JSON.stringify(file)}, '.'), 5)`]);
    while (!fs.existsSync(file)) await sleep(5);
    await actions.echo(event, id);
  },
  write: (event, id) => {
    const outcome = {};
    for (const path of event.paths) {
      const file = path.replace('TMPDIR', process.env.TMPDIR);
      try {
        fs.writeFileSync(file, 'x');
        outcome[path] = 'written';
      } catch (error) {
        outcome[path] = error.code;
      }
    }
    return call('POST', `/invocation/${id}/response`, {}, (r) => r.end(JSON.stringify(outcome)));
  },
  respondTwice: async (event, id) => {
    const first = await actions.echo(event, id);
    const second = await actions.echo(event, id);
    const unknown = await actions.echo(event, 'unknown');
    fs.writeFileSync(event.file, JSON.stringify({ first: first.status, second: second.status, unknown: unknown.status }));
  },
  headers: (event, id, headers) => call('POST', `/invocation/${id}/response`, {}, (r) => r.end(JSON.stringify(headers))),
};

let event;
(async () => {
  const init = process.env.INIT_FILE;
  if (init) {
    fs.appendFileSync(init, 'i');
    if (process.env.INIT === 'crash') process.exit(3);
    if (process.env.INIT === 'error') {
      await call('POST', '/init/error', { 'Lambda-Runtime-Function-Error-Type': 'Runtime.NoConfig' },
        (r) => r.end(JSON.stringify({ errorMessage: 'MONGO_URI is missing' })));
      process.exit(1);
    }
  }
  if (process.env.INIT === 'hang') return setInterval(() => undefined, 1000);
  console.log('started');
  for (;;) {
    const next = await call('GET', '/invocation/next');
    event = JSON.parse(next.body);
    await actions[event.do](event, next.headers['lambda-runtime-aws-request-id'], next.headers);
  }
})();
