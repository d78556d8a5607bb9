import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { sign } from 'aws4';
import { Cloud } from '../../../emulator/core/cloud';
import { EventStream, type TimedEvent } from '../../../emulator/core/events';
import { AwsServer } from '../../../emulator/services/aws-server';
import type { Role } from '../../../emulator/services/iam/iam-service';
import type { Statement } from '../../../emulator/services/iam/policy';
import { Services } from '../../../emulator/services/services';

const EVERYTHING: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/key+with=signs', sessionToken: 'token//with+signs==' };

let services: Services;
let cloud: Cloud;
let server: AwsServer;
let role: Role;
let log: TimedEvent[];

beforeEach(async () => {
  log = [];
  const events = new EventStream();
  events.subscribe((event) => log.push(event));
  cloud = new Cloud(events);
  services = new Services(cloud);
  role = { name: 'role', arn: 'arn:aws:iam::123456789012:role/role', statements: [EVERYTHING], credentials: CREDENTIALS };
  services.iam.roles.set('role', role);
  services.s3.bucket('bucket');
  server = new AwsServer(services);
  await server.start();
});

afterEach(() => cloud.dispose());

const configuration = (credentials: object = CREDENTIALS) => ({
  endpoint: server.url, region: 'us-east-1', credentials: credentials as typeof CREDENTIALS, maxAttempts: 1,
});
const s3 = (credentials?: object) => new S3Client(configuration(credentials));

