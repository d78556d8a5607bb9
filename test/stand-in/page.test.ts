import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import * as ts from 'typescript';
import { BROWSER, launchBrowser, openTab, until, visit } from '../../fixtures/browser';
import { until as untilTrue } from '../../fixtures/runtime/until';
import { type StandInProcess, startStandIn, startTestServers, type TestServers, variables } from '../../fixtures/stand-in-process';
import { describeWith } from '../requires';

const CLIENT = join(__dirname, '../../stand-in/client');

jest.setTimeout(90_000);

test('the page has no type errors', () => {
  const { config } = ts.readConfigFile(join(CLIENT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, CLIENT);
  expect(fileNames.length).toBeGreaterThan(3);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
  expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

describeWith(BROWSER)('in a browser', () => {
  let servers: TestServers;
  let standIn: StandInProcess;
  let browser: Browser;

  beforeAll(async () => {
    servers = await startTestServers();
    standIn = await startStandIn(variables(servers));
    await untilTrue(async () => (await fetch(`${standIn.url}/readyz`)).ok);
    browser = await launchBrowser(BROWSER);
  });

  afterAll(async () => {
    await browser?.close();
    await standIn?.stop();
    await servers.dispose();
  });

  const TEXT = '(document.querySelector(".agent-turn:last-child .message-content")?.textContent ?? "")';
  const WORDS = `${TEXT}.split(" ").length`;

  /** Cookies of `localhost` may be Secure without TLS. */
  const url = () => standIn.url.replace('127.0.0.1', 'localhost');

  /** API requests that a tab sends. Some of them can get a response from the test. */
  async function watch(page: Page, respond: (method: string, path: string) => { status: number; body: string; headers?: Record<string, string> } | 'fail' | undefined = () => undefined) {
    const sent: string[] = [];
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith('/api/')) sent.push(`${request.method()} ${pathname}${search}`);
      const own = respond(request.method(), pathname);
      if (own === 'fail') void request.abort('connectionreset');
      else if (own) void request.respond({ contentType: 'application/json', ...own });
      else void request.continue();
    });
    return sent;
  }

  async function chat(): Promise<Page> {
    const page = await openTab(browser, url());
    await visit(page);
    return page;
  }

  const ask = async (page: Page, text: string) => {
    await page.focus('#prompt-textarea');
    await page.keyboard.sendCharacter(text);
    await page.keyboard.press('Enter');
  };
  const LONG = 'Please answer in 60 tokens, 60 ms apart, 0 ms of silence between the halves.';

  test('the login page is first, and the chat page then sends 28 requests at once', async () => {
    const page = await openTab(browser, url());
    const sent = await watch(page);
    await visit(page);
    sent.length = 0;
    await page.reload();
    await until(page, 'document.activeElement?.id === "prompt-textarea"');
    expect(await page.evaluate('location.pathname')).toBe('/c/new');
    expect(sent).toHaveLength(28);
    expect(sent.slice(0, 2).sort()).toEqual(['GET /api/config', 'POST /api/auth/refresh']);
    await page.close();
  });

  test('a new message opens its stream without `resume`, and with the generation', async () => {
    const page = await chat();
    const sent = await watch(page);
    await ask(page, 'Please answer in 3 tokens, 10 ms apart, 0 ms of silence.');
    await until(page, '!document.querySelector(".streaming") && document.querySelector(".agent-turn")');
    expect(sent.filter((request) => request.includes('/stream/'))).toEqual([
      expect.stringMatching(/^GET \/api\/agents\/chat\/stream\/[\w-]{36}\?generationCreatedAt=\d+&generationProtocolVersion=2$/),
    ]);
    await page.close();
  });

  test.each([
    ['POST', '/api/auth/refresh'],
    ['GET', '/api/user'],
  ])('a server that is not ready for %s %s leads to the login page, at once', async (method, path) => {
    const page = await chat();
    const sent = await watch(page, (...request) => (request.join() === [method, path].join()
      ? { status: 503, body: '{"code":"SERVER_NOT_READY"}', headers: { 'retry-after': '0' } } : undefined));
    await page.reload();
    await until(page, 'location.pathname === "/login" && !document.querySelector("#log-in").hidden');
    expect(sent.filter((request) => request === `${method} ${path}`)).toHaveLength(1);
    await page.close();
  });

  test('a chat is sent again while the server is not ready, with the same id', async () => {
    const page = await chat();
    const ids: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && /\/chat\/[^/]+$/.test(request.url())) ids.push(JSON.parse(request.postData()!).clientRequestId);
    });
    await watch(page, (method, path) => (method === 'POST' && path.startsWith('/api/agents/chat/') && ids.length <= 2
      ? { status: 503, body: '{"code":"SERVER_NOT_READY"}', headers: { 'retry-after': '0' } } : undefined));
    await ask(page, 'Please answer in 3 tokens, 10 ms apart, 0 ms of silence.');
    await until(page, `${WORDS} >= 3 && !document.querySelector(".streaming")`);
    expect(ids).toEqual([expect.any(String), ids[0], ids[0]]);
    await page.close();
  });

  test.each([
    ['503', { status: 503, body: '{"message":"no"}' }],
    ['500', { status: 500, body: '{"code":"SERVER_NOT_READY"}' }],
  ])('any other refusal of a chat (%s) is shown, and not repeated', async (status, response) => {
    const page = await chat();
    const sent = await watch(page, (method, path) => (method === 'POST' && path.startsWith('/api/agents/chat/') ? response : undefined));
    await ask(page, 'Hello');
    await until(page, 'document.querySelector("#status.error")?.textContent');
    expect(sent.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    expect(status).toBeTruthy();
    await page.close();
  });

  test('a stream that fails is opened again with `resume=true`, after 1 and 2 seconds', async () => {
    const page = await chat();
    const streams: { at: number; resumes: boolean }[] = [];
    await watch(page, (_method, path) => {
      if (!path.includes('/stream/')) return undefined;
      streams.push({ at: performance.now(), resumes: false });
      return streams.length <= 2 ? 'fail' : undefined;
    });
    page.on('request', (request) => { if (request.url().includes('resume=true')) streams.at(-1)!.resumes = true; });
    await ask(page, LONG);
    await until(page, `${WORDS} >= 60 && !document.querySelector(".streaming")`);
    expect(streams.map(({ resumes }) => resumes)).toEqual([false, true, true]);
    expect(streams[1].at - streams[0].at).toBeGreaterThanOrEqual(990);
    expect(streams[2].at - streams[1].at).toBeGreaterThanOrEqual(1_990);
    await page.close();
  });

  test('a stream that ends properly without a final frame is the end: it is not opened again', async () => {
    const page = await chat();
    const sent = await watch(page, (_method, path) => (path.includes('/stream/')
      ? { status: 200, headers: { 'content-type': 'text/event-stream' }, body: 'event: message\ndata: {"created":true}\n\n' } : undefined));
    const statuses = () => sent.filter((request) => request.includes('/stream/')).length;
    await ask(page, 'Please answer in 3 tokens, 10 ms apart, 0 ms of silence.');
    await untilTrue(() => statuses() === 1);
    // Longer than the first pause after a failure, after which the page would repeat the request.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 1_500))');
    expect(statuses()).toBe(1);
    expect(await page.evaluate('document.querySelector(".streaming") !== null')).toBe(true);
    await page.close();
  });

  test('a response can be stopped', async () => {
    const page = await chat();
    await ask(page, 'Please answer in 1000 tokens, 60 ms apart, 0 ms of silence.');
    await until(page, `${WORDS} > 3`);
    await page.evaluate('document.getElementById("stop").click()');
    await until(page, 'document.querySelector(".note")?.textContent === "Stopped."');
    expect(await page.evaluate(WORDS)).toBeLessThan(1_000);
    expect(await page.evaluate('document.getElementById("send").hidden')).toBe(false);
    await page.close();
  });
});
