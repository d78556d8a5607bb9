import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';

/** The properties of `AWS::CodeBuild::Project` that the emulator reads. */
export interface BuildProjectProperties {
  /** Name or ARN of the service role. */
  readonly ServiceRole: string;
  readonly Source: { readonly Type: string; readonly Location?: string; readonly BuildSpec?: string };
  readonly Artifacts: { readonly Type: string };
  readonly Environment: {
    readonly Type: string;
    readonly Image: string;
    readonly ComputeType: string;
    readonly PrivilegedMode?: boolean;
    readonly EnvironmentVariables?: readonly { readonly Name: string; readonly Value: string; readonly Type?: string }[];
  };
  readonly TimeoutInMinutes?: number;
  readonly QueuedTimeoutInMinutes?: number;
  readonly LogsConfig?: { readonly CloudWatchLogs?: { readonly Status: string; readonly GroupName?: string } };
}

/** A CodeBuild project that builds an image from an archive in S3. */
export class BuildProject {
  public readonly arn: string;
  public readonly logGroup: string;
  public readonly runningMinutes: number;
  public readonly queuedMinutes: number;

  /** @throws AwsError if CodeBuild would reject the properties, or the emulator does not support them */
  public constructor(cloud: Pick<Cloud, 'arn'>, public readonly name: string, public readonly properties: BuildProjectProperties) {
    const { Source, Artifacts, TimeoutInMinutes = 60, QueuedTimeoutInMinutes = 480, LogsConfig } = properties;
    requireValid(/^[A-Za-z0-9][\w-]{1,254}$/.test(name), `Invalid project name: ${name}`);
    requireValid(Source?.Type === 'S3', `the emulator supports projects with a source of type S3, got: ${Source?.Type}`);
    requireValid(/^[^/]+\/.+/.test(Source.Location ?? ''), `Invalid project source: location must be a valid S3 source, got: ${Source.Location}`);
    requireValid(Artifacts?.Type === 'NO_ARTIFACTS', `the emulator supports projects without artifacts, got: ${Artifacts?.Type}`);
    requireValid(isWithin(TimeoutInMinutes, 5, 2160), 'Invalid timeoutInMinutes: must be between 5 and 2160');
    requireValid(isWithin(QueuedTimeoutInMinutes, 5, 480), 'Invalid queuedTimeoutInMinutes: must be between 5 and 480');
    this.arn = cloud.arn('codebuild', `project/${name}`);
    this.logGroup = LogsConfig?.CloudWatchLogs?.GroupName ?? `/aws/codebuild/${name}`;
    this.runningMinutes = Number(TimeoutInMinutes);
    this.queuedMinutes = Number(QueuedTimeoutInMinutes);
  }

  /** Bucket and key of the archive to build. */
  public get source(): { readonly bucket: string; readonly key: string } {
    const [bucket, ...key] = this.properties.Source.Location!.split('/');
    return { bucket, key: key.join('/') };
  }

  public get variables(): Record<string, string> {
    return Object.fromEntries((this.properties.Environment.EnvironmentVariables ?? []).map(({ Name, Value }) => [Name, Value]));
  }
}

function requireValid(holds: boolean, refusal: string): void {
  if (!holds) throw new AwsError('InvalidInputException', 400, refusal);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number(value) >= least && Number(value) <= most;
}
