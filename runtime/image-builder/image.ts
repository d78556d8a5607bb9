import { DescribeImagesCommand, ImageNotFoundException, type ECRClient } from '@aws-sdk/client-ecr';
import type { Properties } from './request';

/** Digest of the image with the tag, without the prefix `sha256:`. Undefined if there is no such image. */
export async function sha256Of({ registry, repository, tag }: Properties, ecr: ECRClient): Promise<string | undefined> {
  try {
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({
      registryId: registry, repositoryName: repository, imageIds: [{ imageTag: tag }],
    }));
    return imageDetails?.[0]?.imageDigest?.replace(/^sha256:/, '');
  } catch (error) {
    if (error instanceof ImageNotFoundException) return undefined;
    throw error;
  }
}
