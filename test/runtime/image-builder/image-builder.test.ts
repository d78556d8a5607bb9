import { BROKEN, BuildAccount, FILES, PROJECT, specOf } from '../../../fixtures/runtime/image-build';
import { until } from '../../../fixtures/runtime/until';
import { IMAGE_BUILD_PROPERTIES } from '../../../src/contract/image-build';

jest.setTimeout(60_000);

let account: BuildAccount;
beforeEach(async () => { account = await BuildAccount.start(); });
afterEach(() => account.dispose());

describe('a request', () => {
  test('builds the image, and returns its digest', async () => {
    expect(await account.send('Create')).toMatchObject({
      Status: 'SUCCESS', PhysicalResourceId: PROJECT, Data: { Sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }, LogicalResourceId: 'Image', RequestId: 'request-1',
    });
    expect(account.builds.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  });

  test('returns the digest that the tag has in the repository', async () => {
    const { Data } = await account.send('Create');
    expect(Data?.Sha256).toBe(account.digestOf('tag-1'));
  });

  test('needs neither a build nor the permission to start one if the image exists', async () => {
    account.repository.push('tag-1', { digest: `sha256:${'a'.repeat(64)}`, size: 1, context: '' });
    account.deny(account.builderRole, 'codebuild:*');
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: 'a'.repeat(64) } });
    expect(account.builds).toEqual([]);
  });

  test('with the same hash starts no build', async () => {
    const { Data } = await account.send('Create');
    expect(await account.send('Update')).toMatchObject({ Status: 'SUCCESS', Data, PhysicalResourceId: PROJECT });
    expect(account.builds).toHaveLength(1);
  });

  test('with another hash builds another image, and replaces no resource', async () => {
    const { Data } = await account.send('Create');
    account.updateSource('tag-2', { ...FILES, 'adapter.js': 'another' });
    const updated = await account.send('Update', 'tag-2');
    expect(updated).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: PROJECT, Data: { Sha256: account.digestOf('tag-2') } });
    expect(updated.Data).not.toEqual(Data);
    expect(account.builds).toHaveLength(2);
  });

  test('of a rollback returns the old digest without a build', async () => {
    const { Data } = await account.send('Create');
    account.updateSource('tag-2', BROKEN);
    expect(await account.send('Update', 'tag-2')).toMatchObject({ Status: 'FAILED', PhysicalResourceId: PROJECT });
    account.updateSource('tag-1');
    expect(await account.send('Update')).toMatchObject({ Status: 'SUCCESS', Data, PhysicalResourceId: PROJECT });
    expect(account.builds).toHaveLength(2);
  });

  test('of a rollback gets its response while the build of a cancelled update still runs', async () => {
    const { Data } = await account.send('Create');
    account.updateSource('tag-2', { ...FILES, 'adapter.js': 'another' });
    const release = account.hold('BUILD');
    const update = account.request('Update', 'tag-2');
    const updating = account.invoke(update.event);
    await until(() => account.runningBuilds.length);
    expect(await account.send('Update', 'tag-1')).toMatchObject({ Status: 'SUCCESS', Data });
    release();
    await updating;
    expect(await update.response).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-2') } });
  });
});

