import { join } from 'node:path';
import type { Frame, Page } from 'puppeteer-core';
import * as ts from 'typescript';
import { History } from '../../demo/live-view/history';
import { LiveView } from '../../demo/live-view/live-view';
import { ShownConversation } from '../../demo/live-view/shown-conversation';
import type { TimedEvent } from '../../emulator/core/events';
import { EventStream } from '../../emulator/core/events';
import { Emulator } from '../../emulator/emulator';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { BROWSER, launchBrowser, openTab, until, visit } from '../../fixtures/browser';
import { LONG_TIMEOUTS, setRelayTimings } from '../../fixtures/deployment';
import { describeWith } from '../requires';

const PAGE = join(__dirname, '../../demo/live-view/page');
const APP = join(__dirname, '../../examples/typescript/app.ts');

jest.setTimeout(90_000);

const pageOf = async ({ url }: LiveView) => (await fetch(url)).text();
const framedIn = (page: string) => /<iframe[^>]* data-src="([^"]+)"/.exec(page)![1];
const momentsOf = (tab: Page) => tab.evaluate('[...document.querySelectorAll("#moments li")].map(({ textContent }) => textContent)') as Promise<string[]>;

/** The frame with the chat, once it is open. */
async function chatIn(tab: Page): Promise<Frame> {
  const { origin } = new URL(await until<string>(tab, 'document.getElementById("chat")?.src'));
  return tab.waitForFrame((frame) => frame.url().startsWith(origin));
}

