import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { BASE_IMAGE_ARGUMENT, IMAGE_FOLDER } from './contract/image';
import { ImageBuild } from './image-build/image-build';
import { layAdapterOnTop } from './private/image-context';
import type { LambdaImage } from './private/lambda-image';
import { inPackage } from './private/package-root';
import { publishedImage } from './private/release';
import { inTemporaryFolder } from './private/temporary-folder';
import { validateBuildNetwork, validateDigest, validateDockerfile, validateEcrTag, validateImageName, validateKnown, validateRepository, validateVersion } from './private/validate-image';
import { warn } from './private/warning';

const DEFAULT_VERSION = 'v0.8.7';

/** Options of `LibreChatImage.fromRegistry()`. */
export interface LibreChatRegistryImageOptions {
  /**
   * Release of LibreChat, at least v0.8.7. The page and the API both come from it. `latest` is refused: it would be another one for
   * each deployment.
   *
   * @see https://github.com/LibreChat-AI/LibreChat/releases
   * @default 'v0.8.7'
   */
  readonly version?: string;

  /**
   * Digest of the image (`sha256:…`), which wins over the tag: what was tested is what runs.
   *
   * @default - the tag of `version`
   */
  readonly digest?: string;

  /**
   * Name of LibreChat's image without a tag, such as that of a mirror.
   *
   * @default - where LibreChat publishes the release: `ghcr.io/danny-avila/librechat-api`, or, from v0.8.8 on,
   * `ghcr.io/librechat-ai/librechat-api`
   */
  readonly imageName?: string;
}

/** Options of `LibreChatImage.builtInAccount()`. */
export interface LibreChatBuiltImageOptions extends LibreChatRegistryImageOptions {
  /**
   * The repository that the image is pushed to, in the region of the stack. One that is brought is not changed: Lambda must be
   * allowed to pull from it.
   *
   * @default - one is made, which scans images, never moves a tag, and goes with the stack unless `removalPolicy` is RETAIN
   */
  readonly repository?: ecr.IRepository;

  /**
   * The network that the build runs in. It pulls from ghcr.io, and pushes to ECR.
   *
   * @see https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
   * @default - none: the build reaches the internet through CodeBuild's own
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Which subnets of `vpc` the build runs in.
   *
   * @default - private subnets with a way out
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/** Options of `LibreChatImage.fromEcr()`: one of the two is needed. */
export interface LibreChatEcrImageOptions {
  /**
   * Tag of the image. Use one that is never moved, or a deployment will not notice new images: `latest` gets a warning.
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

/** What an image is told of the LibreChat that it is for. */
interface ImageUse {
  readonly architecture: lambda.Architecture;
  readonly removalPolicy?: RemovalPolicy;
  readonly logRetention: RetentionDays;
}

interface BoundImage extends LambdaImage {
  readonly build?: ImageBuild;
}

type Bind = (scope: Construct, use: ImageUse) => BoundImage;

/**
 * The container image with LibreChat and the adapter that lets it run on Lambda.
 *
 * The client in the image is what CloudFront serves, so that page and API are always of one version.
 */
export class LibreChatImage {
  /**
   * LibreChat's own image from ghcr.io, with the adapter laid on top when the app is deployed.
   *
   * Docker must be present on the machine that deploys; it only copies files, so either architecture builds anywhere.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromRegistry({ version: 'v0.8.8' }),
   * });
   */
  public static fromRegistry(options: LibreChatRegistryImageOptions = {}): LibreChatImage {
    const base = baseImage(options);
    return new LibreChatImage((scope, { architecture }) => build(scope, architecture, inPackage(IMAGE_FOLDER), { [BASE_IMAGE_ARGUMENT]: base }));
  }

