import { join } from 'node:path';
import * as ts from 'typescript';
import { History } from '../../demo/live-view/history';
import { LiveView } from '../../demo/live-view/live-view';
import type { TimedEvent } from '../../emulator/core/events';
import { EventStream } from '../../emulator/core/events';
import { Emulator } from '../../emulator/emulator';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { BROWSER, launchBrowser, openTab, until, visit } from '../../fixtures/browser';
import { describeWith } from '../requires';

const PAGE = join(__dirname, '../../demo/live-view/page');
const APP = join(__dirname, '../../examples/typescript/app.ts');

jest.setTimeout(90_000);

test('the page has no type errors', () => {
  const { config } = ts.readConfigFile(join(PAGE, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, PAGE);
  expect(fileNames.length).toBeGreaterThanOrEqual(3);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
  expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

describe('what a late picture is told', () => {
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

  test('nothing that a function wrote or asked of AWS', () => {
    const events = new EventStream();
    const history = new History(events);
    events.emit({ type: 'log', function: 'F', environment: 1, stream: 'stdout', line: 'private' });
    events.emit({ type: 'aws', service: 's3', action: 'GetObject', resource: 'x', status: 200 });
    expect(history.events).toEqual([]);
  });
});

describe('beside the emulated stack', () => {
  let synthesized: Synthesized;
  let emulator: Emulator;
  let view: LiveView;

  beforeAll(async () => {
    synthesized = await synthesize(APP);
    const past: TimedEvent[] = [];
    emulator = await Emulator.start({
      assembly: synthesized.assembly, port: 0, environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: '{"graceMs":100}' },
    }, (event) => past.push(event));
    view = await LiveView.open(emulator, 0, past);
  });

  afterAll(async () => {
    view?.close();
    await emulator?.dispose();
    synthesized?.dispose();
  });

  test('the distribution answers as it did: what forbids frames is only left out in the frame', async () => {
    expect((await fetch(emulator.url)).headers.get('x-frame-options')).toBe('SAMEORIGIN');
    const page = await (await fetch(view.url)).text();
    const framed = /<iframe[^>]* src="([^"]+)"/.exec(page)![1];
    const answer = await fetch(framed);
    expect(answer.headers.get('x-frame-options')).toBeNull();
    expect(await answer.text()).toBe(await (await fetch(emulator.url)).text());
    expect((await fetch(`${view.url}/none`)).status).toBe(404);
  });

  describeWith(BROWSER)('in a browser', () => {
    test('one worker serves the relays of a chat, and all are frozen in the end', async () => {
      const browser = await launchBrowser(BROWSER);
      try {
        const tab = await openTab(browser, view.url);
        const framed = /<iframe[^>]* src="([^"]+)"/.exec(await (await fetch(view.url)).text())![1];
        const chat = await tab.waitForFrame((frame) => frame.url().startsWith(framed));
        await visit(chat);
        await chat.evaluate('document.querySelector("[data-tokens=\'120\']").click()');
        await until(tab, 'document.querySelector("#relays .responding") && /^\\d+ waiting, [1-9]\\d* responding, 1 worker$/.test(document.getElementById("load").textContent)');
        await until(tab, '[...document.querySelectorAll("#lanes article")].some((lane) => lane.dataset.phase === "running" && /serves \\d+ request/.test(lane.textContent))');
        await until(chat, 'document.querySelectorAll(".streaming .token").length > 3');
        await until(chat, '!document.querySelector(".streaming")');
        await until(tab, '[...document.querySelectorAll("#lanes article")].every(({ dataset }) => dataset.phase === "frozen") '
          + '&& [...document.querySelectorAll("#relays li")].every(({ className }) => className === "frozen")');
        const moments = await tab.evaluate('[...document.querySelectorAll("#moments li")].map(({ textContent }) => textContent)') as string[];
        expect(moments.filter((moment) => /served \d+ requests, up to \d+ at a time$/.test(moment))).toHaveLength(1);
        expect(moments.some((moment) => /GET \/api\/agents\/chat\/stream\/.* → \w+ \d+, 200$/.test(moment))).toBe(true);
      } finally {
        await browser.close();
      }
    });
  });

  test('nothing listens when it is closed', async () => {
    const other = await LiveView.open(emulator, 0);
    other.close();
    await expect(fetch(other.url)).rejects.toThrow();
  });
});