test('the page has no type errors', () => {
  const { config } = ts.readConfigFile(join(PAGE, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, PAGE);
  expect(fileNames.length).toBeGreaterThanOrEqual(3);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
  expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

describe('events for a page that is opened late', () => {
  const environment = (id: number, phase: 'starting' | 'frozen' | 'dead') =>
    ({ type: 'environment', function: 'F', environment: id, phase } as const);

  test('the last phase of an environment, however long ago, and no dead ones', () => {
    const events = new EventStream();
    const history = new History(events);
    for (const id of [1, 2]) events.emit(environment(id, 'starting'));
    events.emit(environment(1, 'frozen'));
    events.emit(environment(2, 'dead'));
    for (let i = 0; i < 600; i++) events.emit({ type: 'request', method: 'GET', path: `/${i}`, status: 200, behavior: '*', milliseconds: 1 });
    expect(history.events.filter(({ type }) => type === 'environment')).toEqual([expect.objectContaining(environment(1, 'frozen'))]);
    expect(history.events.at(-1)).toMatchObject({ path: '/599' });
    expect(history.events.length).toBeLessThan(600);
    history.dispose();
  });

  test('no log lines of functions and no calls to AWS', () => {
    const events = new EventStream();
    const history = new History(events);
    events.emit({ type: 'log', function: 'F', environment: 1, stream: 'stdout', line: 'private' });
    events.emit({ type: 'aws', service: 's3', action: 'GetObject', resource: 'x', status: 200 });
    expect(history.events).toEqual([]);
  });
});

describe('the conversation that the frame shows', () => {
  const ID = '8bf46156-31f5-4a8e-9d65-0a6f2a6c9d11';
  const pathAfter = (...requests: [method: string, path: string, status?: number][]) => {
    let shown = '/';
    const conversation = new ShownConversation((path) => { shown = path; });
    for (const [method, path, status = 200] of requests) conversation.receive({ type: 'response', method, path, status, behavior: '*', at: 0 });
    return shown;
  };

  test.each([
    ['a new chat', [['GET', '/']], '/'],
    ['a reply that streams', [['GET', '/'], ['GET', `/api/agents/chat/stream/${ID}`]], `/c/${ID}`],
    ['an earlier conversation', [['GET', '/'], ['GET', `/api/messages/${ID}`]], `/c/${ID}`],
    ['a conversation by its address', [['GET', `/c/${ID}`], ['GET', '/api/config']], `/c/${ID}`],
    ['another new chat', [['GET', `/c/${ID}`], ['GET', '/c/new']], '/'],
    ['the login page', [['GET', `/c/${ID}`], ['GET', '/login']], '/'],
    ['a conversation that does not exist', [['GET', `/api/messages/${ID}`, 404]], '/'],
    ['no stream in particular', [['GET', '/api/agents/chat/active'], ['POST', `/api/messages/${ID}`]], '/'],
  ] as [string, [string, string, number?][], string][])('%s', (_, requests, path) => expect(pathAfter(...requests)).toBe(path));
});

describe('beside the emulated stack', () => {
  let synthesized: Synthesized;
  let emulator: Emulator;
  let view: LiveView;

  beforeAll(async () => {
    synthesized = await synthesize(APP);
    setRelayTimings(synthesized.assembly);
    const past: TimedEvent[] = [];
    emulator = await Emulator.start({
      assembly: synthesized.assembly, port: 0, environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: JSON.stringify({ graceMs: 100, queue: LONG_TIMEOUTS }) },
    }, (event) => past.push(event));
    view = await LiveView.open(emulator, 0, past);
  });

  afterAll(async () => {
    view?.close();
    await emulator?.dispose();
    synthesized?.dispose();
  });

  test('only the framed distribution omits the header that forbids frames', async () => {
    expect((await fetch(emulator.url)).headers.get('x-frame-options')).toBe('SAMEORIGIN');
    const framed = framedIn(await pageOf(view));
    const response = await fetch(framed);
    expect(response.headers.get('x-frame-options')).toBeNull();
    expect(await response.text()).toBe(await (await fetch(emulator.url)).text());
    expect((await fetch(`${view.url}/none`)).status).toBe(404);
  });

  describeWith(BROWSER)('in a browser', () => {
    test('one worker serves the relays of a chat, and all are frozen in the end', async () => {
      const browser = await launchBrowser(BROWSER);
      try {
        const tab = await openTab(browser, view.url);
        const chat = await chatIn(tab);
        await visit(chat);
        await chat.evaluate('document.querySelector(".suggestions button:nth-child(2)").click()');
        await until(tab, 'document.querySelector("#relays .responding") && /^\\d+ waiting, [1-9]\\d* responding, 1 worker$/.test(document.getElementById("load").textContent)');
        await until(tab, '[...document.querySelectorAll("#lanes article")].some((lane) => lane.dataset.state === "running" && /serves \\d+ request/.test(lane.textContent))');
        await until(chat, 'document.querySelectorAll(".streaming .token").length > 3');
        await until(chat, '!document.querySelector(".streaming")');
        await until(tab, '[...document.querySelectorAll("#lanes article")].every(({ dataset }) => dataset.state === "frozen") '
          + '&& [...document.querySelectorAll("#relays li")].every(({ className }) => className === "frozen")');
        const moments = await momentsOf(tab);
        expect(moments.filter((moment) => /served \d+ requests, up to \d+ at a time$/.test(moment))).toHaveLength(1);
        expect(moments.filter((moment) => moment.includes('held'))).toEqual([]);
        expect(moments.some((moment) => /GET \/api\/agents\/chat\/stream\/.* → \w+ \d+, 200$/.test(moment))).toBe(true);
      } finally {
        await browser.close();
      }
    });

    test('a reload shows the same conversation, and continues the reply', async () => {
      const browser = await launchBrowser(BROWSER);
      try {
        const tab = await openTab(browser, view.url);
        await visit(await chatIn(tab));
        await (await chatIn(tab)).evaluate('document.querySelector(".suggestions button:nth-child(2)").click()');
        await until(await chatIn(tab), 'document.querySelectorAll(".streaming .token").length > 10');
        const before = (await momentsOf(tab)).filter((moment) => moment.includes('/api/agents/chat'));
        expect(before.length).toBeGreaterThan(1);
        await tab.reload();
        const chat = await chatIn(tab);
        await until(chat, 'document.querySelector("#messages").innerText.includes("A long response, please")');
        const length = await until<number>(chat, 'document.querySelector(".streaming")?.innerText.length');
        await until(chat, `document.querySelector(".streaming").innerText.length > ${length}`);
        await until(tab, 'document.querySelectorAll("#moments li").length > 0');
        expect(await momentsOf(tab)).toEqual(expect.arrayContaining(before.slice(0, 2)));

        await chat.evaluate('document.querySelector("header .button").click()');
        await until(await chatIn(tab), 'document.querySelector("#welcome")?.hidden === false');
        await tab.reload();
        await until(await chatIn(tab), 'document.querySelector("#welcome")?.hidden === false');
      } finally {
        await browser.close();
      }
    });
  });

  test('a closed view does not listen', async () => {
    const other = await LiveView.open(emulator, 0);
    other.close();
    await expect(fetch(other.url)).rejects.toThrow();
  });
});
