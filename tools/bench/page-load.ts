import { Deployment } from '../../fixtures/deployment';
import { PageConnection, type PageCall } from '../../fixtures/page-load';
import { until } from '../../fixtures/runtime/until';
import { largest, median } from '../../probe/statistics';

const WARM_LOADS = 10;

export interface PageLoadOptions {
  /** A built LibreChat, and a MongoDB for it. @default the stand-in */
  readonly librechat?: string;
  readonly mongoUri?: string;
}

/** Opens the page as a logged-in user: 28 concurrent API calls over HTTP/2. */
export async function benchPageLoad(options: PageLoadOptions): Promise<Array<{ name: string; value: string }>> {
  const deployment = await Deployment.start({ ...options, tls: true });
  const page = await PageConnection.open(deployment.url, deployment.emulator.certificateAuthority);
  try {
    await page.logIn();
    await endEnvironments(deployment);
    const before = deployment.usage();
    const cold = await page.load();
    const after = deployment.usage();
    // The first load has started relays.
    const warm: PageCall[] = [];
    for (let load = 0; load < WARM_LOADS; load++) warm.push(...await page.load());
    const end = deployment.usage();
    const times = (calls: PageCall[]) => calls.map((call) => call.milliseconds);
    return [
      { name: 'cold: LibreChat environments started', value: String(after.worker.environments - before.worker.environments) },
      { name: 'cold: relays started', value: String(after.relay.environments - before.relay.environments) },
      { name: 'cold: calls with an error', value: String(failed(cold)) },
      { name: 'cold: all calls after', value: milliseconds(largest(times(cold))) },
      { name: 'warm: workers started', value: String(end.worker.invocations - after.worker.invocations) },
      { name: 'warm: calls with an error', value: String(failed(warm)) },
      { name: 'warm: a call, median', value: milliseconds(median(times(warm))) },
      { name: 'warm: a call, slowest', value: milliseconds(largest(times(warm))) },
    ];
  } finally {
    page.close();
    await deployment.dispose();
  }
}

/** The state after a night without users. */
async function endEnvironments({ worker, relay }: Deployment): Promise<void> {
  for (const fn of [worker, relay]) {
    await until(() => fn.environments.every(({ state }) => state === 'frozen' || state === 'dead'));
    await fn.reclaimIdle();
  }
}

function failed(calls: PageCall[]): number {
  return calls.filter(({ status }) => status >= 400).length;
}

function milliseconds(value = NaN): string {
  return `${value.toFixed(1)} ms`;
}
