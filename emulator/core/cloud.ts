import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStream } from './events';
import type { HttpHandler } from './http';
import type { RestApi } from '../services/api-gateway/rest-api';
import type { Distribution } from '../services/cloudfront/distribution';
import { EdgeRegistry } from '../services/cloudfront/edge-registry';
import { BuildProjects } from '../services/codebuild/build-projects';
import { ImageRepositories } from '../services/ecr/image-repositories';
import { allows, type Question, type Statement } from '../services/iam/policy';
import type { LambdaFunction } from '../services/lambda/lambda-function';
import type { Credentials } from '../services/lambda/platform-variables';
import { LogGroups } from '../services/logs/log-groups';
import type { Bucket } from '../services/s3/s3-store';
import { SecretStore } from '../services/secrets-manager/secret-store';

/** A role and what its policies say. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: Statement[];
  /** Those of the sessions that assumed it. */
  readonly credentials: Credentials;
}

/** Who may invoke a function, from `AWS::Lambda::Permission`. */
export interface InvokePermission {
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
}

/** A function that the stack has made. */
export interface DeployedFunction {
  /** By which the emulator's events speak of it. */
  readonly logicalId: string;
  readonly arn: string;
  readonly name: string;
  readonly permissions: InvokePermission[];
  /** Missing where the function is one that the emulator cannot run. */
  readonly lambda?: LambdaFunction;
  /** Why the emulator does not run it. */
  readonly unplayed?: string;
}

/** The played account in one region: what the stack has made so far, by the names under which it is asked for. */
export class Cloud {
  public readonly partition = 'aws';
  public readonly account = '123456789012';
  public readonly region = 'us-east-1';
  public readonly urlSuffix = 'amazonaws.com';

  public readonly buckets = new Map<string, Bucket>();
  public readonly parameters = new Map<string, string>();
  public readonly secrets = new SecretStore(this.region, this.account);
  public readonly roles = new Map<string, Role>();
  /** ECR's repositories and the images in them. */
  public readonly repositories = new ImageRepositories(this);
  public readonly buildProjects = new BuildProjects(this);
  public readonly logGroups = new LogGroups();
  /** Database clusters by id: where clients would find them. */
  public readonly databases = new Map<string, { readonly host: string; readonly port: number }>();
  public readonly apis = new Map<string, RestApi>();
  public readonly apiKeys = new Map<string, { readonly value: string; readonly enabled: boolean }>();
  public readonly usagePlans = new Map<string, readonly { readonly ApiId: string; readonly Stage: string }[]>();
  public readonly distributions: Distribution[] = [];
  public readonly edge = new EdgeRegistry();
  public readonly functions = new Map<string, DeployedFunction>();
  /** Who answers under which host name: the played DNS. */
  public readonly hosts = new Map<string, HttpHandler>();
  /** Host names that lead to the distribution. */
  public readonly publicHosts = new Set<string>();

  /** Where all files of this emulation are: gone when it ends. */
  public readonly folder = mkdtempSync(join(tmpdir(), 'emulator-'));

  private readonly cleanUps: (() => Promise<unknown> | unknown)[] = [];

  public constructor(public readonly events: EventStream, public readonly timeScale = 1) {}

  public arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** A time limit of the platform, in milliseconds of this emulation. */
  public limit(milliseconds: number): number {
    return milliseconds / this.timeScale;
  }

  /** Whether the policies of a role allow it. */
  public roleMay(role: Role, question: Question): boolean {
    return allows(role.statements, question);
  }

  /** Remembers what must be undone when the emulator ends. */
  public onDispose(cleanUp: () => Promise<unknown> | unknown): void {
    this.cleanUps.push(cleanUp);
  }

  public async dispose(): Promise<void> {
    await Promise.all(this.cleanUps.splice(0).map((cleanUp) => cleanUp()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
