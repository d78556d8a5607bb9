import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildArtifacts, buildFixture } from '../../../fixtures/runtime/artifacts';
import { useWorker } from '../../../fixtures/runtime/use-worker';
import { newestRelease, unreadable } from '../../../runtime/worker/start/data-guard';
import { ADAPTER } from '../../../src/contract/variables';

jest.setTimeout(60_000);

const RELEASE = '/chat/release';

describe('the newest release that has served', () => {
  test.each([
    [[], undefined],
    [['none'], undefined],
    [['none', 'v0.8.7', 'v0.8.8'], 'v0.8.8'],
    [['v0.8.9', 'v0.8.8'], 'v0.8.9'],
    // CloudFormation updated the parameter.
    [['none', 'v0.8.9', 'none'], 'v0.8.9'],
    [['v0.8.9', 'forget'], undefined],
    [['v0.8.9', 'forget', 'v0.8.8', 'none'], 'v0.8.8'],
    [['v0.9.0-rc1', 'something else'], 'v0.9.0-rc1'],
  ])('of %j is %s', (history, newest) => {
    expect(newestRelease(history)).toBe(newest);
  });
});

describe('data', () => {
  test.each([
    ['v0.8.8', 'v0.8.9'], ['v0.8.8', 'v0.8.9-rc1'], ['v0.8.7', 'v1.0.0'], ['v0.8.8-rc1', 'v0.8.9'],
  ])('%s cannot read that of %s', (release, writtenBy) => {
    expect(unreadable(release, writtenBy)!.remedy).toMatch(/^Deploy v0\.8\.9 or newer\. To go back, restore a snapshot/);
  });

  test.each([
    ['v0.8.8', undefined], ['v0.8.8', 'v0.8.8'], ['v0.8.7', 'v0.8.8'], ['v0.8.9-rc1', 'v0.8.9'], ['v0.8.9', 'v1.0.0'],
  ])('%s can read that of %s', (release, writtenBy) => {
    expect(unreadable(release, writtenBy)).toBeUndefined();
  });
});

describe('a worker of v0.8.8', () => {
  const { create, aws } = useWorker(() => buildArtifacts(async (app) => {
    await buildFixture(app);
    mkdirSync(app, { recursive: true });
    writeFileSync(join(app, 'package.json'), JSON.stringify({ version: 'v0.8.8' }));
  }));
  const values = () => aws().services.ssm.parameters.history(RELEASE).map(({ value }) => value);

  beforeEach(() => {
    aws().fault = undefined;
    aws().services.ssm.parameters.delete(RELEASE);
  });

  /** Serves one request, after these values of the parameter. */
  const serve = (...history: string[]) => serveWith({ recordTimeoutMs: 30_000 }, history);

  async function serveWith(settings: object, history: string[]) {
    for (const value of history) aws().services.ssm.parameters.set(RELEASE, value);
    const worker = create({ environment: { [ADAPTER.releaseParameter]: RELEASE }, settings: { awsRetryMs: 5, awsTimeoutMs: 30_000, ...settings } });
    return { worker, reply: await worker.send({ path: '/environment' }) };
  }

  test('records its release before LibreChat starts', async () => {
    expect((await serve('none')).reply.statusCode).toBe(200);
    expect(values()).toEqual(['none', 'v0.8.8']);
  });

  test('does not record the same release again', async () => {
    await serve('none', 'v0.8.8');
    expect(values()).toEqual(['none', 'v0.8.8']);
  });

  test('keeps the record of a newer release whose data it can read, also where CloudFormation has overwritten it', async () => {
    await serve('v0.8.8', 'none');
    expect(values()).toEqual(['v0.8.8', 'none', 'v0.8.8']);
  });

  test('does not start with data that it cannot read, and reports the remedy', async () => {
    const { worker, reply } = await serve('none', 'v0.8.9', 'none');
    expect(reply.statusCode).toBeUndefined();
    const [{ message }] = worker.adapter.logged('start-failed');
    expect(message).toMatch(/^LibreChat v0\.8\.8 cannot read the data: v0\.8\.9 has served.*Deploy v0\.8\.9 or newer/);
    expect(worker.adapter.logged('started')).toEqual([]);
    expect(values()).toEqual(['none', 'v0.8.9', 'none']);
  });

  test('starts if the record cannot be read', async () => {
    aws().fault = (call) => (call.startsWith('GetParameterHistory') ? 500 : undefined);
    const { worker, reply } = await serve('v0.8.9');
    expect(reply.statusCode).toBe(200);
    expect(worker.adapter.logged('release-not-recorded')).toHaveLength(1);
  });

  // As in a VPC without a route to Systems Manager, where each attempt takes the whole timeout.
  test('tries only twice, because every start waits for it', async () => {
    aws().fault = (call) => (call.startsWith('GetParameterHistory') ? 'hang' : undefined);
    const before = aws().calls.length;
    const { reply } = await serveWith({ recordTimeoutMs: 1_500 }, ['v0.8.8']);
    expect(reply.statusCode).toBe(200);
    expect(aws().calls.slice(before).filter((call) => call.startsWith('GetParameterHistory'))).toHaveLength(2);
  });
});
