import { ArnFormat, CustomResource, Duration, FileSystem, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { Architecture, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { createRepository } from './build-repository';
import { buildSpec } from './build-spec';
import { Builder } from './builder';
import { ImageBuildProject } from './image-build-project';
import { IMAGE_FOLDER } from '../contract/image';
import { IMAGE_BUILD_ATTRIBUTES, IMAGE_BUILD_PROPERTIES, IMAGE_BUILD_RESOURCE_TYPE } from '../contract/image-build';
import { inPackage } from '../private/files';
import type { LogOptions } from '../private/log-group';
import type { Network } from '../private/network';

/** The maximum in CloudFormation. The function reports a failure before. */
const TIMEOUT = Duration.hours(1);

export interface ImageBuildProps {
  /** LibreChat's published image with its tag or digest. */
  readonly baseImage: string;
  readonly architecture: Architecture;
  /** The repository for the image; a new one by default. */
  readonly repository?: IRepository;
  readonly network?: Network;
  readonly removalPolicy?: RemovalPolicy;
  readonly logs: LogOptions;
}

/** Builds the image with CodeBuild during the deployment, unless the repository already contains it. */
export class ImageBuild extends Construct {
  public readonly repository: IRepository;
  public readonly digest: string;
  /** Hash of all inputs of the build. */
  public readonly revision: string;

  constructor(scope: Construct, id: string, props: ImageBuildProps) {
    super(scope, id);
    const { baseImage, architecture, network, logs } = props;

    this.repository = props.repository ?? createRepository(this, props.removalPolicy);
    const spec = buildSpec(architecture.dockerPlatform);
    const context = this.createContext([baseImage, spec]);
    this.revision = context.assetHash;
    const { project, logGroup } = new ImageBuildProject(this, 'Build', { context, buildSpec: spec, baseImage, repository: this.repository, network, logs });
    const { handler } = new Builder(this, 'Builder', { project, buildLogGroup: logGroup, repository: this.repository, architecture, logs });
    const resource = this.createResource(handler, project, context.assetHash);
    this.digest = `sha256:${resource.getAttString(IMAGE_BUILD_ATTRIBUTES.sha256)}`;
  }

  /** The build context. The hash of all inputs of the build is its asset hash and the tag of the image. */
  private createContext(otherInputs: unknown): Asset {
    const path = inPackage(IMAGE_FOLDER);
    return new Asset(this, 'Context', { path, assetHash: FileSystem.fingerprint(path, { extraHash: JSON.stringify(otherInputs) }) });
  }

  private createResource(handler: IFunction, project: IProject, tag: string): CustomResource {
    const { repositoryArn, repositoryName } = this.repository;
    const resource = new CustomResource(this, 'Resource', {
      resourceType: IMAGE_BUILD_RESOURCE_TYPE,
      serviceToken: handler.functionArn,
      serviceTimeout: TIMEOUT,
      properties: {
        [IMAGE_BUILD_PROPERTIES.project]: project.projectName,
        [IMAGE_BUILD_PROPERTIES.registry]: Stack.of(this).splitArn(repositoryArn, ArnFormat.SLASH_RESOURCE_NAME).account,
        [IMAGE_BUILD_PROPERTIES.repository]: repositoryName,
        [IMAGE_BUILD_PROPERTIES.tag]: tag,
      },
    });
    // Includes the policy to continue in another invocation, which no other resource refers to.
    resource.node.addDependency(handler);
    return resource;
  }
}