  /**
   * LibreChat's own image from ghcr.io, with the adapter laid on top by CodeBuild while the stack is deployed. The machine that
   * deploys needs no Docker.
   *
   * The build runs when the stack is created, and again whenever the release, the architecture or the adapter changes; it takes
   * a few minutes. Both functions run the image by its digest, and a rollback goes back to the earlier one.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.builtInAccount(),
   * });
   */
  public static builtInAccount(options: LibreChatBuiltImageOptions = {}): LibreChatImage {
    const { repository, version, digest, imageName } = options;
    for (const [prop, value] of Object.entries({ version, digest, imageName })) validateKnown(prop, value);
    const base = baseImage(options);
    const network = validateBuildNetwork(options.vpc, options.vpcSubnets);
    return new LibreChatImage((scope, use) => {
      const made = new ImageBuild(scope, 'ImageBuild', { ...use, baseImage: base, repository, network });
      return { build: made, ...inRepository(made.repository, made.digest, use.architecture) };
    }, repository);
  }

  /**
   * An image that is in ECR already, in the region of the stack. It must have been built with this package's
   * Dockerfile (`assets/image`), for the construct's `architecture`.
   *
   * Lambda must be allowed to pull from the repository, which CDK sees to where it is made in the same app.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromEcr(repository, { tag: 'v0.8.7-1' }),
   * });
   */
  public static fromEcr(repository: ecr.IRepository, options: LibreChatEcrImageOptions): LibreChatImage {
    const tagOrDigest = validateEcrTag(options.tag, options.digest);
    return new LibreChatImage((scope, { architecture }) => {
      if (options.tag === 'latest') {
        warn(scope, 'latestImage', 'tag', 'name one image for ever, or deployments will not notice a new one', options.tag);
      }
      return inRepository(repository, tagOrDigest, architecture);
    }, repository);
  }

  /**
   * LibreChat as your own Dockerfile makes it, such as one that begins with `FROM ghcr.io/danny-avila/librechat-api:v0.8.7`
   * and adds files, with the adapter laid on top when the app is deployed. Its entry point and command are replaced.
   *
   * @param directory folder with the Dockerfile, which is the build context
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   image: LibreChatImage.fromDockerfile('image'),
   * });
   */
  public static fromDockerfile(directory: string): LibreChatImage {
    validateDockerfile('directory', directory);
    return new LibreChatImage((scope, { architecture }) => inTemporaryFolder(scope, (context) => {
      layAdapterOnTop(directory, context);
      return build(scope, architecture, context);
    }));
  }

  /** @internal */
  public readonly _bind: Bind;

  private constructor(bind: Bind, private readonly repository?: ecr.IRepository) {
    this._bind = bind;
  }

  /**
   * What can be checked only where the image is used, before anything is made.
   *
   * @internal
   */
  public _validate(scope: Construct): void {
    if (this.repository) validateRepository(scope, this.repository);
  }
}

/** LibreChat's own image, of a release that is supported. */
function baseImage({ version = DEFAULT_VERSION, digest, imageName }: LibreChatRegistryImageOptions): string {
  validateVersion('version', version);
  validateDigest('digest', digest);
  validateImageName('imageName', imageName);
  return `${imageName ?? publishedImage(version)}:${version}${digest ? `@${digest}` : ''}`;
}

/** The asset that both functions run: CDK builds and pushes it when the app is deployed. */
function build(scope: Construct, architecture: lambda.Architecture, directory: string, buildArgs?: Record<string, string>): LambdaImage {
  const asset = new assets.DockerImageAsset(scope, 'Image', {
    directory,
    buildArgs,
    platform: architecture === lambda.Architecture.ARM_64 ? assets.Platform.LINUX_ARM64 : assets.Platform.LINUX_AMD64,
  });
  return inRepository(asset.repository, asset.imageTag, architecture);
}

function inRepository(repository: ecr.IRepository, tagOrDigest: string, architecture: lambda.Architecture): LambdaImage {
  return { repository, tagOrDigest, architecture, uri: repository.repositoryUriForTagOrDigest(tagOrDigest) };
}
