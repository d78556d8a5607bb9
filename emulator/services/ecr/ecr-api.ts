import type { EcrService, ImageRepository, RepositoryImage } from './ecr-service';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import type { JsonApi } from '../../core/json-api';

interface ImageId {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

const DEFAULT_RESULTS = 100;

/**
 * ECR: DescribeImages, by tag or digest, or all images of a repository.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
 */
export function ecrApi(ecr: EcrService, cloud: Cloud): JsonApi {
  return {
    DescribeImages: (input, authorize) => {
      const { repositoryName: name, registryId = cloud.account, imageIds } = input as {
        repositoryName?: string; registryId?: string; imageIds?: ImageId[];
      };
      if (!name) throw invalid("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must not be null'");
      const { maxResults = DEFAULT_RESULTS, nextToken } = input as { maxResults?: number; nextToken?: string };
      if (imageIds?.length && (input.maxResults ?? nextToken) !== undefined) throw invalid('imageIds cannot be used with maxResults or nextToken');
      authorize('ecr:DescribeImages', `arn:${cloud.partition}:ecr:${cloud.region}:${registryId}:repository/${name}`);
      const repository = registryId === cloud.account ? ecr.find(name) : undefined;
      if (!repository) {
        throw new AwsError('RepositoryNotFoundException', 400,
          `The repository with name '${name}' does not exist in the registry with id '${registryId}'`);
      }
      const details = (image: RepositoryImage) => describe(image, repository, registryId);
      if (imageIds?.length) return { imageDetails: imageIds.map((id) => details(imageOf(repository, id, registryId))) };
      const from = Number(nextToken ?? 0);
      const to = from + maxResults;
      return { imageDetails: repository.images.slice(from, to).map(details), ...(repository.images.length > to ? { nextToken: String(to) } : {}) };
    },
  };
}

function imageOf(repository: ImageRepository, { imageTag, imageDigest }: ImageId, registryId: string): RepositoryImage {
  if (imageTag === undefined && imageDigest === undefined) {
    throw invalid("Invalid parameter at 'imageIds' failed to satisfy constraint: 'must have a tag or a digest'");
  }
  const image = repository.find({ tag: imageTag, digest: imageDigest });
  if (image) return image;
  throw new AwsError('ImageNotFoundException', 400, `The image with imageId {imageDigest:'${imageDigest ?? null}', imageTag:'${imageTag ?? null}'} `
    + `does not exist within the repository with name '${repository.name}' in the registry with id '${registryId}'`);
}

function describe({ digest, tags, size, pushedAt }: RepositoryImage, { name }: ImageRepository, registryId: string): object {
  return {
    registryId,
    repositoryName: name,
    imageDigest: digest,
    ...(tags.size ? { imageTags: [...tags] } : {}),
    imageSizeInBytes: size,
    imagePushedAt: pushedAt.getTime() / 1000,
    imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    artifactMediaType: 'application/vnd.docker.container.image.v1+json',
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}
