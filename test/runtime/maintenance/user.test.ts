import { useMaintenance } from '../../../fixtures/runtime/maintenance';
import { USER_RESOURCE_TYPE } from '../../../src/contract/maintenance';
import { Users } from '../../../stand-in/server/users';

jest.setTimeout(120_000);

const EMAIL = 'canary@librechat.invalid';
const OTHER_USER = { email: 'other@example.com', name: 'Other', username: 'other', password: 'password-of-other' };

const kit = useMaintenance('v0.8.8');

beforeEach(() => kit.start());

/** The resource, with a secret that has the password. */
const withPassword = (password: string) => withAccount(kit.aws().services.secretsManager.create('account', JSON.stringify({ email: EMAIL, password })).arn);
const withAccount = (account: string) => ({
  ResourceType: USER_RESOURCE_TYPE, LogicalResourceId: 'User', ResourceProperties: { ServiceToken: 'arn', Account: account, Email: EMAIL },
});
/** Closes the database, and replaces the function by one that does not wait long for it. */
const closeDatabase = async () => {
  kit.mongo().available = false;
  kit.mongo().disconnectAll();
  await kit.adapter().dispose();
  const { MONGO_URI, ...plain } = kit.plain();
  kit.start({ plain: { ...plain, MONGO_URI: `${MONGO_URI}&serverSelectionTimeoutMS=1000` } });
};
const documents = () => kit.mongo().databases.open('LibreChat', 'users');
const emails = () => [...documents().find({})].map(({ email }) => email as string);

/** LibreChat's users as its server sees them. */
const users = () => new Users({
  User: {
    findOne: async (filter: object) => [...documents().find(filter)].at(0),
    create: async (user: object) => documents().insert(user),
  } as never,
});
const logsIn = async (password: string) => await users().authenticate(EMAIL, password) !== undefined;

test('is created with the password of the secret', async () => {
  expect(await kit.request('Create', withPassword('first-password'))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'User' });
  expect(await logsIn('first-password')).toBe(true);
});

test('is created as soon as IAM allows to read the secret', async () => {
  kit.aws().fault = (_call, times) => (times < 3 ? 'denied' : undefined);
  await kit.adapter().dispose();
  kit.start({ settings: { permissionWaitMs: 50_000 } });
  expect(await kit.request('Create', withPassword('first-password'))).toMatchObject({ Status: 'SUCCESS' });
  expect(kit.aws().calls.filter((call) => call.startsWith('GetSecretValue'))).toHaveLength(4);
});

test('is no administrator, although it is the first user', async () => {
  await kit.request('Create', withPassword('first-password'));
  expect(await users().find(EMAIL)).toMatchObject({ role: 'USER' });
  await users().register(OTHER_USER);
  expect(await users().find(OTHER_USER.email)).toMatchObject({ role: 'USER' });
});

test('that exists, as in a database that was retained or restored, gets the password of the secret', async () => {
  await users().register({ email: EMAIL, name: 'Canary', username: 'librechat-canary', password: 'password-of-before' });
  expect(await kit.request('Create', withPassword('first-password'))).toMatchObject({ Status: 'SUCCESS' });
  expect([await logsIn('first-password'), await logsIn('password-of-before')]).toEqual([true, false]);
  expect(emails()).toEqual([EMAIL]);
});

test('gets the password of another secret in an update, and stays the same resource', async () => {
  const { PhysicalResourceId } = await kit.request('Create', withPassword('first-password'));
  expect(await kit.request('Update', { ...withPassword('second-password'), PhysicalResourceId })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
  expect([await logsIn('second-password'), await logsIn('first-password')]).toEqual([true, false]);
});

test('fails if its user name belongs to another user, with this reason', async () => {
  await users().register({ ...OTHER_USER, username: 'librechat-canary' });
  const { Status, Reason } = await kit.request('Create', withPassword('first-password'));
  expect(Status).toBe('FAILED');
  expect(Reason).toMatch(/the user name librechat-canary belongs to another user than canary@librechat\.invalid\. Delete or rename that user, and deploy again/);
});

test('fails with a database that cannot be reached, without the password in the reason', async () => {
  await closeDatabase();
  const { Status, Reason } = await kit.request('Create', withPassword('first-password'));
  expect([Status, Reason]).toEqual(['FAILED', expect.stringMatching(/create-user ended with exit code 1/)]);
  expect(Reason).not.toContain('first-password');
});

describe('is deleted with the resource', () => {
  beforeEach(async () => {
    await users().register(OTHER_USER);
    await kit.request('Create', withPassword('first-password'));
  });

  test('and no other user', async () => {
    expect(await kit.request('Delete', withPassword('first-password'))).toMatchObject({ Status: 'SUCCESS' });
    expect(emails()).toEqual([OTHER_USER.email]);
  });

  // The policy of the function loses the secret before CloudFormation deletes the resource.
  test('although the secret cannot be read any more', async () => {
    expect(await kit.request('Delete', withAccount('arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-abcdef'))).toMatchObject({ Status: 'SUCCESS' });
    expect(emails()).toEqual([OTHER_USER.email]);
  });

  test('unless the database is unreachable, which does not block the deletion', async () => {
    await closeDatabase();
    expect(await kit.request('Delete', withPassword('first-password'))).toMatchObject({ Status: 'SUCCESS' });
    expect(kit.adapter().logged('user-not-deleted')).toHaveLength(1);
  });
});
