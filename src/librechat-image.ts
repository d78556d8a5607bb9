import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BASE_IMAGE_ARGUMENT, IMAGE_FOLDER } from './contract/image';
import { ImageBuild } from './image-build/image-build';
import type { BindContext } from './private/binding';
import { inPackage, inTemporaryFolder } from './private/files';
import { addAdapter, imageInRepository, type LambdaImage, publishedImage } from './private/image';
import type { Network } from './private/network';
import { warn } from './private/validation/errors';
import { validateDigest, validateDockerfile, validateImageName, validateKnown, validateRepository, validateTagOrDigest, validateVersion } from './private/validation/image';
import { validateBuildNetwork } from './private/validation/network';
import { like, MAP, type PropTypes, STRING, validateProps, validateType } from './private/validation/props';
import { warnOfCodeBuildRegion } from './private/validation/region';

const DEFAULT_VERSION = 'v0.8.8';

/** Options of `LibreChatImage.fromDockerBuild()`. */
export interface LibreChatDockerBuildOptions {
  /**
   * Release of LibreChat, v0.8.7 or newer. Both the API and the client are of this release. `latest` is not allowed, because deployments
   * would not be reproducible.
   *
   * @see https://github.com/LibreChat-AI/LibreChat/releases
   * @default 'v0.8.8'
   */
  readonly version?: string;

  /**
   * Digest of LibreChat's image (`sha256:…`). It takes precedence over the tag, which can be moved.
   *
   * @default - the tag of `version`
   */
  readonly digest?: string;

  /**
   * Name of LibreChat's image without a tag, for example in a mirror.
   *
   * @default - `ghcr.io/librechat-ai/librechat-api`; before v0.8.8, `ghcr.io/danny-avila/librechat-api`
   */
  readonly imageName?: string;
}

/** Options of `LibreChatImage.fromCodeBuild()`. */
export interface LibreChatCodeBuildOptions extends LibreChatDockerBuildOptions {
  /**
   * Repository for the image, in the region of the stack. An existing repository is not modified, and must allow Lambda to pull from it.
   *
   * @default - a new repository with image scanning and immutable tags, deleted with the stack unless `removalPolicy` is RETAIN
   */
  readonly repository?: ecr.IRepository;

  /**
   * VPC of the CodeBuild project. It needs a route to ghcr.io and to ECR.
   *
   * @see https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
   * @default - no VPC: the build uses the network of CodeBuild
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of `vpc` for the CodeBuild project.
   *
   * @default - private subnets with egress
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/** Options of `LibreChatImage.fromEcrRepository()`. Specify exactly one of them. */
export interface LibreChatEcrRepositoryOptions {
  /**
   * Tag of the image. Use a tag that is never moved: a deployment does not detect a new image with the same tag.
   *
   * @default - `digest` is used
   */
  readonly tag?: string;

  /**
   * Digest of the image (`sha256:…`).
   *
   * @default - `tag` is used
   */
  readonly digest?: string;
}

/**
 * The container image of LibreChat and the adapter that runs it on Lambda.
 *
 * The client in the image is published to S3, so that the client and the API are of the same release.
 */
export abstract class LibreChatImage {
  /**
   * Adds the adapter to LibreChat's published image with Docker, on the machine that deploys the app.
   *
   * The build only copies files, so a machine of either architecture can build the image.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromDockerBuild({ version: 'v0.8.8' }),
   * });
   */
  public static fromDockerBuild(options: LibreChatDockerBuildOptions = {}): LibreChatImage {
    return new DockerBuildImage(options);
  }

  /**
   * Adds the adapter to LibreChat's published image with CodeBuild, during the deployment. The machine that deploys the app does not
   * need Docker.
   *
   * The build runs when the stack is created, and when the release, the architecture or the adapter changes. It takes a few minutes. The
   * functions refer to the image by its digest, and a rollback restores the previous image.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromCodeBuild(),
   * });
   */
  public static fromCodeBuild(options: LibreChatCodeBuildOptions = {}): LibreChatImage {
    return new CodeBuildImage(options);
  }

  /**
   * Uses an existing image in ECR, in the region of the stack. Build it with the Dockerfile of this package (`assets/image`) for the
   * `architecture` of the function.
   *
   * The repository must allow Lambda to pull from it. CDK adds that permission to repositories in the same app.
   *
   * @param repository repository that contains the image
   * @param options exactly one of `tag` and `digest`
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromEcrRepository(repository, { tag: 'v0.8.8-1' }),
   * });
   */
  public static fromEcrRepository(repository: ecr.IRepository, options: LibreChatEcrRepositoryOptions): LibreChatImage {
    return new EcrRepositoryImage(repository, options);
  }

  /**
   * Builds an image from your Dockerfile with Docker, on the machine that deploys the app, and adds the adapter.
   *
   * Start the Dockerfile with LibreChat's image, for example `FROM ghcr.io/librechat-ai/librechat-api:v0.8.8`. The adapter replaces its
   * entry point and command.
   *
   * @param directory build context with the Dockerfile
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromAsset('image'),
   * });
   */
  public static fromAsset(directory: string): LibreChatImage {
    return new AssetImage(directory);
  }

  /**
   * The release in the image, if it is known.
   *
   * @internal
   */
  public readonly _release?: string;

