import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ECRClient } from '@aws-sdk/client-ecr';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { PlayedAws } from './aws';
import type { Build } from '../../../emulator/aws/builds/build';
import type { BuildProjectProperties } from '../../../emulator/aws/builds/build-project';
import type { ImageRepository } from '../../../emulator/aws/builds/image-repositories';
import type { Statement } from '../../../emulator/aws/iam';
import type { Role } from '../../../emulator/cloud';
import type { LambdaFunction } from '../../../emulator/lambda/lambda-function';
import { ImageBuilder, type Clients, type LambdaContext } from '../../../runtime/image-builder/image-builder';
import { SETTINGS, type Settings } from '../../../runtime/image-builder/settings';
import { BUILD_LIMITS_MINUTES, BUILD_VARIABLES, IMAGE_BUILD_PROPERTIES } from '../../../src/contract/image-build';

export const PROJECT = 'images';
export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:builder';

const QUICK: Settings = { ...SETTINGS, firstPauseMs: 1, longestPauseMs: 5, answerRetryMs: 1 };

const ARNS = {
  project: `arn:aws:codebuild:us-east-1:123456789012:project/${PROJECT}`,
  repository: 'arn:aws:ecr:us-east-1:123456789012:repository/librechat',
  log: 'arn:aws:logs:us-east-1:123456789012:log-group:builds:*',
};

/** A context that no image can be made of. */
export const BROKEN: Readonly<Record<string, string>> = { Dockerfile: 'FROM node\nCOPY missing.js /\n' };

export const FILES: Readonly<Record<string, string>> = {
  'Dockerfile': 'ARG LIBRECHAT_IMAGE\nFROM ${LIBRECHAT_IMAGE}\nCOPY adapter.js /opt/\n',
  'adapter.js': 'adapter',
};

const COMMANDS = {
  pre_build: ['aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URI%%/*}"'],
  build: [
    'docker build --platform linux/arm64 --build-arg LIBRECHAT_IMAGE="$LIBRECHAT_IMAGE" --tag "$REPOSITORY_URI:$IMAGE_TAG" .',
    'docker push --quiet "$REPOSITORY_URI:$IMAGE_TAG"',
  ],
};

/** A buildspec with some phases exchanged. */
export function specOf(phases: Readonly<Record<string, string[]>> = {}): string {
  const all = Object.entries({ ...COMMANDS, ...phases }).map(([name, commands]) => [name, { commands }]);
  return JSON.stringify({ version: '0.2', phases: Object.fromEntries(all) as object });
}

export interface Answer {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
}

/** An account with a project that builds images, and the function that has it build them. */
export class BuildAccount {
  public static async start(timeScale = 1): Promise<BuildAccount> {
    const account = new BuildAccount(timeScale);
    await account.aws.start();
    account.fill();
    return account;
  }

