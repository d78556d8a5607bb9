import { sign } from 'aws4';
import { Cloud } from '../../../emulator/core/cloud';
import { EventStream } from '../../../emulator/core/events';
import { AwsServer } from '../../../emulator/services/aws-server';
import { MongoServer } from '../../../emulator/services/documentdb/server';
import type { Statement } from '../../../emulator/services/iam/policy';
import { Services } from '../../../emulator/services/services';
import { until } from '../../../fixtures/runtime/until';

const STACK = 'arn:aws:cloudformation:us-east-1:123456789012:stack/LibreChat/0a1b';
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

let services: Services;
let server: AwsServer;
let statements: Statement[];

beforeEach(async () => {
  services = new Services(new Cloud(new EventStream(), 1000));
  statements = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  services.iam.roles.set('role', { name: 'role', arn: 'arn:aws:iam::123456789012:role/role', statements, credentials: CREDENTIALS });
  server = new AwsServer(services);
  await server.start();
});
afterEach(() => services.cloud.dispose());

/** Sends a call with AWS's query protocol, and returns status and body. */
async function call(service: string, parameters: Record<string, string>): Promise<[number, string]> {
  const body = new URLSearchParams(parameters).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const { host } = new URL(server.url);
  const signed = sign({ service, region: 'us-east-1', method: 'POST', host, path: '/', headers, body }, CREDENTIALS);
  const response = await fetch(server.url, { method: 'POST', headers: signed.headers as Record<string, string>, body });
  return [response.status, await response.text()];
}

describe('CloudFormation', () => {
  test.each([['name', 'LibreChat'], ['id', STACK]])('returns the status of a stack by its %s', async (_, StackName) => {
    services.cloudFormation.stacks.set(STACK, 'UPDATE_ROLLBACK_IN_PROGRESS');
    expect(await call('cloudformation', { Action: 'DescribeStacks', StackName })).toEqual([200, expect.stringContaining('<StackStatus>UPDATE_ROLLBACK_IN_PROGRESS</StackStatus>')]);
  });

  test('rejects other stacks', async () => {
    expect(await call('cloudformation', { Action: 'DescribeStacks', StackName: 'Other' })).toEqual([400, expect.stringContaining('<Code>ValidationError</Code>')]);
  });

  test('has no other action', async () => {
    expect(await call('cloudformation', { Action: 'DeleteStack', StackName: 'LibreChat' })).toEqual([400, expect.stringContaining('<Code>InvalidAction</Code>')]);
  });

  test('denies requests without a permission', async () => {
    services.cloudFormation.stacks.set(STACK, 'CREATE_COMPLETE');
    statements.splice(0, 1, { Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: `${STACK}x` });
    expect(await call('cloudformation', { Action: 'DescribeStacks', StackName: STACK })).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
  });
});

describe('snapshots of DocumentDB', () => {
  const snapshot = (id: string, cluster = 'chat') => call('rds', { Action: 'CreateDBClusterSnapshot', DBClusterIdentifier: cluster, DBClusterSnapshotIdentifier: id });
  const described = (id: string) => call('rds', { Action: 'DescribeDBClusterSnapshots', DBClusterSnapshotIdentifier: id });

  beforeEach(async () => {
    const cluster = await MongoServer.start({ dialect: 'documentdb' });
    services.documentDb.clusters.set('chat', cluster);
    services.cloud.onDispose(() => cluster.dispose());
  });

  test('are created, and available later', async () => {
    expect(await snapshot('before-v0-8-9')).toEqual([200, expect.stringContaining('<Status>creating</Status>')]);
    await until(async () => (await described('before-v0-8-9'))[1].includes('<Status>available</Status>'));
    const { createdAt } = services.documentDb.snapshots.get('before-v0-8-9')!;
    expect((await described('before-v0-8-9'))[1]).toContain(`<SnapshotCreateTime>${new Date(createdAt).toISOString()}</SnapshotCreateTime>`);
  });

  test('have a time of creation only once they are available', async () => {
    services.documentDb.snapshots.set('new', { cluster: 'chat', createdAt: Date.now() + 3_600_000 });
    expect((await described('new'))[1]).not.toContain('SnapshotCreateTime');
  });

  test('can fail', async () => {
    services.documentDb.snapshots.set('lost', { cluster: 'chat', createdAt: 0, failed: true });
    expect((await described('lost'))[1]).toContain('<Status>failed</Status><PercentProgress>0</PercentProgress>');
  });

  test.each([
    ['a cluster that does not exist', ['a', 'other'], 404, 'DBClusterNotFoundFault'],
    ['a name that is none', ['1.2'], 400, 'InvalidParameterValue'],
    ['a name that is taken', ['taken'], 400, 'DBClusterSnapshotAlreadyExistsFault'],
  ])('are refused for %s', async (_, parameters, status, code) => {
    await snapshot('taken');
    expect(await snapshot(...parameters as [string, string?])).toEqual([status, expect.stringContaining(`<Code>${code}</Code>`)]);
  });

  test('require rights for the cluster and for the snapshot', async () => {
    statements.splice(0, 1, { Effect: 'Allow', Action: 'rds:CreateDBClusterSnapshot', Resource: 'arn:aws:rds:us-east-1:123456789012:cluster:chat' });
    expect(await snapshot('a')).toEqual([403, expect.stringContaining('cluster-snapshot:a')]);
    services.documentDb.snapshots.set('a', { cluster: 'chat', createdAt: 0 });
    statements.splice(0, 1, { Effect: 'Allow', Action: 'rds:*', Resource: 'arn:aws:rds:us-east-1:123456789012:cluster-snapshot:*' });
    expect(await described('a')).toEqual([403, expect.stringContaining('cluster:chat')]);
  });
});