  /** For variants inside this library: use the static methods. */
  protected constructor() {}

  /**
   * Checks what depends on the stack, before any resource is created.
   *
   * @internal
   */
  public _validate(_scope: Construct): void {}

  /** @internal */
  public abstract _bind(scope: Construct, context: BindContext): LambdaImage;
}

const DOCKER_BUILD_OPTIONS: PropTypes<LibreChatDockerBuildOptions> = { version: STRING, digest: STRING, imageName: STRING };

const REPOSITORY = like('ecr.IRepository', 'repositoryArn');

const CODE_BUILD_OPTIONS: PropTypes<LibreChatCodeBuildOptions> = {
  ...DOCKER_BUILD_OPTIONS,
  repository: REPOSITORY,
  vpc: like('ec2.IVpc', 'vpcId'),
  vpcSubnets: MAP,
};

const ECR_REPOSITORY_OPTIONS: PropTypes<LibreChatEcrRepositoryOptions> = { tag: STRING, digest: STRING };

class DockerBuildImage extends LibreChatImage {
  public override readonly _release?: string;
  private readonly baseImage: string;

  constructor(options: LibreChatDockerBuildOptions) {
    super();
    validateProps('LibreChatDockerBuildOptions', options, DOCKER_BUILD_OPTIONS);
    this.baseImage = baseImageOf(options);
    this._release = releaseOf(options);
  }

  public _bind(scope: Construct, { architecture }: BindContext): LambdaImage {
    return dockerImage(scope, architecture, inPackage(IMAGE_FOLDER), { [BASE_IMAGE_ARGUMENT]: this.baseImage });
  }
}

class CodeBuildImage extends LibreChatImage {
  public override readonly _release?: string;
  private readonly baseImage: string;
  private readonly repository?: ecr.IRepository;
  private readonly network?: Network;

  constructor(options: LibreChatCodeBuildOptions) {
    super();
    validateProps('LibreChatCodeBuildOptions', options, CODE_BUILD_OPTIONS);
    const { repository, version, digest, imageName } = options;
    for (const [prop, value] of Object.entries({ version, digest, imageName })) validateKnown(prop, value);
    this.baseImage = baseImageOf(options);
    this._release = releaseOf(options);
    this.repository = repository;
    this.network = validateBuildNetwork(options.vpc, options.vpcSubnets);
  }

  public _validate(scope: Construct): void {
    warnOfCodeBuildRegion(scope);
    if (this.repository) validateRepository(scope, this.repository);
  }

  public _bind(scope: Construct, { architecture, removalPolicy, logs }: BindContext): LambdaImage {
    const { baseImage, repository, network } = this;
    const build = new ImageBuild(scope, 'ImageBuild', { baseImage, repository, network, architecture, removalPolicy, logs });
    return imageInRepository(build.repository, build.digest, architecture, build.revision);
  }
}

class EcrRepositoryImage extends LibreChatImage {
  private readonly tagOrDigest: string;

  constructor(private readonly repository: ecr.IRepository, options: LibreChatEcrRepositoryOptions) {
    super();
    validateType('repository', repository, REPOSITORY);
    validateProps('LibreChatEcrRepositoryOptions', options, ECR_REPOSITORY_OPTIONS);
    const { tag, digest } = options;
    this.tagOrDigest = validateTagOrDigest(tag, digest);
  }

  public _validate(scope: Construct): void {
    validateRepository(scope, this.repository);
  }

  public _bind(scope: Construct, { architecture }: BindContext): LambdaImage {
    if (this.tagOrDigest === 'latest') {
      warn(scope, 'latestImage', 'tag', 'not be moved to another image, because deployments do not detect the change', this.tagOrDigest);
    }
    return imageInRepository(this.repository, this.tagOrDigest, architecture);
  }
}

class AssetImage extends LibreChatImage {
  constructor(private readonly directory: string) {
    super();
    validateDockerfile('directory', directory);
  }

  public _bind(scope: Construct, { architecture }: BindContext): LambdaImage {
    return inTemporaryFolder(scope, (context) => {
      addAdapter(this.directory, context);
      return dockerImage(scope, architecture, context);
    });
  }
}

/** LibreChat's published image with its tag or digest. */
function baseImageOf({ version = DEFAULT_VERSION, digest, imageName }: LibreChatDockerBuildOptions): string {
  validateVersion('version', version);
  validateDigest('digest', digest);
  validateImageName('imageName', imageName);
  return `${imageName ?? publishedImage(version)}:${version}${digest ? `@${digest}` : ''}`;
}

function releaseOf({ version = DEFAULT_VERSION }: LibreChatDockerBuildOptions): string | undefined {
  return Token.isUnresolved(version) ? undefined : version;
}

/** An asset that the CDK CLI builds and pushes. Both functions use it. */
function dockerImage(scope: Construct, architecture: lambda.Architecture, directory: string, buildArgs?: Record<string, string>): LambdaImage {
  const asset = new assets.DockerImageAsset(scope, 'Image', {
    directory,
    buildArgs,
    platform: architecture === lambda.Architecture.ARM_64 ? assets.Platform.LINUX_ARM64 : assets.Platform.LINUX_AMD64,
  });
  return imageInRepository(asset.repository, asset.imageTag, architecture);
}
