import { Deployment } from '../../fixtures/deployment';
import { PAGE_CALLS, PageConnection, type PageCall } from '../../fixtures/page-load';
import { until } from '../../fixtures/runtime/until';

jest.setTimeout(120_000);

let deployment: Deployment;
let page: PageConnection;

beforeAll(async () => {
  deployment = await Deployment.start({ tls: true });
  page = await PageConnection.open(deployment.url, deployment.emulator.certificateAuthority);
  await page.logIn();
});

afterAll(async () => {
  page.close();
  await deployment.dispose();
});

/** Ends the environments once they are idle. */
async function endWorkers(): Promise<void> {
  const { environments } = deployment.worker;
  await until(() => environments.every(({ state }) => state === 'frozen' || state === 'dead'));
  await deployment.worker.reclaimIdle();
}

const failed = (calls: PageCall[]) => calls.filter(({ status }) => status >= 400);

test('the number of calls equals that of LibreChat\'s page', () => {
  expect(PAGE_CALLS).toHaveLength(28);
});

test('a cold page load starts one LibreChat', async () => {
  await endWorkers();
  const before = deployment.usage().worker.environments;
  expect(failed(await page.load())).toEqual([]);
  expect(deployment.usage().worker.environments - before).toBe(1);
});

test('a page load on a running worker starts no other one', async () => {
  await page.load();
  const before = deployment.usage().worker;
  expect(failed(await page.load())).toEqual([]);
  expect(deployment.usage().worker).toMatchObject({ environments: before.environments, invocations: before.invocations });
});
