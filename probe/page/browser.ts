import { spawnSync } from 'node:child_process';
import { type Browser, launch } from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The path of the installed browser, or undefined. */
export function findBrowser(): string | undefined {
  return NAMES.map((name) => spawnSync('which', [name]).stdout.toString().trim()).find(Boolean);
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  return launch({
    executablePath,
    // Containers lack the privileges for the browser's sandbox, and have little shared memory.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    defaultViewport: { width: 1_000, height: 760 },
  });
}
