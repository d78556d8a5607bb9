// A runtime behind the emulated API Gateway: the query parameter `script` selects the response.
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function call(method, path, headers, write) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, headers, agent: false }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ headers: response.headers, body });
    });
    request.on('error', reject);
    write(request);
  });
}

(async () => {
  for (;;) {
    const next = await call('GET', 'next', {}, (r) => r.end());
    const event = JSON.parse(next.body);
    const script = JSON.parse((event.queryStringParameters || {}).script || '{}');
    const id = next.headers['lambda-runtime-aws-request-id'];
    if (script.exit) process.exit(1);
    if (script.fail) {
      await call('POST', `${id}/error`, {}, (r) => r.end('{"errorMessage":"failed"}'));
      continue;
    }
    if (script.buffered) {
      await call('POST', `${id}/response`, {}, (r) => r.end(script.buffered));
      continue;
    }
    // A query of that length would be rejected.
    const head = (script.raw ?? `${JSON.stringify(script.metadata ?? {})}\0\0\0\0\0\0\0\0`).replace('<16 KB>', 'x'.repeat(16 * 1024));
    const headers = {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Content-Type': 'application/vnd.awslambda.http-integration-response',
      'Transfer-Encoding': 'chunked',
      ...(script.trailers ? { Trailer: 'Lambda-Runtime-Function-Error-Type' } : {}),
    };
    await call('POST', `${id}/response`, headers, async (r) => {
      await sleep(script.waitMs ?? 0);
      for (const byte of script.bytewise ? head.split('') : [head]) r.write(byte);
      for (const chunk of script.echo ? [JSON.stringify(event)] : script.chunks ?? []) {
        r.write(chunk);
        await sleep(script.gapMs ?? 0);
      }
      if (script.trailers) r.addTrailers({ 'Lambda-Runtime-Function-Error-Type': 'Runtime.Broken' });
      r.end();
    }).catch(() => undefined);
  }
})();