describe('a build that pushes no image', () => {
  test('is reported with its phase, its reason, its log and the last lines of the log', async () => {
    account.updateSource('tag-1', BROKEN);
    const { Status, Reason } = await account.send('Create');
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`the build ${account.builds[0].id} failed in phase BUILD\nCOMMAND_EXECUTION_ERROR: Error while executing command: docker build`);
    expect(Reason).toContain(`log: https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/builds/log-events/${account.builds[0].uuid}`);
    expect(Reason).toContain('"/missing.js": not found');
    expect(Reason?.split('\n').at(-1)).toContain('Phase complete: POST_BUILD State: SUCCEEDED');
    expect(account.builds).toHaveLength(1);
  });

  test('is a failure, although the build succeeds', async () => {
    account.updateSource('tag-1', FILES, specOf({ build: ['echo nothing'] }));
    expect(await account.send('Create')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('succeeded, but did not push the image') });
  });

  test('is no failure if another process pushed the image meanwhile', async () => {
    account.updateSource('tag-1', BROKEN);
    account.aws.services.codeBuild.pace = async (phase) => {
      if (phase === 'COMPLETED') account.repository.push('tag-1', { digest: `sha256:${'b'.repeat(64)}`, size: 1, context: '' });
    };
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: 'b'.repeat(64) } });
  });

  test('because it was stopped is not started again', async () => {
    const release = account.hold('PROVISIONING');
    const { event, response } = account.request('Create');
    const done = account.invoke(event);
    await until(() => account.builds[0]?.phases.at(-1)?.type === 'PROVISIONING');
    account.builds[0].stop();
    await done;
    release();
    expect(await response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('was stopped in phase PROVISIONING') });
    expect(account.builds).toHaveLength(1);
  });

  test('has no effect on the next request', async () => {
    account.updateSource('tag-1', BROKEN);
    expect(await account.send('Create')).toMatchObject({ Status: 'FAILED' });
    account.updateSource('tag-1');
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-1') } });
    expect(account.builds.map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
  });

  test.each(['PROVISIONING', 'DOWNLOAD_SOURCE'])('because of %s is repeated once: a new role may not have propagated', async (phase) => {
    const rights = [...account.buildRole.statements];
    account.deny(account.buildRole, phase === 'PROVISIONING' ? 'logs:CreateLogStream' : 's3:GetObject');
    account.aws.services.codeBuild.pace = async (at, build) => {
      if (build.number === 2 && at === 'SUBMITTED') account.buildRole.statements.splice(0, Infinity, ...rights);
    };
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-1') } });
    expect(account.builds.map(({ status, phases }) => [status, phases.find((other) => other.status === 'FAILED')?.type])).toEqual([
      ['FAILED', phase], ['SUCCEEDED', undefined],
    ]);
  });

  test('before its first command, twice, is final', async () => {
    account.deny(account.buildRole, 'logs:CreateLogStream');
    const { Status, Reason } = await account.send('Create');
    expect([Status, account.builds.length]).toEqual(['FAILED', 2]);
    expect(Reason).toContain(`the build ${account.builds[1].id} failed in phase PROVISIONING\nACCESS_DENIED: Service role ${account.buildRole.arn} does not allow`);
  });

  test.each([
    ['logs:CreateLogStream', 'PROVISIONING'],
    ['logs:PutLogEvents', 'DOWNLOAD_SOURCE'],
    ['s3:GetObject', 'DOWNLOAD_SOURCE'],
    ['ecr:GetAuthorizationToken', 'PRE_BUILD'],
    ['ecr:BatchCheckLayerAvailability', 'BUILD'],
    ['ecr:InitiateLayerUpload', 'BUILD'],
    ['ecr:UploadLayerPart', 'BUILD'],
    ['ecr:CompleteLayerUpload', 'BUILD'],
    ['ecr:PutImage', 'BUILD'],
  ])('because its role lacks %s names the permission', async (action, phase) => {
    account.deny(account.buildRole, action);
    const { Status, Reason } = await account.send('Create');
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`failed in phase ${phase}`);
    expect(account.builds).toHaveLength(['PROVISIONING', 'DOWNLOAD_SOURCE'].includes(phase) ? 2 : 1);
    expect(Reason).toContain(action === 's3:GetObject' ? 'AccessDenied: Access Denied status code: 403' : `is not authorized to perform: ${action}`);
  });
});

