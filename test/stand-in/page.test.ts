import { join } from 'node:path';
import * as ts from 'typescript';
import { Emulator } from '../../emulator/emulator';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { Browser, findBrowser, type Tab } from '../../fixtures/browser';
import { describeWith } from '../requires';

const CLIENT = join(__dirname, '../../stand-in/client');
const APP = join(__dirname, '../../examples/typescript/app.ts');

jest.setTimeout(90_000);

test('the page has no type errors', () => {
  const { config } = ts.readConfigFile(join(CLIENT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, CLIENT);
  expect(fileNames.length).toBeGreaterThan(3);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
  expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

const browserName = findBrowser() ?? 'chromium';
describeWith(browserName)('in a browser, through the emulated stack', () => {
  let synthesized: Synthesized;
  let emulator: Emulator;
  let browser: Browser;

  beforeAll(async () => {
    synthesized = await synthesize(APP);
    emulator = await Emulator.start({
      assembly: synthesized.assembly, port: 0, environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: '{"graceMs":100}' },
    });
    // No answer then waits for an environment to start.
    await Promise.all([1, 2, 3].map(() => fetch(`${emulator.url}/api/config`)));
    browser = new Browser(browserName);
  });

  afterAll(async () => {
    await browser?.close();
    await emulator?.dispose();
    synthesized?.dispose();
  });

  const ANSWER = 'document.querySelector(".answer:last-child .text")?.textContent ?? ""';
  const FINISHED = '!document.querySelector(".streaming") && document.querySelector(".answer .text")?.textContent';
  const ready = async (path = '/') => {
    const tab = await browser.open(emulator.url + path);
    await tab.until('document.activeElement?.id === "prompt"');
    return tab;
  };
  /** Sends a suggestion whose answer takes its time. */
  const askForLongAnswer = async (tab: Tab, tokens = 120) => {
    await tab.evaluate(`{ const button = document.querySelector("[data-tokens='120']"); button.dataset.tokens = ${tokens}; button.click(); }`);
    await tab.until('document.querySelectorAll(".token").length > 3 && location.pathname.startsWith("/c/")');
  };

  test('a message is sent, and tokens appear one after the other', async () => {
    const tab = await ready();
    await tab.evaluate(`window.lengths = [];
      new MutationObserver(() => { const { length } = ${ANSWER}; if (length !== lengths.at(-1)) lengths.push(length); })
        .observe(document.getElementById("messages"), { subtree: true, childList: true, characterData: true });`);
    await tab.type('Hello, stack');
    const answer = await tab.until<string>(FINISHED);
    expect(answer).toMatch(/^You wrote “Hello, stack”\. This answer was generated in the background/);
    const lengths = await tab.evaluate<number[]>('lengths');
    expect(lengths.length).toBeGreaterThan(5);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(await tab.evaluate('document.querySelector(".user").textContent')).toBe('Hello, stack');
    expect(await tab.evaluate('location.pathname')).toMatch(/^\/c\/[\w-]{36}$/);
  });

  test('a reload in mid-answer goes on with it', async () => {
    const tab = await ready();
    await askForLongAnswer(tab);
    const before = await tab.evaluate<string>(ANSWER);
    await tab.reload();
    await tab.until(`document.querySelector(".streaming") && (${ANSWER}).length >= ${before.length}`);
    expect((await tab.evaluate<string>(ANSWER)).startsWith(before)).toBe(true);
    const answer = await tab.until<string>(FINISHED);
    expect(answer.split(' ').length).toBeGreaterThan(100);
    await tab.reload();
    await tab.until('document.activeElement?.id === "prompt"');
    expect(await tab.evaluate(ANSWER)).toBe(answer);
  });

  test('a second tab sees the same answer while it comes', async () => {
    const first = await ready();
    await askForLongAnswer(first);
    const second = await browser.open(emulator.url + await first.evaluate<string>('location.pathname'));
    await second.until('document.querySelector(".streaming .text")?.textContent');
    const [a, b] = await Promise.all([first.until<string>(FINISHED), second.until<string>(FINISHED)]);
    expect(b).toBe(a);
  });

  test('an answer can be stopped', async () => {
    const tab = await ready();
    // So long that a slow machine does not come too late to stop it.
    await askForLongAnswer(tab, 1_000);
    await tab.evaluate('document.getElementById("stop").click()');
    await tab.until('document.querySelector(".note")?.textContent === "Stopped."');
    expect((await tab.evaluate<string>(ANSWER)).split(' ').length).toBeLessThan(1_000);
    expect(await tab.evaluate('document.getElementById("send").hidden')).toBe(false);
  });
});
