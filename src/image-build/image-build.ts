import { ArnFormat, CustomResource, Duration, FileSystem, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { Build } from './build';
import { createRepository } from './build-repository';
import { buildSpec } from './build-spec';
import { Builder } from './builder';
import { IMAGE_FOLDER } from '../contract/image';
import { IMAGE_BUILD_ATTRIBUTES, IMAGE_BUILD_PROPERTIES, IMAGE_BUILD_RESOURCE_TYPE } from '../contract/image-build';
import type { Network } from '../private/network';
import { inPackage } from '../private/package-root';

/** The longest that CloudFormation waits for a resource. The function gives up before, and says why. */
const TIMEOUT = Duration.hours(1);

export interface ImageBuildProps {
  /** LibreChat's own image, with its tag. */
  readonly baseImage: string;
  readonly architecture: Architecture;
  /** Where the image is pushed; one is made by default. */
  readonly repository?: IRepository;
  readonly network?: Network;
  readonly removalPolicy?: RemovalPolicy;
  readonly logRetention: RetentionDays;
}

/** The image, built in the account while it is deployed, unless the repository has it already. */
export class ImageBuild extends Construct {
  public readonly repository: IRepository;
  public readonly build: Build;
  public readonly builder: Builder;
  public readonly resource: CustomResource;
  /** `sha256:` and what is known of it when the image is there. */
  public readonly digest: string;

  constructor(scope: Construct, id: string, props: ImageBuildProps) {
    super(scope, id);
    const { baseImage, architecture, network, logRetention } = props;

    this.repository = props.repository ?? createRepository(this, props.removalPolicy);
    const spec = buildSpec(architecture.dockerPlatform);
    const context = this.createContext([baseImage, spec]);
    this.build = new Build(this, 'Build', { context, buildSpec: spec, baseImage, repository: this.repository, architecture, network, logRetention });
    this.builder = new Builder(this, 'Builder', {
      project: this.build.project,
      buildLogGroup: this.build.logGroup,
      repository: this.repository,
      architecture,
      logRetention,
    });
    this.resource = this.createResource(context.assetHash);
    this.digest = `sha256:${this.resource.getAttString(IMAGE_BUILD_ATTRIBUTES.sha256)}`;
  }

  /** The Docker context, under a hash of all that makes the image what it is: the image gets the same. */
  private createContext(besides: unknown): Asset {
    const path = inPackage(IMAGE_FOLDER);
    return new Asset(this, 'Context', { path, assetHash: FileSystem.fingerprint(path, { extraHash: JSON.stringify(besides) }) });
  }

  private createResource(tag: string): CustomResource {
    const { repositoryArn, repositoryName } = this.repository;
    const resource = new CustomResource(this, 'Resource', {
      resourceType: IMAGE_BUILD_RESOURCE_TYPE,
      serviceToken: this.builder.handler.functionArn,
      serviceTimeout: TIMEOUT,
      properties: {
        [IMAGE_BUILD_PROPERTIES.project]: this.build.project.projectName,
        [IMAGE_BUILD_PROPERTIES.registry]: Stack.of(this).splitArn(repositoryArn, ArnFormat.SLASH_RESOURCE_NAME).account,
        [IMAGE_BUILD_PROPERTIES.repository]: repositoryName,
        [IMAGE_BUILD_PROPERTIES.tag]: tag,
      },
    });
    // With the policy that lets it go on, which nothing refers to.
    resource.node.addDependency(this.builder.handler);
    return resource;
  }
}
