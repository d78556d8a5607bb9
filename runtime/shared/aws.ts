import { setTimeout as sleep } from 'node:timers/promises';
import { sign } from 'aws4';
import { call, Connections, succeeded } from './call';
import { messageOf } from './log';
import { ADAPTER } from '../../src/contract/variables';

export interface RetryOptions {
  readonly awsAttempts: number;
  readonly awsTimeoutMs: number;
  readonly awsRetryMs: number;
  /** Time for which denied calls are repeated, because a permission that was just granted may not be in force yet. By default, they are not. */
  readonly awsDeniedMs?: number;
}

export interface Snapshot {
  /** Such as `creating`. */
  readonly status: string;
  /** Time since the epoch in milliseconds, once it is available. */
  readonly createdAt?: number;
}

interface AwsRequest {
  readonly service: 'ssm' | 'secretsmanager' | 's3' | 'cloudformation' | 'rds';
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

/** Throttling errors, which are retried although their status is 400. */
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;

const DENIED = /AccessDenied/;

/** Time between repetitions of a denied call, as a multiple of `awsRetryMs`. */
const DENIED_PAUSES = 10;

/** DocumentDB has the API of RDS. */
const RDS_VERSION = '2014-10-31';

/** Number of characters of an error response that are reported. */
const REASON_LENGTH = 300;

/** The few AWS calls that the adapter makes, signed and retried. No SDK: loading one takes longer than all of them. */
export class Aws {
  private readonly region: string;
  private readonly connections = new Connections();

  public constructor(private readonly environment: NodeJS.ProcessEnv, private readonly retry: RetryOptions) {
    this.region = environment.AWS_REGION ?? '';
  }

  /** The value of an SSM parameter, by name or ARN. */
  public async parameter(name: string): Promise<string> {
    const response = await this.json('ssm', regionOf(name) ?? this.region, 'AmazonSSM.GetParameter', { Name: name, WithDecryption: true });
    return (response as { Parameter: { Value: string } }).Parameter.Value;
  }

  /** The values that an SSM parameter has had, the oldest first. AWS keeps a hundred. */
  public async parameterHistory(name: string): Promise<string[]> {
    const versions: { Version: number; Value: string }[] = [];
    let NextToken: string | undefined;
    do {
      const response = await this.json('ssm', this.region, 'AmazonSSM.GetParameterHistory', { Name: name, ...(NextToken ? { NextToken } : {}) });
      const page = response as { Parameters: typeof versions; NextToken?: string };
      versions.push(...page.Parameters);
      ({ NextToken } = page);
    } while (NextToken);
    return versions.sort((a, b) => a.Version - b.Version).map(({ Value }) => Value);
  }

  public async putParameter(name: string, value: string): Promise<void> {
    await this.json('ssm', this.region, 'AmazonSSM.PutParameter', { Name: name, Value: value, Type: 'String', Overwrite: true });
  }

  /** The value of a secret, by its ARN. */
  public async secret(arn: string, stage?: string, version?: string): Promise<string> {
    const response = await this.json('secretsmanager', regionOf(arn) ?? this.region, 'secretsmanager.GetSecretValue', {
      SecretId: arn,
      ...(stage ? { VersionStage: stage } : {}),
      ...(version ? { VersionId: version } : {}),
    });
    const { SecretString, SecretBinary } = response as { SecretString?: string; SecretBinary?: string };
    return SecretString ?? Buffer.from(SecretBinary ?? '', 'base64').toString();
  }

  public getObject(bucket: string, key: string): Promise<Buffer> {
    return this.send({ service: 's3', region: this.region, method: 'GET', path: objectPath(bucket, key) });
  }

  public async putObject(bucket: string, key: string, body: Buffer, headers: Record<string, string>): Promise<void> {
    await this.send({ service: 's3', region: this.region, method: 'PUT', path: objectPath(bucket, key), body, headers });
  }

  /** The status of a stack, such as `UPDATE_ROLLBACK_IN_PROGRESS`. */
  public async stackStatus(stackId: string): Promise<string> {
    const response = await this.query('cloudformation', { Action: 'DescribeStacks', Version: '2010-05-15', StackName: stackId });
    return valueIn(response, 'StackStatus');
  }

