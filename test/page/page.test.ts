import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { Emulator } from '../../emulator/emulator';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { BROWSER, launchBrowser } from '../../fixtures/browser';
import { LONG_TIMEOUTS, setRelayTimings } from '../../fixtures/deployment';
import { judgePage, SCENARIO_NAMES } from '../../probe/page';
import { describeWith } from '../requires';

const APP = join(__dirname, '../../examples/typescript/app.ts');

jest.setTimeout(180_000);

/** Tokens may arrive and not be shown, so the visible text of the page is checked. */
describeWith(BROWSER)('in a browser, through the emulated stack', () => {
  let synthesized: Synthesized;
  let emulator: Emulator;
  let browser: Browser;

  beforeAll(async () => {
    synthesized = await synthesize(APP);
    setRelayTimings(synthesized.assembly);
    emulator = await Emulator.start({
      assembly: synthesized.assembly, port: 0, environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: JSON.stringify({ graceMs: 100, queue: LONG_TIMEOUTS }) },
    });
    // So that no response waits for an environment to start.
    await Promise.all([1, 2, 3, 4].map(() => fetch(`${emulator.url}/api/config`)));
    browser = await launchBrowser(BROWSER);
  });

  afterAll(async () => {
    await browser?.close();
    await emulator?.dispose();
    synthesized?.dispose();
  });

  test.each(SCENARIO_NAMES)('words appear one after another: %s', async (name) => {
    const [{ outcome, seen, problems }] = await judgePage({ url: emulator.url, browser, scenarios: [name] });
    if (outcome !== 'passed') throw new Error([seen, ...problems].join('\n'));
  });
});
