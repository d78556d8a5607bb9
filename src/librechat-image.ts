import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BASE_IMAGE_ARGUMENT, IMAGE_FOLDER } from './contract/image';
import { layAdapterOnTop } from './private/image-context';
import type { LambdaImage } from './private/lambda-image';
import { inPackage } from './private/package-root';
import { inTemporaryFolder } from './private/temporary-folder';
import { validateDigest, validateDockerfile, validateEcrTag, validateVersion } from './private/validate-image';

const REGISTRY_IMAGE = 'ghcr.io/danny-avila/librechat-api';
const DEFAULT_VERSION = 'v0.8.7';

/** Options of `LibreChatImage.fromRegistry()`. */
export interface LibreChatRegistryImageOptions {
  /**
   * Release of LibreChat, at least v0.8.7. The page and the API both come from it.
   *
   * @default 'v0.8.7'
   */
  readonly version?: string;

  /**
   * Digest of the image (`sha256:…`), which wins over the tag: what was tested is what runs.
   *
   * @default - the tag of `version`
   */
  readonly digest?: string;
}

/** Options of `LibreChatImage.fromEcr()`: one of the two is needed. */
export interface LibreChatEcrImageOptions {
  /**
   * Tag of the image. Use one that is never moved, or a deployment will not notice new images.
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
 * The container image with LibreChat and the adapter that lets it run on Lambda.
 *
 * The client in the image is what CloudFront serves, so that page and API are always of one version.
 */
export class LibreChatImage {
  /**
   * LibreChat's own image from ghcr.io, with the adapter laid on top when the app is deployed.
   *
   * Docker must be present on the machine that deploys; it only copies files, so either architecture builds anywhere.
   */
  public static fromRegistry(options: LibreChatRegistryImageOptions = {}): LibreChatImage {
    const version = options.version ?? DEFAULT_VERSION;
    validateVersion('version', version);
    validateDigest('digest', options.digest);
    const base = `${REGISTRY_IMAGE}:${version}${options.digest ? `@${options.digest}` : ''}`;
    return new LibreChatImage((scope, architecture) => build(scope, architecture, inPackage(IMAGE_FOLDER), { [BASE_IMAGE_ARGUMENT]: base }));
  }

  /**
   * An image that is in ECR already, in the region of the stack. It must have been built with this package's
   * Dockerfile (`assets/image`), for the construct's `architecture`.
   *
   * Lambda is allowed to pull from the repository, which is otherwise left as it is.
   */
  public static fromEcr(repository: ecr.IRepository, options: LibreChatEcrImageOptions): LibreChatImage {
    const tagOrDigest = validateEcrTag(options.tag, options.digest);
    return new LibreChatImage((_scope, architecture) => ({
      repository, tagOrDigest, architecture, uri: repository.repositoryUriForTagOrDigest(tagOrDigest),
    }));
  }

  /**
   * LibreChat as your own Dockerfile makes it, such as one that begins with `FROM ghcr.io/danny-avila/librechat-api:v0.8.7`
   * and adds files, with the adapter laid on top when the app is deployed. Its entry point and command are replaced.
   *
   * @param directory folder with the Dockerfile, which is the build context
   */
  public static fromDockerfile(directory: string): LibreChatImage {
    validateDockerfile('directory', directory);
    return new LibreChatImage((scope, architecture) => inTemporaryFolder(scope, (context) => {
      layAdapterOnTop(directory, context);
      return build(scope, architecture, context);
    }));
  }

  /** @internal */
  public readonly _bind: (scope: Construct, architecture: lambda.Architecture) => LambdaImage;

  private constructor(bind: (scope: Construct, architecture: lambda.Architecture) => LambdaImage) {
    this._bind = bind;
  }
}

/** The asset that both functions run: CDK builds and pushes it when the app is deployed. */
function build(scope: Construct, architecture: lambda.Architecture, directory: string, buildArgs?: Record<string, string>): LambdaImage {
  const asset = new assets.DockerImageAsset(scope, 'Image', {
    directory,
    buildArgs,
    platform: architecture === lambda.Architecture.ARM_64 ? assets.Platform.LINUX_ARM64 : assets.Platform.LINUX_AMD64,
  });
  return { repository: asset.repository, tagOrDigest: asset.imageTag, architecture, uri: asset.imageUri };
}
