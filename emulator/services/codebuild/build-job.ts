import { join } from 'node:path';
import { PhaseFailure } from './build-phase';
import type { BuildProject } from './build-project';
import { readBuildSpec, type BuildSpec } from './build-spec';
import { Docker } from './docker';
import { expand, partsOf } from './shell';
import type { Cloud } from '../../core/cloud';
import { unzipInto } from '../../core/zip';
import type { LogsService } from '../cloudwatch-logs/logs-service';
import type { EcrService } from '../ecr/ecr-service';
import type { IamService, Role } from '../iam/iam-service';
import type { S3Service } from '../s3/s3-service';

/** The services that a build uses. */
export interface BuildEnvironment {
  readonly iam: IamService;
  readonly logs: LogsService;
  readonly s3: S3Service;
  readonly ecr: EcrService;
}

/** The build of a job. */
interface RunningBuild {
  readonly uuid: string;
  readonly arn: string;
  readonly project: BuildProject;
  logStream?: string;
}

/** The role of the build lacks a permission. */
export class Denied extends Error {}

/** Runs the phases of a build with the permissions of the project's role. Only commands for images are emulated; others fail. */
export class BuildJob {
  private readonly role: Role | undefined;
  private readonly folder: string;
  private readonly docker: Docker;
  private spec: BuildSpec = {};

  public constructor(private readonly cloud: Cloud, private readonly services: BuildEnvironment, private readonly build: RunningBuild) {
    const { ServiceRole } = build.project.properties;
    this.role = services.iam.find(ServiceRole);
    this.folder = join(cloud.folder, 'builds', build.uuid);
    this.docker = new Docker(services.ecr, cloud.account, this.folder, { authorize: this.authorize.bind(this), write: this.write.bind(this) });
  }

  /** @throws PhaseFailure */
  public run(phase: string): void {
    switch (phase) {
      case 'PROVISIONING': return this.provision();
      case 'DOWNLOAD_SOURCE': return this.download();
      case 'INSTALL':
      case 'PRE_BUILD':
      case 'BUILD':
      case 'POST_BUILD': return this.runCommands(phase);
    }
  }

  private provision(): void {
    const { cloud, services, build } = this;
    const { logGroup, properties } = build.project;
    try {
      if (!services.logs.streams(logGroup)) {
        this.authorize('logs:CreateLogGroup', cloud.arn('logs', `log-group:${logGroup}`));
        services.logs.create(logGroup);
      }
      this.authorize('logs:CreateLogStream', cloud.arn('logs', `log-group:${logGroup}:log-stream:${build.uuid}`));
    } catch (error) {
      throw new PhaseFailure('ACCESS_DENIED', `Service role ${properties.ServiceRole} does not allow AWS CodeBuild to create Amazon CloudWatch Logs `
        + `log streams for build ${build.arn}. Error message: ${(error as Error).message}`);
    }
    build.logStream = build.uuid;
    services.logs.streams(logGroup)!.set(build.uuid, []);
  }

  private download(): void {
    this.log('Waiting for agent ping');
    const { bucket, key } = this.build.project.source;
    const arn = `arn:${this.cloud.partition}:s3:::${bucket}/${key}`;
    try {
      this.authorize('s3:GetObject', arn);
      const archive = this.services.s3.buckets.get(bucket)?.objects.get(key);
      if (!archive) throw new Error('NoSuchKey: The specified key does not exist. status code: 404');
      unzipInto(this.folder, archive.body);
    } catch (error) {
      const reason = error instanceof Denied ? 'AccessDenied: Access Denied status code: 403' : (error as Error).message;
      this.fail('CLIENT_ERROR', `error while downloading key ${key}, error: ${reason} for primary source and source version ${arn}`);
    }
    try {
      this.spec = readBuildSpec(this.build.project.properties.Source.BuildSpec, this.folder);
    } catch (error) {
      this.fail('YAML_FILE_ERROR', (error as Error).message);
    }
    this.log('Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED');
  }

  private runCommands(phase: string): void {
    this.log(`Entering phase ${phase}`);
    for (const command of this.spec[phase] ?? []) {
      this.log(`Running command ${command}`);
      const status = this.statusOf(command);
      if (status === 0) continue;
      this.log(`Command did not exit successfully ${command} exit status ${status}`);
      this.log(`Phase complete: ${phase} State: FAILED`);
      this.fail('COMMAND_EXECUTION_ERROR', `Error while executing command: ${command}. Reason: exit status ${status}`);
    }
    this.log(`Phase complete: ${phase} State: SUCCEEDED`);
  }

  /** The exit status of the last alternative that ran. */
  private statusOf(command: string): number {
    const variables = { ...this.build.project.variables, AWS_DEFAULT_REGION: this.cloud.region, AWS_REGION: this.cloud.region };
    let status = 0;
    for (const alternative of partsOf(expand(command, variables))) {
      status = 0;
      for (const words of alternative) status ||= this.docker.run(words);
      if (status === 0) break;
    }
    return status;
  }

  private authorize(action: string, resource: string): void {
    if (this.role && this.services.iam.allows(this.role, { action, resource })) return;
    const session = `arn:${this.cloud.partition}:sts::${this.cloud.account}:assumed-role/${this.role?.name ?? 'missing'}/AWSCodeBuild-${this.build.uuid}`;
    throw new Denied(`User: ${session} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`);
  }

  private fail(statusCode: string, message: string): never {
    this.log(`Phase context status code: ${statusCode} Message: ${message}`);
    throw new PhaseFailure(statusCode, message);
  }

  private log(text: string): void {
    this.write(`[Container] ${new Date().toISOString().replaceAll('-', '/').replace('T', ' ').replace('Z', '')} ${text}`);
  }

  private write(line: string): void {
    const { logGroup } = this.build.project;
    try {
      this.authorize('logs:PutLogEvents', this.cloud.arn('logs', `log-group:${logGroup}:log-stream:${this.build.uuid}`));
    } catch (error) {
      throw new PhaseFailure('ACCESS_DENIED', (error as Error).message);
    }
    this.services.logs.streams(logGroup)?.get(this.build.uuid)?.push({ timestamp: Date.now(), message: `${line}\n` });
  }
}