  public readonly aws: PlayedAws;
  /** The function's role, with the rights that it has in the construct. */
  public readonly builderRole: Role;
  /** The role of the builds. */
  public readonly buildRole: Role;
  /** Events that the function left for itself. */
  public readonly handedOver: object[] = [];
  /** What the function has logged. */
  public readonly logged: string[] = [];
  private readonly output = jest.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(this.logged.push(String(line))));
  private requests = 0;

  private constructor(timeScale: number) {
    this.aws = new PlayedAws(timeScale);
    this.builderRole = roleOf('builder', {
      [ARNS.project]: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds', 'codebuild:StopBuild', 'codebuild:ListBuildsForProject'],
      [ARNS.repository]: ['ecr:DescribeImages'],
      [ARNS.log]: ['logs:GetLogEvents'],
      [FUNCTION_ARN]: ['lambda:InvokeFunction'],
    });
    this.buildRole = roleOf('build', {
      'arn:aws:s3:::assets/*': ['s3:GetObject'],
      '*': ['ecr:GetAuthorizationToken'],
      [ARNS.repository]: [
        'ecr:BatchCheckLayerAvailability', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage',
        'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer',
      ],
      [ARNS.log]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    });
  }

  public dispose(): Promise<void> {
    this.output.mockRestore();
    return this.aws.dispose();
  }

  public get repository(): ImageRepository {
    return this.aws.cloud.repositories.find('librechat')!;
  }

  /** In the order of their start. */
  public get builds(): readonly Build[] {
    return this.aws.cloud.buildProjects.builds;
  }

  public get runningBuilds(): readonly Build[] {
    return this.builds.filter(({ isRunning }) => isRunning);
  }

  /** How often the function called it. */
  public calls(action: string): number {
    return this.aws.calls.filter((call) => call.startsWith(`${action} `)).length;
  }

  /** Changes the stack: what the project builds from now on, and under which tag. */
  public offer(tag: string, files: Readonly<Record<string, string>> = FILES, spec = specOf(), repository = this.repository): void {
    const archive = zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])));
    this.aws.cloud.buckets.get('assets')!.put(`${tag}.zip`, Buffer.from(archive));
    this.aws.cloud.buildProjects.update(PROJECT, this.propertiesOf(tag, spec, repository));
  }

  /** Holds builds back before a phase, until the function that this returns is called. */
  public hold(phase: string): () => void {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    this.aws.cloud.buildProjects.pace = async (at) => (at === phase ? held : undefined);
    return release;
  }

  /** The digest under a tag, as the function gives it. */
  public digestOf(tag: string): string | undefined {
    return this.repository.find({ tag })?.digest.replace('sha256:', '');
  }

  /** Takes a right from a role. */
  public deny({ statements }: Role, action: string): void {
    statements.push({ Effect: 'Deny', Action: action, Resource: '*' });
  }

  public clients(): Clients {
    const configuration = { endpoint: this.aws.url, region: 'us-east-1', credentials: this.builderRole.credentials, maxAttempts: 1 };
    return {
      codeBuild: new CodeBuildClient(configuration),
      ecr: new ECRClient(configuration),
      lambda: new LambdaClient(configuration),
      logs: new CloudWatchLogsClient(configuration),
    };
  }

  /** What CloudFormation sends, with what it is told in the end. */
  public request(RequestType: string, tag = 'tag-1', more: object = {}): { readonly event: object; readonly answer: Promise<Answer> } {
    const { url, answer } = this.aws.expectAnswer();
    const RequestId = `request-${++this.requests}`;
    const event = {
      RequestType,
      ResponseURL: `${url}?X-Amz-Signature=secret`,
      StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/chat/1',
      RequestId,
      LogicalResourceId: 'Image',
      ...(RequestType === 'Create' ? {} : { PhysicalResourceId: PROJECT }),
      ResourceProperties: {
        ServiceToken: FUNCTION_ARN,
        [IMAGE_BUILD_PROPERTIES.project]: PROJECT,
        [IMAGE_BUILD_PROPERTIES.registry]: '123456789012',
        [IMAGE_BUILD_PROPERTIES.repository]: 'librechat',
        [IMAGE_BUILD_PROPERTIES.tag]: tag,
      },
      ...more,
    };
    return { event, answer: answer.then((body) => JSON.parse(body.toString()) as Answer) };
  }

  /** Invokes the function once, with 15 minutes unless it is told otherwise. */
  public invoke(event: object, settings: Partial<Settings> = {}, remainingMs = 900_000): Promise<void> {
    const context: LambdaContext = { invokedFunctionArn: FUNCTION_ARN, getRemainingTimeInMillis: () => remainingMs };
    return new ImageBuilder(this.clients(), { ...QUICK, ...settings }).handle(event, context);
  }

  /** Sends a request, and gives what CloudFormation is told. */
  public async ask(RequestType: string, tag?: string, more?: object, settings?: Partial<Settings>): Promise<Answer> {
    const { event, answer } = this.request(RequestType, tag, more);
    await this.invoke(event, settings);
    return answer;
  }

  /** What the construct makes. */
  private fill(): void {
    const { cloud } = this.aws;
    for (const role of [this.builderRole, this.buildRole]) cloud.roles.set(role.name, role);
    cloud.repositories.create('librechat', { immutableTags: true });
    cloud.logGroups.create('builds');
    this.aws.addBucket('assets');
    cloud.functions.set(FUNCTION_ARN, {
      logicalId: 'Builder',
      arn: FUNCTION_ARN,
      name: 'builder',
      permissions: [],
      lambda: { queue: { accept: (event: Buffer) => this.handedOver.push(JSON.parse(event.toString()) as object) } } as unknown as LambdaFunction,
    });
    cloud.buildProjects.create(PROJECT, this.propertiesOf('tag-1'));
    this.offer('tag-1');
  }

  private propertiesOf(tag: string, spec = specOf(), { uri } = this.repository): BuildProjectProperties {
    const { repository, tag: tagVariable, baseImage } = BUILD_VARIABLES;
    const variables = { [repository]: uri, [tagVariable]: tag, [baseImage]: 'librechat:v1' };
    return {
      ServiceRole: this.buildRole.arn,
      Source: { Type: 'S3', Location: `assets/${tag}.zip`, BuildSpec: spec },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      Environment: {
        Type: 'ARM_CONTAINER',
        Image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        PrivilegedMode: true,
        EnvironmentVariables: Object.entries(variables).map(([Name, Value]) => ({ Name, Value })),
      },
      TimeoutInMinutes: BUILD_LIMITS_MINUTES.running,
      QueuedTimeoutInMinutes: BUILD_LIMITS_MINUTES.queued,
      LogsConfig: { CloudWatchLogs: { Status: 'ENABLED', GroupName: 'builds' } },
    };
  }
}

function roleOf(name: string, rights: Readonly<Record<string, string[]>>): Role {
  return {
    name,
    arn: `arn:aws:iam::123456789012:role/${name}`,
    statements: Object.entries(rights).map(([Resource, Action]): Statement => ({ Effect: 'Allow', Action, Resource })),
    credentials: { accessKeyId: `ASIA${name.toUpperCase()}`, secretAccessKey: `${name}/secret/key`, sessionToken: `${name}-token` },
  };
}