  /** A snapshot of a DocumentDB cluster; undefined if there is none. */
  public async snapshot(name: string): Promise<Snapshot | undefined> {
    try {
      const response = await this.query('rds', { Action: 'DescribeDBClusterSnapshots', Version: RDS_VERSION, DBClusterSnapshotIdentifier: name });
      const status = valueIn(response, 'Status');
      return { status, createdAt: status === 'available' ? Date.parse(valueIn(response, 'SnapshotCreateTime')) : undefined };
    } catch (error) {
      if (messageOf(error).includes('DBClusterSnapshotNotFoundFault')) return undefined;
      throw error;
    }
  }

  public async createSnapshot(cluster: string, snapshot: string): Promise<void> {
    const parameters = { Action: 'CreateDBClusterSnapshot', Version: RDS_VERSION, DBClusterIdentifier: cluster, DBClusterSnapshotIdentifier: snapshot };
    await this.query('rds', parameters).catch((error: unknown) => {
      // An attempt whose response was lost has created it.
      if (!messageOf(error).includes('DBClusterSnapshotAlreadyExistsFault')) throw error;
    });
  }

  /** Closes the connections, which would not survive a freeze. */
  public close(): void {
    this.connections.close();
  }

  private async json(service: 'ssm' | 'secretsmanager', region: string, target: string, body: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const response = await this.send({ service, region, method: 'POST', path: '/', headers, body: JSON.stringify(body) });
    return JSON.parse(response.toString());
  }

  /** A call of a service with AWS's query protocol, whose responses are XML. */
  private async query(service: 'cloudformation' | 'rds', parameters: Record<string, string>): Promise<string> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const body = new URLSearchParams(parameters).toString();
    return (await this.send({ service, region: this.region, method: 'POST', path: '/', headers, body })).toString();
  }

  private async send(request: AwsRequest): Promise<Buffer> {
    const { awsAttempts, awsRetryMs, awsDeniedMs = 0 } = this.retry;
    const deniedUntil = performance.now() + awsDeniedMs;
    for (let attempt = 1; ;) {
      const outcome = await this.attempt(request);
      if (Buffer.isBuffer(outcome)) return outcome;
      if (DENIED.test(outcome.message) && performance.now() < deniedUntil) {
        await sleep(awsRetryMs * DENIED_PAUSES);
      } else {
        if (!outcome.again || attempt === awsAttempts) throw new Error(outcome.message);
        await sleep(awsRetryMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
        attempt++;
      }
    }
  }

  /** The response, or the error message. The message never contains a successful response, which may be a secret. */
  private async attempt(request: AwsRequest): Promise<Buffer | { message: string; again: boolean }> {
    const { service, region, method, path, headers = {}, body = '' } = request;
    const endpoint = this.endpoint(service, region);
    const { host } = new URL(endpoint);
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const signed = sign({ service, region, method, path, headers: { ...headers, ...length, host }, body }, this.credentials());
    try {
      const response = await call(`${endpoint}${signed.path}`, {
        method, headers: signed.headers, body, timeoutMs: this.retry.awsTimeoutMs, connections: this.connections,
      });
      if (succeeded(response)) return response.body;
      const message = `${host} responded with ${response.statusCode}: ${response.body.toString().slice(0, REASON_LENGTH)}`;
      return { message, again: response.statusCode >= 500 || response.statusCode === 429 || THROTTLED.test(message) };
    } catch (error) {
      return { message: `${host} could not be reached: ${messageOf(error)}`, again: true };
    }
  }

  private credentials() {
    return {
      accessKeyId: this.environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: this.environment.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: this.environment.AWS_SESSION_TOKEN,
    };
  }

  /** Not `AWS_ENDPOINT_URL`, which users set for LibreChat's files on S3-compatible storage. */
  private endpoint(service: AwsRequest['service'], region: string): string {
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    return this.environment[ADAPTER.awsEndpointUrl]?.replace(/\/$/, '') ?? `https://${service}.${region}.${suffix}`;
  }
}

/** Path-style, which also works for bucket names with dots and for other endpoints. */
function objectPath(bucket: string, key: string): string {
  return `/${bucket}/${key.split('/').map(encoded).join('/')}`;
}

/** Encoded as in the canonical request of the signature. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function regionOf(arn: string): string | undefined {
  return arn.startsWith('arn:') ? arn.split(':')[3] : undefined;
}

function valueIn(xml: string, element: string): string {
  const value = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  if (value === undefined) throw new Error(`the response has no ${element}`);
  return value;
}