describe('S3', () => {
  test.each([
    ['a buffer', () => Buffer.from('content')],
    ['a stream, which the SDK sends in aws-chunked', () => Readable.from([Buffer.from('con'), Buffer.from('tent')])],
  ])('stores the SDK\'s objects from %s', async (_, body) => {
    await s3().send(new PutObjectCommand({
      Bucket: 'bucket', Key: 'folder/ä b+c.txt', Body: body(), ContentLength: 7, ContentType: 'text/plain', CacheControl: 'no-cache', Metadata: { by: 'me' },
    }));
    const object = await s3().send(new GetObjectCommand({ Bucket: 'bucket', Key: 'folder/ä b+c.txt' }));
    expect(await object.Body?.transformToString()).toBe('content');
    expect(object).toMatchObject({ ContentType: 'text/plain', CacheControl: 'no-cache', Metadata: { by: 'me' }, ContentLength: 7 });
    expect(object.ContentEncoding).toBeUndefined();
  });

  test('lists, heads and deletes', async () => {
    for (const Key of ['a/1', 'a/2', 'b']) await s3().send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: 'x' }));
    const { Contents } = await s3().send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix: 'a/' }));
    expect(Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([['a/1', 1], ['a/2', 1]]);
    expect((await s3().send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'b' }))).ContentLength).toBe(1);
    await s3().send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'b' }));
    await expect(s3().send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'b' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('reports missing resources', async () => {
    await expect(s3().send(new GetObjectCommand({ Bucket: 'bucket', Key: 'none' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3().send(new GetObjectCommand({ Bucket: 'none', Key: 'none' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  // "If you don't have the s3:ListBucket permission, Amazon S3 returns 403": https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  test('reports no missing objects without the permission to list', async () => {
    role.statements.splice(0, 1, { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' });
    await expect(s3().send(new GetObjectCommand({ Bucket: 'bucket', Key: 'none' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('enforces the role\'s policies, and names the missing permission', async () => {
    role.statements.splice(0, 1, { Effect: 'Allow', Action: ['s3:Put*'], Resource: 'arn:aws:s3:::bucket/own/*' });
    await s3().send(new PutObjectCommand({ Bucket: 'bucket', Key: 'own/x', Body: 'x' }));
    await expect(s3().send(new PutObjectCommand({ Bucket: 'bucket', Key: 'x', Body: 'x' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3().send(new GetObjectCommand({ Bucket: 'bucket', Key: 'own/x' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(log).toContainEqual(expect.objectContaining({ type: 'aws', status: 403, detail: expect.stringContaining('s3:GetObject on arn:aws:s3:::bucket/own/x') }));
  });
});

// Temporary credentials are not valid without their token: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html
describe('credentials', () => {
  const put = (credentials: object) => s3(credentials).send(new PutObjectCommand({ Bucket: 'bucket', Key: 'x', Body: 'x' }));

  test.each([
    ['no session token', { ...CREDENTIALS, sessionToken: undefined }, 'InvalidAccessKeyId'],
    ['another session token', { ...CREDENTIALS, sessionToken: 'other' }, 'InvalidToken'],
    ['an unknown key', { ...CREDENTIALS, accessKeyId: 'ASIAOTHER' }, 'InvalidAccessKeyId'],
    ['a wrong secret', { ...CREDENTIALS, secretAccessKey: 'other' }, 'SignatureDoesNotMatch'],
  ])('%s', async (_, credentials, name) => {
    await expect(put(credentials)).rejects.toMatchObject({ name });
    expect(services.s3.buckets.get('bucket')?.objects.size).toBe(0);
  });

  test('none at all', async () => {
    expect((await fetch(`${server.url}/bucket/x`)).status).toBe(403);
  });

  test('a body that differs from the signed one', async () => {
    const send = async (service: string, headers: object) => {
      const { host } = new URL(server.url);
      const signed = sign({
        host, method: service === 's3' ? 'PUT' : 'POST', path: '/bucket/x', body: '{"Name":"a"}', service, region: 'us-east-1', headers: { ...headers },
      }, CREDENTIALS);
      return (await fetch(`${server.url}${signed.path}`, { method: signed.method, headers: signed.headers as Record<string, string>, body: '{"Name":"b"}' })).text();
    };
    expect(await send('ssm', { 'x-amz-target': 'AmazonSSM.GetParameter' })).toContain('InvalidSignatureException');
    expect(await send('s3', {})).toContain('XAmzContentSHA256Mismatch');
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html#signature-v4-troubleshooting-credential-scope
  test('one that is scoped to another region', async () => {
    const other = { ...configuration(), region: 'eu-west-1' };
    await expect(new S3Client(other).send(new PutObjectCommand({ Bucket: 'bucket', Key: 'x', Body: 'x' }))).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
    await expect(new SSMClient(other).send(new GetParameterCommand({ Name: 'x' }))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });

  test('a secret in another region is read in that region', async () => {
    const SecretId = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:elsewhere-AbCdEf';
    services.secretsManager.import(SecretId, 'value');
    const read = (region: string) => new SecretsManagerClient({ ...configuration(), region }).send(new GetSecretValueCommand({ SecretId }));
    await expect(read('eu-west-1')).resolves.toMatchObject({ SecretString: 'value' });
    await expect(read('ap-southeast-2')).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
describe('a presigned URL', () => {
  const presign = (datetime?: string) => {
    services.s3.buckets.get('bucket')!.put('image.png', Buffer.from('image'));
    const path = `/bucket/image.png?X-Amz-Expires=60&response-content-type=image%2Fpng${datetime ? `&X-Amz-Date=${datetime}` : ''}`;
    return server.url + sign({ host: new URL(server.url).host, path, service: 's3', region: 'us-east-1', signQuery: true }, CREDENTIALS).path;
  };

  test('returns its object, with the requested headers', async () => {
    const response = await fetch(presign());
    expect(await response.text()).toBe('image');
    expect(response.headers.get('content-type')).toBe('image/png');
  });

  test('returns no other object, and expires', async () => {
    expect((await fetch(presign().replace('image.png', 'other.png'))).status).toBe(403);
    const late = await fetch(presign('20200101T000000Z'));
    expect(late.status).toBe(403);
    expect(await late.text()).toContain('Request has expired');
  });
});

describe('Systems Manager', () => {
  const ssm = () => new SSMClient(configuration());

  test.each(['/app/url', 'arn:aws:ssm:us-east-1:123456789012:parameter/app/url'])('finds a parameter by %s', async (Name) => {
    services.ssm.parameters.set('/app/url', 'https://example.com');
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name, WithDecryption: true }));
    expect(Parameter).toMatchObject({ Name: '/app/url', Value: 'https://example.com' });
  });

  test('finds a parameter without a slash by its ARN', async () => {
    services.ssm.parameters.set('plain', 'x');
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name: 'arn:aws:ssm:us-east-1:123456789012:parameter/plain' }));
    expect(Parameter?.Value).toBe('x');
  });

  test('fails when there is none', async () => {
    await expect(ssm().send(new GetParameterCommand({ Name: 'none' }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
    expect(log).toContainEqual(expect.objectContaining({ detail: expect.stringContaining('give its value in option `secrets`') }));
  });

  test('lists unknown ones', async () => {
    services.ssm.parameters.set('a', '1');
    const { Parameters, InvalidParameters } = await ssm().send(new GetParametersCommand({ Names: ['a', 'b'] }));
    expect(Parameters?.map(({ Value }) => Value)).toEqual(['1']);
    expect(InvalidParameters).toEqual(['b']);
  });

  test('checks the grant first', async () => {
    role.statements.splice(0, 1, { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: 'arn:aws:ssm:us-east-1:123456789012:parameter/app/*' });
    await expect(ssm().send(new GetParameterCommand({ Name: '/other' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(ssm().send(new GetParameterCommand({ Name: '/app/x' }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });
});

describe('Secrets Manager', () => {
  const client = () => new SecretsManagerClient(configuration());
  const get = (SecretId: string, more: object = {}) => client().send(new GetSecretValueCommand({ SecretId, ...more }));

  test('finds a secret by name, by ARN, and by ARN without its six characters', async () => {
    const { arn } = services.secretsManager.create('app', 'value');
    for (const id of ['app', arn, arn.slice(0, -7)]) expect((await get(id)).SecretString).toBe('value');
  });

  test('has the current version only', async () => {
    const { arn, versionId } = services.secretsManager.create('app', 'value');
    expect((await get(arn, { VersionStage: 'AWSCURRENT', VersionId: versionId })).SecretString).toBe('value');
    await expect(get(arn, { VersionStage: 'AWSPENDING' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('enforces the role\'s policies', async () => {
    const { arn } = services.secretsManager.create('app', 'value');
    role.statements.splice(0, 1, { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: services.secretsManager.create('other', '').arn });
    await expect(get(arn)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('fails when there is none', async () => {
    const arn = cloud.arn('secretsmanager', 'secret:none');
    role.statements.splice(0, 1, { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: `${arn}-??????` });
    for (const id of ['none', arn]) await expect(get(id)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(log).toContainEqual(expect.objectContaining({ detail: expect.stringContaining('give its value in option `secrets`') }));
  });
});

test('disposing closes the port', async () => {
  const { port } = new URL(server.url);
  await cloud.dispose();
  const again = createServer().listen(Number(port), '127.0.0.1');
  await new Promise((resolve, reject) => again.once('listening', resolve).once('error', reject));
  again.close();
});
