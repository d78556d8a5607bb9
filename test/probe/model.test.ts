import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { type ModelServer, serveModel } from '../../probe/model/server';
import { paceIn, promptFor } from '../../probe/pace';

const KEY = 'key-of-the-model';

const completion = (prompt: string | object[], stream: boolean) =>
  JSON.stringify({ model: 'probe', stream, messages: [{ role: 'system', content: 'Be brief' }, { role: 'user', content: prompt }] });

const framesOf = (text: string) => text.split('\n\n').filter(Boolean).map((frame) => frame.replace(/^data: /, ''));
const contentOf = (frames: string[]) => frames.slice(0, -1).map((frame) => JSON.parse(frame).choices[0]?.delta.content ?? '').join('');

describe('the pace that a prompt specifies', () => {
  test.each([
    [{ tokens: 3, gapMs: 7, silenceMs: 40_000 }],
    [{ tokens: 1, gapMs: 0, silenceMs: 0 }],
  ])('%j is parsed as it was specified', (pace) => expect(paceIn(`Hello. ${promptFor(pace)}`)).toEqual(pace));

  test('has a default', () => expect(paceIn('Hello')).toEqual({ tokens: 20, gapMs: 100, silenceMs: 0 }));

  test('is bounded', () => {
    expect(paceIn(promptFor({ tokens: 10 ** 9, gapMs: 10 ** 9, silenceMs: 10 ** 9 }))).toEqual({ tokens: 1_000, gapMs: 5_000, silenceMs: 300_000 });
  });
});

describe('the model on this machine', () => {
  let model: ModelServer;
  beforeAll(async () => { model = await serveModel(KEY); });
  afterAll(() => model.close());

  const ask = (path: string, body?: string, key = KEY) =>
    fetch(model.url + path, { method: body ? 'POST' : 'GET', body, headers: { authorization: `Bearer ${key}` } });

  test('streams a word for each token, and ends as OpenAI clients expect', async () => {
    const response = await ask('/chat/completions', completion(promptFor({ tokens: 5, gapMs: 1, silenceMs: 1 }), true));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const frames = framesOf(await response.text());
    expect(contentOf(frames)).toBe('word-1 word-2 word-3 word-4 word-5 ');
    expect(frames.at(-1)).toBe('[DONE]');
    expect(JSON.parse(frames.at(-2)!).usage.completion_tokens).toBe(5);
    expect(JSON.parse(frames.at(-3)!).choices[0].finish_reason).toBe('stop');
  });

  test('sends each word at once: the first one arrives before the silence ends', async () => {
    const response = await ask('/chat/completions', completion(promptFor({ tokens: 2, gapMs: 1, silenceMs: 300_000 }), true));
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes('word-1')) text += Buffer.from((await reader.read()).value!).toString();
    expect(text).not.toContain('word-2');
    await reader.cancel();
  });

  test('responds at once without a stream, and accepts a prompt in parts', async () => {
    const response = await ask('/chat/completions', completion([{ type: 'text', text: promptFor({ tokens: 2, gapMs: 1, silenceMs: 0 }) }], false));
    expect(await response.json()).toMatchObject({ choices: [{ message: { role: 'assistant', content: 'word-1 word-2 ' }, finish_reason: 'stop' }] });
  });

  test('lists itself', async () => expect(await (await ask('/models')).json()).toMatchObject({ data: [{ id: 'probe' }] }));

  test.each([
    ['without its key', '/models', undefined, 'guessed', 401],
    ['for what it has not', '/embeddings', '{}', KEY, 404],
    ['when the body is no JSON', '/chat/completions', '{', KEY, 400],
  ])('refuses %s', async (_name, path, body, key, status) => {
    const response = await ask(path, body, key);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.objectContaining({ message: expect.any(String) }) });
  });
});

/** The globals of Lambda's runtime. The function's stream is the output of the process. */
const RUNTIME = `
globalThis.awslambda = {
  streamifyResponse: (handle) => handle,
  HttpResponseStream: { from: (stream, metadata) => { stream.write(JSON.stringify(metadata) + '\\n'); return stream; } },
};
const { PassThrough } = require('node:stream');
const stream = new PassThrough();
stream.pipe(process.stdout);
void require(process.argv[2]).handler(JSON.parse(process.argv[3]), stream);
`;

describe('the model behind a function URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  let secrets: Server;

  beforeAll(async () => {
    buildSync({ entryPoints: [join(__dirname, '../../probe/model/lambda.ts')], bundle: true, platform: 'node', outfile: join(folder, 'index.js') });
    writeFileSync(join(folder, 'runtime.js'), RUNTIME);
    secrets = createServer((_request, response) => response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify({ SecretString: KEY })));
    await new Promise<void>((resolve) => secrets.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    secrets.close();
    rmSync(folder, { recursive: true });
  });

  async function invoke(authorization: string) {
    const event = {
      rawPath: '/v1/chat/completions',
      requestContext: { http: { method: 'POST' } },
      headers: { authorization },
      body: Buffer.from(completion(promptFor({ tokens: 3, gapMs: 1, silenceMs: 0 }), true)).toString('base64'),
      isBase64Encoded: true,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'runtime.js'), join(folder, 'index.js'), JSON.stringify(event)], {
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`,
        MODEL_KEY_SECRET: 'model-key',
      },
    });
    const [metadata, body] = stdout.split(/\n(.*)/s);
    return { metadata: JSON.parse(metadata), body };
  }

  test('streams to clients with the key in Secrets Manager', async () => {
    const { metadata, body } = await invoke(`Bearer ${KEY}`);
    expect(metadata).toEqual({ statusCode: 200, headers: { 'Content-Type': 'text/event-stream' } });
    expect(contentOf(framesOf(body))).toBe('word-1 word-2 word-3 ');
  });

  test('refuses everybody else', async () => {
    expect((await invoke('Bearer guessed')).metadata.statusCode).toBe(401);
  });
});