describe('deliveries of one request', () => {
  test('in parallel start one build, and all get a response', async () => {
    const { event, response } = account.request('Create');
    await Promise.all([account.invoke(event), account.invoke(event), account.invoke(event)]);
    expect(await response).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-1') } });
    expect(account.builds).toHaveLength(1);
    expect(account.calls('PUT')).toBe(3);
  });

  test('one after another start one build, though it failed', async () => {
    account.updateSource('tag-1', BROKEN);
    const { event } = account.request('Create');
    await account.invoke(event);
    await account.invoke(event);
    expect(account.builds).toHaveLength(1);
    expect(account.calls('PUT')).toBe(2);
  });

  test('while an earlier one still waits join it', async () => {
    const release = account.hold('BUILD');
    const { event, response } = account.request('Create');
    const first = account.invoke(event);
    await until(() => account.builds[0]?.phases.at(-1)?.type === 'BUILD');
    const second = account.invoke(event);
    await until(() => account.logged.some((line) => line.includes('build-adopted')));
    release();
    await Promise.all([first, second]);
    expect(await response).toMatchObject({ Status: 'SUCCESS' });
    expect(account.builds).toHaveLength(1);
    expect(account.calls('StartBuild')).toBe(1);
  });

  test('join on the second attempt as well', async () => {
    account.deny(account.buildRole, 'logs:CreateLogStream');
    const { event } = account.request('Create');
    await Promise.all([account.invoke(event), account.invoke(event)]);
    expect(account.builds).toHaveLength(2);
  });

  test('do not join a build of another tag', async () => {
    const release = account.hold('BUILD');
    const { event } = account.request('Create');
    const first = account.invoke(event);
    await until(() => account.runningBuilds.length);
    account.updateSource('tag-2', { ...FILES, 'adapter.js': 'another' });
    account.aws.services.codeBuild.pace = undefined;
    expect(await account.send('Update', 'tag-2')).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-2') } });
    release();
    await first;
    expect(account.builds).toHaveLength(2);
  });

  test('do not join a build for another repository', async () => {
    const release = account.hold('BUILD');
    const { codeBuild, ecr } = account.aws.services;
    const other = codeBuild.start(codeBuild.find(PROJECT)!);
    await until(() => other.phases.at(-1)?.type === 'BUILD');
    const there = ecr.create('other/librechat');
    account.buildRole.statements.push({ Effect: 'Allow', Action: 'ecr:*', Resource: there.arn });
    account.builderRole.statements.push({ Effect: 'Allow', Action: 'ecr:*', Resource: there.arn });
    account.updateSource('tag-1', FILES, specOf(), there);
    codeBuild.pace = undefined;
    const { event, response } = account.request('Update');
    const { ResourceProperties } = event as { ResourceProperties: object };
    await account.invoke({ ...event, ResourceProperties: { ...ResourceProperties, [IMAGE_BUILD_PROPERTIES.repository]: there.name } });
    release();
    expect(await response).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: there.find({ tag: 'tag-1' })?.digest.slice('sha256:'.length) } });
    await until(() => !other.isRunning);
    expect(account.builds).toHaveLength(2);
  });

  test('find the running build among more than a hundred', async () => {
    const { codeBuild } = account.aws.services;
    for (let i = 0; i < 105; i++) {
      const build = codeBuild.start(codeBuild.find(PROJECT)!);
      build.stop();
      await until(() => !build.isRunning);
    }
    account.repository.images.splice(0);
    const release = account.hold('BUILD');
    const running = codeBuild.start(codeBuild.find(PROJECT)!);
    const { event, response } = account.request('Create');
    const done = account.invoke(event);
    await until(() => account.logged.some((line) => line.includes(`"build-adopted","build":"${running.id}"`)));
    release();
    await done;
    expect(await response).toMatchObject({ Status: 'SUCCESS' });
    expect(account.calls('StartBuild')).toBe(0);
  });
});

describe('a removal', () => {
  const remove = () => account.send('Delete');

  test('during a build stops it, waits until it has stopped, and ends the wait for it', async () => {
    const create = account.request('Create');
    const endsBuild = account.hold('COMPLETED');
    account.deny(account.buildRole, 'ecr:PutImage');
    const creating = account.invoke(create.event);
    await until(() => account.runningBuilds.length);
    const { event, response } = account.request('Delete');
    let removed = false;
    const removing = account.invoke(event).then(() => (removed = true));
    await until(() => account.calls('StopBuild') > 2);
    expect([removed, account.runningBuilds.length]).toEqual([false, 1]);
    endsBuild();
    await Promise.all([creating, removing]);
    expect(await response).toEqual(expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: PROJECT }));
    expect(await create.response).toMatchObject({ Status: 'FAILED' });
    expect(account.runningBuilds).toEqual([]);
    expect(account.builds).toHaveLength(1);
  });

  test('stops builds of every tag', async () => {
    account.hold('BUILD');
    const { codeBuild } = account.aws.services;
    for (const tag of ['tag-1', 'tag-2']) {
      account.updateSource(tag);
      codeBuild.start(codeBuild.find(PROJECT)!);
    }
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(account.builds.map(({ status }) => status)).toEqual(['STOPPED', 'STOPPED']);
  });

  test('without a build does nothing', async () => {
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(account.calls('StopBuild')).toBe(0);
  });

  test('without the project does nothing', async () => {
    account.aws.services.codeBuild.delete(PROJECT);
    expect(await remove()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: PROJECT });
  });

  test('of a resource whose creation was rejected does nothing', async () => {
    expect(await account.send('Delete', '', { PhysicalResourceId: 'made-up', ResourceProperties: {} })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made-up' });
  });

  test('returns the id of the request', async () => {
    expect(await account.send('Delete', 'tag-1', { PhysicalResourceId: 'made-up' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made-up' });
  });

  test('does not delete images, which may be retained', async () => {
    await account.send('Create');
    await remove();
    expect(account.digestOf('tag-1')).toBeTruthy();
  });
});
